"""The list of an index's projects, read: PEP 691 and PEP 503. Pure.

Only prebuilt indexes are asked for theirs, which are short; that of PyPI has 30 MB.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final
from urllib.parse import unquote, urlsplit

import msgspec
from packaging.utils import NormalizedName, canonicalize_name

from prebuilt_index.simple.entries import check_api_version, not_an_index
from prebuilt_index.simple.html_page import text_of

LIST_LIMIT: Final = 4 * 1024 * 1024
"""Bytes of a list."""
_PENDING_LIMIT: Final = 64 * 1024
"""Characters of one unfinished tag, comment or script."""
_PIECE: Final = 64 * 1024


class _Meta(msgspec.Struct, rename="kebab"):
    api_version: str


class _Project(msgspec.Struct):
    name: str


class _List(msgspec.Struct):
    meta: _Meta
    projects: list[_Project]


_read = msgspec.json.Decoder(_List).decode


def names_from_json(content: bytes, *, page_url: str) -> frozenset[NormalizedName]:
    """The projects in `content`, which `page_url` answered. Raises NotAnIndexError."""
    try:
        found = _read(content)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise not_an_index(page_url, f"not a list of the simple API ({error})") from error
    check_api_version(found.meta.api_version, page_url)
    return frozenset(canonicalize_name(project.name) for project in found.projects)


def names_from_html(
    content: bytes, *, page_url: str, charset: str = "utf-8"
) -> frozenset[NormalizedName] | None:
    """The projects in `content`: PEP 503 has each as the text of a link that ends in its name.

    None for a page that does not say that it is an index, and has other links or none: a login page is HTML
    too. Raises NotAnIndexError.
    """
    parser = _Links(page_url)
    try:
        parser.read(text_of(content, charset))
    except (AssertionError, ValueError) as error:
        raise not_an_index(page_url, f"its HTML cannot be read ({error!s:.60})") from error
    if parser.version is not None:
        check_api_version(parser.version, page_url)
    named = [name for link in parser.links if (name := _project(*link)) is not None]
    if parser.version is None and not (named and len(named) == len(parser.links)):
        return None
    return frozenset(named)


def _project(href: str, text: str) -> NormalizedName | None:
    """The project that a link leads to; None when it leads to something else."""
    name = canonicalize_name(text.strip().rstrip("/"))
    try:
        last = unquote(urlsplit(href.strip()).path.rstrip("/").rpartition("/")[2])
    except ValueError:
        return None
    return name if name and name == canonicalize_name(last) else None


class _Links(HTMLParser):
    """Collects the texts of links."""

    def __init__(self, page_url: str) -> None:
        super().__init__(convert_charrefs=True)
        self._page_url = page_url
        self._inside = False
        self.links: list[tuple[str, str]] = []
        """Where each leads, and its text."""
        self.version: str | None = None

    def read(self, text: str) -> None:
        for start in range(0, len(text), _PIECE):
            self.feed(text[start : start + _PIECE])
            if len(self.rawdata) > _PENDING_LIMIT:
                raise not_an_index(self._page_url, "it has a tag, comment or script that does not end")
        # What `feed` holds back is text at most: nothing of an index ends in it.

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._inside = True
            self.links.append((dict(attrs).get("href") or "", ""))
        elif tag == "meta":
            said = dict(attrs)
            if said.get("name") == "pypi:repository-version":
                self.version = said.get("content") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            href, text = self.links[-1]
            self.links[-1] = href, text + data
