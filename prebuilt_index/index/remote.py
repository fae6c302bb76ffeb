"""One index on a server: asked as PEP 691 says, remembered as its headers allow."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final
from urllib.parse import quote

from packaging.utils import NormalizedName

from prebuilt_index.artefacts import ProjectPage
from prebuilt_index.errors import OfflineError
from prebuilt_index.index.freshness import validity
from prebuilt_index.index.page_cache import PageCache, PageHead, digest_of
from prebuilt_index.index.source import Stamp
from prebuilt_index.simple.entries import PAGE_LIMIT, not_an_index
from prebuilt_index.simple.json_page import page_from_json
from prebuilt_index.transport.port import Answer, Http
from prebuilt_index.urls import redacted, split, without_credentials

JSON: Final = "application/vnd.pypi.simple.v1+json"
HTML: Final = "application/vnd.pypi.simple.v1+html"
ASKED = {"accept": f"{JSON}, {HTML};q=0.2, text/html;q=0.01", "accept-encoding": "gzip"}
"""Headers of every request for a page."""
_STATUSES = frozenset({200, 404})


class RemoteIndex:
    """An index reached over HTTP.

    `http` is called when something must be asked, not before. `refresh`: each page is asked for once,
    however fresh the one in the store is. `offline`: only the store is looked at, however old it is.
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
        self._base = without_credentials(url)
        self.url = redacted(url)
        self._http = http
        self._cache = cache
        self._offline = offline
        self._refresh = refresh
        self._clock = clock
        self._seen: set[NormalizedName] = set()
        self._doubted: set[NormalizedName] = set()

    def names(self) -> tuple[str, ...]:
        """None: the list of a server's projects can be 30 MB."""
        return ()

    def page(self, project: NormalizedName) -> ProjectPage | None:
        """The page of `project`; None when the server answered 404."""
        url = self._page_url(project)
        head = self._cache.head(url)
        body = self._cache.body(url, head) if head is not None and head.known else None
        if head is not None and self._may_use(project, head):
            if not head.known:
                return None
            if body is not None:
                return self._parse(project, head, body)
        head, page = self._ask(project, url, head if body is not None else None)
        if page is None and head.known and body is not None:
            return self._parse(project, head, body)
        return page

    def stamp(self, project: NormalizedName) -> Stamp:
        """The stamp of what `page` gives. No body is read, and one that is as it was is not parsed."""
        url = self._page_url(project)
        head = self._cache.head(url)
        if head is None or not self._may_use(project, head):
            head, _ = self._ask(project, url, head if head is not None and head.known else None)
        return Stamp(known=head.known, digest=head.digest, fresh_until=head.fresh_until)

    def doubt(self, project: NormalizedName) -> bool:
        """Whether the page in the store was used, and will not be used again."""
        if self._offline or project in self._seen:
            return False
        self._doubted.add(project)
        return True

    def _may_use(self, project: NormalizedName, head: PageHead) -> bool:
        if self._offline or project in self._seen:
            return True
        return not self._refresh and project not in self._doubted and head.is_fresh(self._clock())

    def _page_url(self, project: NormalizedName) -> str:
        parts = split(self._base)
        path = f"{parts.path.rstrip('/')}/{quote(project)}/"
        return parts._replace(path=path).geturl()

    def _ask(
        self, project: NormalizedName, url: str, known: PageHead | None
    ) -> tuple[PageHead, ProjectPage | None]:
        """What the server has now, which is kept; no page when that is a 404, or what is `known` already."""
        if self._offline:
            raise OfflineError(
                f"the page of `{project}` is not in the store, and lbuild may not go online",
                evidence=[f"index: {self.url}"],
                hint="Run once without `--offline`",
            )
        questions = known.validity.questions if known is not None else {}
        # A 304 is an answer only to a question; to a plain request it is a fault of the server.
        statuses = _STATUSES | {304} if questions else _STATUSES
        answer = self._http().get(url, headers=ASKED | questions, limit=PAGE_LIMIT, statuses=statuses)
        now = self._clock()
        if known is not None and answer.status == 304:
            head = known.renewed(validity(answer.headers, now), now)
        else:
            head = head_of(answer, now)
        page = None
        if not head.known or (known is not None and head.is_of_same_page(known)):
            self._cache.keep_head(url, head)
        else:
            # Parsed before it is kept: what is no page never gets into the store.
            page = self._parse(project, head, answer.body)
            self._cache.keep(url, head, answer.body)
        self._seen.add(project)
        return head, page

    def _parse(self, project: NormalizedName, head: PageHead, body: bytes) -> ProjectPage:
        media_type = head.content_type.partition(";")[0].strip().lower()
        if media_type == JSON:
            page = page_from_json(body, project=project, page_url=head.url, index=self.url)
        elif media_type in (HTML, "text/html"):
            page = _page_from_html(body, project, head, self.url)
        else:
            raise not_an_index(head.url, f"its content type is {media_type or 'missing'}")
        return replace(page, digest=head.digest, fresh_until=head.fresh_until)


def _page_from_html(body: bytes, project: NormalizedName, head: PageHead, index: str) -> ProjectPage:
    from prebuilt_index.simple.html_page import charset_of, read_html  # here: most indexes speak JSON

    page = read_html(body, page_url=head.url, charset=charset_of(head.content_type), index=index)
    # A login page or a proxy's notice is `text/html` too; it has no files and does not say it is an index.
    if not page.filenames and not page.declares_api and not head.content_type.lower().startswith(HTML):
        raise not_an_index(head.url, "text/html, no links to files")
    return page.of(project, index)


def head_of(answer: Answer, now: float) -> PageHead:
    """What is remembered of an answer received at `now`, epoch seconds."""
    lasting = validity(answer.headers, now)
    return PageHead(
        known=answer.status == 200,
        url=answer.url,
        content_type=answer.headers.get("content-type", ""),
        digest=digest_of(answer.body) if answer.status == 200 else "",
        fetched_at=now,
        fresh_until=lasting.fresh_until,
        etag=lasting.etag,
        last_modified=lasting.last_modified,
    )
