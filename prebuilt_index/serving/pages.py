"""Pages as they are sent: read once for each state on disk, compressed once, the oldest forgotten."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from prebuilt_index.serving.conditions import Validators

if TYPE_CHECKING:
    from prebuilt_index.serving.folder import IndexFolder

_KEPT: Final = 64 * 1024 * 1024
"""Bytes of pages in memory."""
_WORTH_IT: Final = 512
"""Bytes. Less is sent in one packet, compressed or not."""
_LEVEL: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page in one encoding."""

    content: bytes
    validators: Validators
    is_gzipped: bool = False


class PageCache:
    """Pages by where they are and what state that is in. Safe for threads."""

    def __init__(self, folder: IndexFolder) -> None:
        self._folder = folder
        self._pages: OrderedDict[tuple[str, str, bool], Page] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def read(self, path: str, *, compressed: bool) -> Page | None:
        """The page at `path` of the index as it is now; None when there is none. Raises OSError."""
        opened = self._folder.open(path)
        if opened is None:
            return None
        with opened.stream as stream:
            key = (path, opened.validators.etag, compressed)
            if (page := self._find(key)) is not None:
                return page
            page = Page(content=stream.readall(), validators=opened.validators)
        if compressed:
            page = gzipped(page)
        self._keep(key, page)
        return page

    def _find(self, key: tuple[str, str, bool]) -> Page | None:
        with self._lock:
            if (page := self._pages.get(key)) is not None:
                self._pages.move_to_end(key)
            return page

    def _keep(self, key: tuple[str, str, bool], page: Page) -> None:
        with self._lock:
            if key in self._pages:
                return
            self._pages[key] = page
            self._size += len(page.content)
            while self._size > _KEPT:
                _, oldest = self._pages.popitem(last=False)
                self._size -= len(oldest.content)


def made(content: bytes) -> Page:
    """A page that is no file: its tag is its content's."""
    etag = hashlib.sha256(content).hexdigest()[:32]
    return Page(content=content, validators=Validators(etag=etag))


def gzipped(page: Page) -> Page:
    """The page compressed, with a tag of its own; the page itself when that is not worth it."""
    if len(page.content) < _WORTH_IT:
        return page
    # No time in it: the same page has the same bytes.
    content = gzip.compress(page.content, _LEVEL, mtime=0)
    validators = replace(page.validators, etag=f"{page.validators.etag}-gzip")
    return Page(content=content, validators=validators, is_gzipped=True)
