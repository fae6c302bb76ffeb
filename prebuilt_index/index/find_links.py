"""`--find-links`: a flat list of files of any projects, from a folder or an HTML page, local or not."""

import threading
import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

from packaging.utils import NormalizedName

from manylinux.errors import UsageError
from prebuilt_index.artefacts import IndexFile
from prebuilt_index.errors import OfflineError
from prebuilt_index.index.filenames import belongs_to, guessed_project, is_archive
from prebuilt_index.index.freshness import validity
from prebuilt_index.index.local import files_in
from prebuilt_index.index.page_cache import PageCache, PageHead, digest_of
from prebuilt_index.index.reading import reading
from prebuilt_index.simple.entries import PAGE_LIMIT, not_an_index
from prebuilt_index.simple.html_page import charset_of, read_html
from prebuilt_index.transport.port import Http
from prebuilt_index.urls import is_remote, last_component, local_path, redacted, without_credentials


class FindLinks:
    """One place of `--find-links`; listed once, when it is first asked."""

    def __init__(
        self,
        location: str,
        *,
        http: Callable[[], Http],
        cache: PageCache,
        offline: bool = False,
        refresh: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._location = location
        self._http = http
        self._cache = cache
        self._offline = offline
        self._refresh = refresh
        self._clock = clock
        self._lock = threading.Lock()
        self._listed: Sequence[IndexFile] | None = None
        self._fresh_until = 0.0
        self._remembered = False
        """The list comes from a page that an earlier run asked for."""
        self._remote = is_remote(location)
        self.url = redacted(location) if self._remote else self._path().as_uri()

    def files(self, project: NormalizedName) -> tuple[IndexFile, ...]:
        """The files of `project` there, in the order they are listed."""
        return tuple(file for file in self._listing() if belongs_to(file.filename, project))

    def names(self) -> Sequence[str]:
        """The projects whose files are there, as far as their names tell."""
        return sorted({guessed_project(file.filename) for file in self._listing()})

    def digest(self, project: NormalizedName) -> str:
        """A digest that changes when a file of `project` there does, going by URL, hash, size and time."""
        digest = sha256(usedforsecurity=False)
        for file in self.files(project):
            seen = _seen(file.url) if file.url.startswith("file:") else ""
            digest.update(f"{file.url}\0{sorted(file.hashes.items())}\0{file.size}\0{seen}\n".encode())
        return digest.hexdigest()

    def fresh_until(self) -> float:
        """Until when the page is fresh; 0 for what is local, or is a single file."""
        self._listing()
        return self._fresh_until

    def doubt(self) -> bool:
        """Whether the page was remembered, and will be asked for when it is wanted again."""
        with self._lock:
            if self._remembered and not self._offline:
                self._refresh, self._listed = True, None
            return self._remembered and not self._offline

    def _listing(self) -> Sequence[IndexFile]:
        with self._lock:
            if self._listed is None:
                self._listed = self._list_remote() if self._remote else self._list_local(self._path())
            return self._listed

    def _path(self) -> Path:
        is_url = self._location.lower().startswith("file:")
        return (local_path(self._location) if is_url else Path(self._location)).absolute()

    def _list_local(self, path: Path) -> Sequence[IndexFile]:
        with reading(path):
            return self._list_path(path)

    def _list_path(self, path: Path) -> Sequence[IndexFile]:
        if path.is_dir():
            return files_in(path, self.url)
        if not path.is_file():
            raise UsageError(
                f"`--find-links` names `{path}`, which does not exist", hint="Check the name and the folder"
            )
        if is_archive(path.name):
            size = path.stat().st_size
            return (IndexFile(filename=path.name, url=path.as_uri(), size=size, index=self.url),)
        return read_html(path.read_bytes(), page_url=path.as_uri(), index=self.url).files

    def _list_remote(self) -> Sequence[IndexFile]:
        url = without_credentials(self._location)
        name = last_component(url)
        if is_archive(name):
            return (IndexFile(filename=name, url=url, index=self.url),)
        head = self._cache.head(url)
        usable = head is not None and (self._offline or (not self._refresh and head.is_fresh(self._clock())))
        body = self._cache.body(url, head) if head is not None and usable else None
        self._remembered = body is not None
        if head is None or body is None:
            head, body = self._fetch(url)
        self._fresh_until = head.fresh_until
        page = read_html(body, page_url=head.url, charset=charset_of(head.content_type), index=self.url)
        if not page.filenames:
            raise not_an_index(url, "no links to files")
        return page.files

    def _fetch(self, url: str) -> tuple[PageHead, bytes]:
        if self._offline:
            raise OfflineError(f"the page `{self.url}` is not in the store, and lbuild may not go online")
        headers = {"accept": "text/html", "accept-encoding": "gzip"}
        answer = self._http().get(url, headers=headers, limit=PAGE_LIMIT)
        now = self._clock()
        head = PageHead(
            known=True,
            url=answer.url,
            content_type=answer.headers.get("content-type", ""),
            digest=digest_of(answer.body),
            fetched_at=now,
            fresh_until=validity(answer.headers, now).fresh_until,
        )
        self._cache.keep(url, head, answer.body)
        return head, answer.body


def _seen(url: str) -> str:
    """Size and time of a local file; empty for one that a page lists and nobody has."""
    try:
        facts = local_path(url).stat()
    except OSError:
        return ""
    return f"{facts.st_size} {facts.st_mtime_ns}"
