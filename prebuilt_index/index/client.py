"""The door to indexes: pages, core metadata and files of every configured index, each asked for once."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

from packaging.utils import NormalizedName

from prebuilt_index.artefacts import IndexFile, ProjectPage
from prebuilt_index.errors import NotAnIndexError
from prebuilt_index.index.background import Once, Workers
from prebuilt_index.index.core_metadata import CoreMetadata
from prebuilt_index.index.download import Downloads, OnBytes
from prebuilt_index.index.local import LocalIndex
from prebuilt_index.index.page_cache import PageCache
from prebuilt_index.index.remote import RemoteIndex
from prebuilt_index.index.several import Indexes
from prebuilt_index.index.source import Source, Stamp
from prebuilt_index.store import Store
from prebuilt_index.transport.port import Http, HttpConfig, HttpPolicy
from prebuilt_index.urls import is_remote, local_path

if TYPE_CHECKING:
    from prebuilt_index.index.listed import ListedIndex

Remote = TypeVar("Remote", RemoteIndex, "ListedIndex")
_PATIENCE = 1.0
"""Seconds that requests may take to notice that they are to end; only connecting takes longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexSettings:
    """Which indexes there are, and how they are used."""

    indexes: tuple[str, ...] = ()
    """URLs or folders, most trusted first: extras in the order given, then the main index."""
    prebuilt: tuple[str, ...] = ()
    """URLs or folders of indexes whose files go before those of a project's own index, version by version."""
    find_links: tuple[str, ...] = ()
    """Folders, HTML pages (URL or path) or single files."""
    pins: Mapping[NormalizedName, str] = field(default_factory=dict)
    """Project to the URL of the only index it may come from."""
    offline: bool = False
    """The store is all there is, however old its pages are."""
    refresh: bool = False
    """Every page is asked for anew, once."""
    policy: HttpPolicy = field(default_factory=HttpPolicy)
    http: HttpConfig = field(default_factory=HttpConfig)


class IndexClient:
    """Answers what the resolver and the fetcher ask. Every method may be called from any thread.

    Two equal questions get one answer: what `hint` and `hint_metadata` began is joined, not repeated.
    """

    def __init__(
        self,
        store: Store,
        settings: IndexSettings,
        *,
        clock: Callable[[], float] = time.time,
        open_http: Callable[[HttpPolicy, HttpConfig], Http] | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._open_http = open_http or _open_http
        self._lock = threading.Lock()
        self._session: Http | None = None
        self._cache = PageCache(store)
        self._indexes = self._assembled()
        self._downloads = Downloads(
            store, http=self._http, offline=settings.offline, refresh=settings.refresh
        )
        self._metadata = CoreMetadata(store, self._downloads, http=self._http, offline=settings.offline)
        workers = Workers(settings.policy.connections)
        self._workers = workers
        self._pages: Once[ProjectPage] = Once(workers)
        self._stamps: Once[Stamp] = Once(workers)
        self._contents: Once[bytes] = Once(workers)
        self._files: Once[Path] = Once(workers)

    def page(self, project: NormalizedName) -> ProjectPage:
        """Every file of `project`.

        Raises ProjectNotFoundError, QuarantinedProjectError, NotAnIndexError and other NetworkErrors.
        """
        return self._pages.ask(project, partial(self._indexes.page, project))

    def stamps(self, projects: Sequence[NormalizedName]) -> Mapping[NormalizedName, Stamp]:
        """The stamp of each project's page, unknown ones included; asked for in parallel.

        While a page in the store is fresh, this reads a small record and nothing else. A stale one costs a
        request, and is parsed only when it has changed. Raises NetworkError.
        """
        asked = {project: partial(self._indexes.stamp, project) for project in projects}
        for project, find in asked.items():
            self._stamps.hint(project, find)
        return {project: self._stamps.ask(project, find) for project, find in asked.items()}

    def doubt(self, projects: Iterable[NormalizedName]) -> tuple[NormalizedName, ...]:
        """Those of `projects` whose page an earlier run asked for; it is asked for anew when next wanted."""
        doubted = tuple(project for project in projects if self._indexes.doubt(project))
        for project in doubted:
            self._pages.forget(project)
            self._stamps.forget(project)
        return doubted

    def core_metadata(self, file: IndexFile) -> bytes:
        """METADATA of a wheel. Raises HashMismatchError, BadArchiveError, NetworkError."""
        return self._contents.ask(_key(file), partial(self._metadata.of, file))

    def download(self, file: IndexFile, on_bytes: OnBytes = lambda count: None) -> Path:
        """Where the store has `file`, with the promised hashes. Raises HashMismatchError, NetworkError."""
        return self._files.ask(_key(file), partial(self._downloads.download, file, on_bytes))

    def hint(self, projects: Iterable[NormalizedName]) -> None:
        """The pages of `projects` are on their way."""
        for project in projects:
            self._pages.hint(project, partial(self._indexes.page, project))

    def hint_metadata(self, files: Iterable[IndexFile]) -> None:
        """The core metadata of `files`, wheels, is on its way."""
        for file in files:
            self._contents.hint(_key(file), partial(self._metadata.of, file))

    def close(self) -> None:
        """Nothing is asked any more; what waits ends with an error, and the store is left alone."""
        self._workers.close()
        with self._lock:
            if self._session is not None:
                self._session.close()
        self._workers.join(_PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _http(self) -> Http:
        """The session, opened when something is first asked of the network."""
        with self._lock:
            if self._session is None:
                self._session = self._open_http(self._settings.policy, self._settings.http)
                for url in self._all_urls():
                    self._session.learn(url)
            return self._session

    def _all_urls(self) -> Sequence[str]:
        settings = self._settings
        every = (*settings.indexes, *settings.prebuilt, *settings.find_links, *settings.pins.values())
        return [url for url in every if is_remote(url)]

    def _assembled(self) -> Indexes:
        settings = self._settings
        made: dict[str, Source] = {url: self._listed(url) for url in settings.prebuilt}
        made |= {
            url: self._source(url)
            for url in dict.fromkeys((*settings.indexes, *settings.pins.values()))
            if url not in made
        }
        find_links = []
        if settings.find_links:
            from prebuilt_index.index.find_links import FindLinks  # here: it needs the HTML parser

            find_links = [
                FindLinks(
                    location,
                    http=self._http,
                    cache=self._cache,
                    offline=settings.offline,
                    refresh=settings.refresh,
                    clock=self._clock,
                )
                for location in settings.find_links
            ]
        return Indexes(
            [made[url] for url in dict.fromkeys(settings.indexes)],
            pins={project: made[url] for project, url in settings.pins.items()},
            find_links=find_links,
            prebuilt=[made[url] for url in dict.fromkeys(settings.prebuilt)],
        )

    def _source(self, url: str) -> Source:
        if url.lower().startswith("file:"):
            return LocalIndex(local_path(url))
        if not is_remote(url):
            return LocalIndex(Path(url))
        return self._remote(RemoteIndex, url)

    def _listed(self, url: str) -> Source:
        """A prebuilt index."""
        if not is_remote(url):
            return self._source(url)
        from prebuilt_index.index.listed import ListedIndex  # here: it needs the HTML parser

        return self._remote(ListedIndex, url)

    def _remote(self, kind: type[Remote], url: str) -> Remote:
        return kind(
            url,
            http=self._http,
            cache=self._cache,
            offline=self._settings.offline,
            refresh=self._settings.refresh,
            clock=self._clock,
        )


def _key(file: IndexFile) -> tuple[str, str | None]:
    """What tells files apart. Raises NotAnIndexError for one that cannot be had."""
    if file.unusable is not None:
        raise NotAnIndexError(
            f"`{file.filename}` {file.unusable}",
            evidence=[f"index: {file.index}"],
            hint="Tell the index's owner",
        )
    return file.url, file.hashes.get("sha256")


def _open_http(policy: HttpPolicy, config: HttpConfig) -> Http:
    from prebuilt_index.transport.session import HttpSession  # here: urllib3 takes 79 ms to load

    return HttpSession(policy, config)
