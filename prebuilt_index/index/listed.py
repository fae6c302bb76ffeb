"""A prebuilt index on a server: asked for its list of projects once, and then only for projects on it.

That spares a request for every other project. And a bucket that lets everybody read, but not list, answers
403 where there is no page: who asks for what is not there cannot tell that from being refused.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from prebuilt_index.errors import OfflineError
from prebuilt_index.index.freshness import validity
from prebuilt_index.index.remote import ASKED, HTML, JSON, RemoteIndex, head_of
from prebuilt_index.index.source import Stamp
from prebuilt_index.simple.entries import not_an_index
from prebuilt_index.simple.html_page import charset_of
from prebuilt_index.simple.project_list import LIST_LIMIT, names_from_html, names_from_json
from prebuilt_index.urls import split, without_credentials

if TYPE_CHECKING:
    from collections.abc import Callable

    from packaging.utils import NormalizedName

    from prebuilt_index.artefacts import ProjectPage
    from prebuilt_index.index.page_cache import PageCache, PageHead
    from prebuilt_index.transport.port import Http

_STATUSES = frozenset({200, 404})


class ListedIndex:
    """An index reached over HTTP, whose projects are known from its list; see `RemoteIndex`.

    One without a list, that is 404, is asked for each project.
    """

    def __init__(
        self,
        url: str,
        *,
        http: Callable[[], Http],
        cache: PageCache,
        offline: bool = False,
        refresh: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._pages = RemoteIndex(url, http=http, cache=cache, offline=offline, refresh=refresh, clock=clock)
        self.url = self._pages.url
        parts = split(without_credentials(url))
        self._list_url = parts._replace(path=f"{parts.path.rstrip('/')}/").geturl()
        self._http = http
        self._cache = cache
        self._offline = offline
        self._refresh = refresh
        self._clock = clock
        self._lock = threading.Lock()
        self._known: tuple[frozenset[NormalizedName] | None, float] | None = None
        self._remembered = False
        """The list comes from an earlier run."""

    def page(self, project: NormalizedName) -> ProjectPage | None:
        """The page of `project`; None when it is not listed, or the server answered 404."""
        return self._pages.page(project) if self._may_have(project) else None

    def stamp(self, project: NormalizedName) -> Stamp:
        """The stamp of what `page` gives; of what is not listed, as long as the list is fresh."""
        if self._may_have(project):
            return self._pages.stamp(project)
        return Stamp(known=False, digest="", fresh_until=self._listing()[1])

    def doubt(self, project: NormalizedName) -> bool:
        """Whether the list or the page in the store was used, and will not be used again."""
        with self._lock:
            doubted = self._remembered and not self._offline
            if doubted:
                self._refresh, self._known = True, None
        return self._pages.doubt(project) or doubted

    def names(self) -> tuple[str, ...]:
        """The projects it lists."""
        return tuple(sorted(self._listing()[0] or ()))

    def _may_have(self, project: NormalizedName) -> bool:
        names = self._listing()[0]
        return names is None or project in names

    def _listing(self) -> tuple[frozenset[NormalizedName] | None, float]:
        """The projects, None where there is no list; and until when that is fresh."""
        with self._lock:
            if self._known is None:
                head, body = self._current()
                self._known = self._read(head, body), head.fresh_until
            return self._known

    def _current(self) -> tuple[PageHead, bytes]:
        head = self._cache.head(self._list_url)
        body = self._cache.body(self._list_url, head) if head is not None and head.known else b""
        if head is not None and body is not None and self._may_use(head):
            self._remembered = True
            return head, body
        return self._asked(head if body else None, body or b"")

    def _may_use(self, head: PageHead) -> bool:
        return self._offline or (not self._refresh and head.is_fresh(self._clock()))

    def _asked(self, known: PageHead | None, body: bytes) -> tuple[PageHead, bytes]:
        if self._offline:
            raise OfflineError(
                "the list of a prebuilt index is not in the store, and lbuild may not go online",
                evidence=[f"index: {self.url}"],
                hint="Run once without `--offline`",
            )
        questions = known.validity.questions if known is not None else {}
        statuses = _STATUSES | {304} if questions else _STATUSES
        answer = self._http().get(
            self._list_url, headers=ASKED | questions, limit=LIST_LIMIT, statuses=statuses
        )
        self._remembered = False
        now = self._clock()
        if known is not None and answer.status == 304:
            head = known.renewed(validity(answer.headers, now), now)
            self._cache.keep_head(self._list_url, head)
            return head, body
        head = head_of(answer, now)
        if not head.known:
            self._cache.keep_head(self._list_url, head)
            return head, b""
        self._read(head, answer.body)  # what is no list never gets into the store
        self._cache.keep(self._list_url, head, answer.body)
        return head, answer.body

    def _read(self, head: PageHead, body: bytes) -> frozenset[NormalizedName] | None:
        if not head.known:
            return None
        media_type = head.content_type.partition(";")[0].strip().lower()
        if media_type == JSON:
            return names_from_json(body, page_url=head.url)
        if media_type not in (HTML, "text/html"):
            raise not_an_index(head.url, f"its content type is {media_type or 'missing'}")
        names = names_from_html(body, page_url=head.url, charset=charset_of(head.content_type))
        if names is None:
            raise not_an_index(head.url, "text/html, no links to projects")
        return names
