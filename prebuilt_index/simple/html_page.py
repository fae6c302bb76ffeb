"""PEP 503 pages: HTML, read with the standard parser only; also the pages that `--find-links` names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

from packaging.utils import NormalizedName

from prebuilt_index.artefacts import IndexFile, ProjectPage, ProjectStatus
from prebuilt_index.simple.entries import (
    PAGE_LIMIT,
    LazyFiles,
    are_sound,
    check_api_version,
    known_digests,
    not_an_index,
    read_status,
    refuse_hostile_names,
    resolve,
)
from prebuilt_index.urls import last_component, without_credentials

_ARCHIVES = (".whl", ".tar.gz", ".zip", ".tgz", ".tar.bz2", ".tar.xz", ".tar.z", ".tar", ".egg", ".exe")
_Attributes = Mapping[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlPage:
    """What an HTML page says, of whichever projects."""

    files: Sequence[IndexFile]
    filenames: Sequence[str]
    declares_api: bool
    """The page has a `pypi:repository-version`, so that it is an index's page even when it lists nothing."""
    status: ProjectStatus
    status_reason: str | None

    def of(self, project: NormalizedName, index: str) -> ProjectPage:
        """The page as one that `index` gives for `project`."""
        return ProjectPage(
            name=project,
            files=self.files,
            filenames=self.filenames,
            status=self.status,
            status_reason=self.status_reason,
            index=index,
        )


def read_html(content: bytes, *, page_url: str, charset: str = "utf-8", index: str = "") -> HtmlPage:
    """The links to files in `content`; others (parents, sort orders, logins) are left out.

    Raises NotAnIndexError for an API other than 1.x, HostileNameError for a name that is no path component.
    """
    if len(content) > PAGE_LIMIT:
        raise not_an_index(page_url, f"{len(content):,} bytes, more than {PAGE_LIMIT:,}")
    parser = _Anchors(page_url)
    try:
        # Not closed on purpose: `close` re-reads an unfinished construct once for each of its characters.
        parser.feed(_decoded(content, charset))
    except AssertionError as error:  # how the standard parser refuses a malformed `<![`
        raise not_an_index(page_url, f"its HTML cannot be read ({error!s:.60})") from error
    if parser.version is not None:
        check_api_version(parser.version, page_url)
    links = [link for anchor in parser.anchors if (link := _link(anchor, parser.base, page_url)) is not None]
    names = [link.filename for link in links]
    refuse_hostile_names(names, page_url)
    return HtmlPage(
        files=LazyFiles(links, lambda link: _index_file(link, index)),
        filenames=names,
        declares_api=parser.version is not None,
        status=read_status(parser.status),
        status_reason=parser.status_reason,
    )


def charset_of(content_type: str) -> str:
    """The `charset` parameter of a Content-Type, UTF-8 when there is none."""
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'") or "utf-8"
    return "utf-8"


def _decoded(content: bytes, charset: str) -> str:
    try:
        return content.decode(charset, "replace")
    except (LookupError, ValueError):  # codecs that are none of text, or take no replacement
        return content.decode("utf-8", "replace")


class _Anchors(HTMLParser):
    """Collects anchors, the base URL and the metadata of a page."""

    def __init__(self, page_url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.base = page_url
        self.anchors: list[_Attributes] = []
        self.version: str | None = None
        self.status: str | None = None
        self.status_reason: str | None = None
        self._base_seen = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.anchors.append(dict(attrs))
        elif tag == "base":
            self._read_base(dict(attrs))
        elif tag == "meta":
            self._read_meta(dict(attrs))

    def _read_base(self, attributes: _Attributes) -> None:
        href = attributes.get("href")
        if href is None or self._base_seen:
            return
        self._base_seen = True
        self.base = resolve(href.strip(), self.base, self.base) or self.base

    def _read_meta(self, attributes: _Attributes) -> None:
        name, content = attributes.get("name"), attributes.get("content")
        if name == "pypi:repository-version":
            self.version = content or ""
        elif name == "pypi:project-status":
            self.status = content
        elif name == "pypi:project-status-reason":
            self.status_reason = content


@dataclass(frozen=True, slots=True)
class _Link:
    filename: str
    url: str
    attributes: _Attributes


def _link(anchor: _Attributes, base: str, page_url: str) -> _Link | None:
    """The file an anchor leads to, or None when it leads to none or its hash is malformed."""
    href = anchor.get("href")
    if not href:
        return None
    url = resolve(href.strip(), base, page_url)
    if url is None:
        return None
    # PEP 503: the last component of the URL's path is the file's name.
    filename = last_component(url)
    if not filename.lower().endswith(_ARCHIVES):
        return None
    return _Link(filename, url, anchor) if are_sound(_fragment_hashes(url)) else None


def _fragment_hashes(url: str) -> dict[str, str]:
    pairs = parse_qsl(urlsplit(url).fragment, max_num_fields=None)
    return {name: value for name, value in pairs if name not in ("egg", "subdirectory")}


def _index_file(link: _Link, index: str) -> IndexFile:
    attributes = link.attributes
    return IndexFile(
        filename=link.filename,
        url=without_credentials(link.url),
        hashes=known_digests(_fragment_hashes(link.url)),
        requires_python=attributes.get("data-requires-python") or None,
        yanked=(attributes["data-yanked"] or "") if "data-yanked" in attributes else None,
        metadata_hashes=_metadata_hashes(attributes),
        index=index,
    )


def _metadata_hashes(attributes: _Attributes) -> Mapping[str, str] | None:
    # PEP 714: `data-core-metadata` where it stands, else the older attribute.
    offered = attributes.get("data-core-metadata", attributes.get("data-dist-info-metadata"))
    if offered is None or offered == "false":
        return None
    algorithm, equals, value = offered.partition("=")
    if not equals:
        return {}
    return known_digests({algorithm: value}) if are_sound({algorithm: value}) else None
