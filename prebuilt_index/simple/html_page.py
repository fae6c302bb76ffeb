"""PEP 503 pages: HTML, read with the standard parser only; also the pages that `--find-links` names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import parse_qsl, unquote, urlsplit

from packaging.utils import NormalizedName

from prebuilt_index import charsets
from prebuilt_index.artefacts import IndexFile, ProjectPage, ProjectStatus
from prebuilt_index.simple.entries import (
    FILE_LIMIT,
    NO_HASH,
    NO_URL,
    PAGE_LIMIT,
    LazyFiles,
    are_sound,
    check_api_version,
    is_clean_name,
    known_digests,
    not_an_index,
    read_status,
    refuse_hostile_names,
    resolve,
    unusable,
)
from prebuilt_index.urls import last_component, without_credentials

_ARCHIVES = (".whl", ".tar.gz", ".zip", ".tgz", ".tar.bz2", ".tar.xz", ".tar.z", ".tar", ".egg", ".exe")
_PAGE_LIMIT = PAGE_LIMIT // 2
"""Bytes. HTML says half as much of a file as JSON does."""
_READ = frozenset(
    ("href", "data-requires-python", "data-yanked", "data-core-metadata", "data-dist-info-metadata")
)
"""Attributes of an anchor that are kept."""
_PIECE = 64 * 1024
"""Characters given to the parser at once."""
# What takes time and memory, each far beyond any real page: a file has three tags, up to four attributes and
# a handful of escapes.
_PENDING_LIMIT = _PIECE
"""Characters of one unfinished tag, comment or script."""
_MARKS = "<&%"
"""What begins a tag, an entity, or an escape in a URL."""
_MARK_LIMIT = 6 * FILE_LIMIT
_ATTRIBUTE_LIMIT = 5 * FILE_LIMIT
_BASE_LIMIT = 1_000
"""Characters of the URL before every relative link; each link gets a copy."""
_FRAGMENT_FIELDS = 20
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

    Raises NotAnIndexError for an API other than 1.x and for more markup than any index has, HostileNameError
    for a name that is no path component.
    """
    if len(content) > _PAGE_LIMIT:
        raise not_an_index(page_url, f"{len(content):,} bytes, more than {_PAGE_LIMIT:,}")
    parser = _Anchors(page_url)
    try:
        parser.read(text_of(content, charset))
    except (AssertionError, ValueError) as error:  # what the standard parser makes of `<![<![` and `&#999…`
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


def text_of(content: bytes, charset: str) -> str:
    """The page in its own encoding, or in UTF-8 where that is none; nothing in it is an error."""
    try:
        return charsets.decoded(content, charset, "replace")
    except (LookupError, ValueError):  # codecs that are none of text, or take no replacement
        return content.decode("utf-8", "replace")


class _Anchors(HTMLParser):
    """Collects anchors, the base URL and the metadata of a page."""

    def __init__(self, page_url: str) -> None:
        super().__init__(convert_charrefs=True)
        self._page_url = page_url
        self.base = page_url
        self.anchors: list[_Attributes] = []
        self.version: str | None = None
        self.status: str | None = None
        self.status_reason: str | None = None
        self._base_seen = False
        self._marks = 0
        self._attributes = 0

    def read(self, text: str) -> None:
        """All of `text` has been looked at. Raises NotAnIndexError beyond the limits."""
        for start in range(0, len(text), _PIECE):
            piece = text[start : start + _PIECE]
            self._marks += sum(map(piece.count, _MARKS))
            self._bound(self._marks, _MARK_LIMIT, "tags, entities and escapes")
            # Never closed: `close` re-reads an unfinished construct once for each of its characters.
            self.feed(piece)
            self._bound(len(self.rawdata), _PENDING_LIMIT, "characters in one tag, comment or script")
        self._bound(len(self.base.partition("?")[0]), _BASE_LIMIT, "characters in its base URL")

    def _bound(self, count: int, limit: int, what: str) -> None:
        if count > limit:
            raise not_an_index(self._page_url, f"it has more than {limit:,} {what}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._attributes += len(attrs)
        self._bound(self._attributes, _ATTRIBUTE_LIMIT, "attributes")
        if tag == "a":
            self.anchors.append({name: value for name, value in attrs if name in _READ})
            self._bound(len(self.anchors), FILE_LIMIT, "links")
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
    url: str | None
    """None: nothing can be fetched from where the link leads."""
    attributes: _Attributes


def _link(anchor: _Attributes, base: str, page_url: str) -> _Link | None:
    """The file an anchor leads to, or None when it leads to none."""
    href = (anchor.get("href") or "").strip()
    if not href:
        return None
    url = resolve(href, base, page_url)
    # PEP 503: the last component of the URL's path is the file's name.
    filename = _name_at_least(href) if url is None else last_component(url)
    return _Link(filename, url, anchor) if filename.lower().endswith(_ARCHIVES) else None


def _name_at_least(href: str) -> str:
    """The file name in what is no URL to fetch from; empty when it holds no clean one."""
    name = unquote(href.partition("#")[0].partition("?")[0].rpartition("/")[2])
    return name if is_clean_name(name) else ""


def _fragment_hashes(url: str) -> dict[str, str]:
    pairs = parse_qsl(urlsplit(url).fragment, max_num_fields=_FRAGMENT_FIELDS)
    return {name: value for name, value in pairs if name not in ("egg", "subdirectory")}


def _index_file(link: _Link, index: str) -> IndexFile:
    """The file of a link; with the reason, and no URL, when it cannot be used."""
    if link.url is None:
        return unusable(link.filename, index, NO_URL)
    try:
        hashes = _fragment_hashes(link.url)
    except ValueError:  # more fields than anything has
        return unusable(link.filename, index, NO_HASH)
    if not are_sound(hashes):
        return unusable(link.filename, index, NO_HASH)
    attributes = link.attributes
    return IndexFile(
        filename=link.filename,
        url=without_credentials(link.url),
        hashes=known_digests(hashes),
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
