"""Core metadata of wheels at the least cost: store, metadata file (PEP 658, 714), wheel's end, the wheel."""

import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from prebuilt_index.artefacts import IndexFile
from prebuilt_index.errors import BadArchiveError, HashMismatchError, OfflineError
from prebuilt_index.index.download import Downloads
from prebuilt_index.index.metadata_key import metadata_key
from prebuilt_index.index.reading import reading
from prebuilt_index.index.wheel_tail import (
    METADATA_LIMIT,
    NotUnderstoodError,
    Span,
    directory_span,
    find_metadata,
    read_metadata,
)
from prebuilt_index.store import Bucket, Store
from prebuilt_index.transport.port import Answer, Http
from prebuilt_index.urls import Origin, local_path, origin, redacted

SMALL_WHEEL = 256 * 1024
"""Bytes; up to here the whole wheel costs no more than its end would: the request is what costs."""
_TAIL = 128 * 1024
"""Bytes asked for at first: directory and METADATA of 80 % of wheels above SMALL_WHEEL lie in them."""


class CoreMetadata:
    """Reads METADATA, and remembers it by the file's sha256, else by where the file was."""

    def __init__(
        self,
        store: Store,
        downloads: Downloads,
        *,
        http: Callable[[], Http],
        offline: bool,
        small: int = SMALL_WHEEL,
    ) -> None:
        self._store = store
        self._downloads = downloads
        self._http = http
        self._offline = offline
        self._small = small
        self._without_ranges: set[Origin] = set()

    def of(self, file: IndexFile) -> bytes:
        """METADATA of a wheel. Raises HashMismatchError, BadArchiveError, NetworkError."""
        key = metadata_key(file)
        remembered = self._store.get(Bucket.METADATA, key) if key else None
        if remembered is not None:
            return remembered
        here = self._downloads.present(file)
        if here is not None or file.url.startswith("file:"):
            return metadata_in(here or local_path(file.url), file.filename)
        content = self._apart(file)
        if content is None:
            # Not remembered: the wheel is in the store from now on, and a look into it is cheap.
            return metadata_in(self._downloads.download(file, _unheard), file.filename)
        if key:
            self._store.put(Bucket.METADATA, key, content)
        return content

    def _apart(self, file: IndexFile) -> bytes | None:
        """METADATA without the wheel; None when only the whole of it, or no more than that, will do."""
        if self._offline:
            raise OfflineError(
                f"the metadata of `{file.filename}` is not in the store, and lbuild may not go online",
                hint="Run once without `--offline`",
            )
        content = None
        if file.metadata_hashes is not None:
            content = self._sidecar(file, file.metadata_hashes)
        if content is None and (file.size is None or file.size > self._small):
            content = self._from_end(file)
        return content

    def _sidecar(self, file: IndexFile, hashes: Mapping[str, str]) -> bytes | None:
        """The metadata file beside the wheel; None when it is not there, as on some mirrors."""
        url = f"{file.url}.metadata"
        answer = self._http().get(url, headers={}, limit=METADATA_LIMIT, statuses=frozenset({200, 404}))
        if answer.status == 404:
            return None
        for algorithm, expected in sorted(hashes.items()):
            got = hashlib.new(algorithm, answer.body, usedforsecurity=False).hexdigest()
            if got != expected:
                raise HashMismatchError(
                    f"the metadata file of `{file.filename}` is not the one that was promised",
                    evidence=[
                        f"url: {redacted(url)}",
                        f"expected {algorithm}:{expected}",
                        f"got {algorithm}:{got}",
                    ],
                    hint="Nothing of it was kept; if it stays so, tell the index's owner",
                )
        return answer.body

    def _from_end(self, file: IndexFile) -> bytes | None:
        """METADATA by range requests; None when the server or the archive does not lend itself to that."""
        server = origin(file.url)
        if server in self._without_ranges:
            return None
        try:
            return _RemoteWheel(self._http(), file).metadata()
        except NoRangesError:
            self._without_ranges.add(server)
        except NotUnderstoodError:
            pass
        return None


class NoRangesError(NotUnderstoodError):
    """The server sends whole files only."""


class _RemoteWheel:
    """A wheel on a server, of which stretches are fetched."""

    def __init__(self, http: Http, file: IndexFile) -> None:
        self._http = http
        self._file = file
        self._tail = b""
        self._size = 0

    def metadata(self) -> bytes:
        """METADATA, after one request when the wheel's last bytes hold it, else after two or three."""
        self._fetch_tail()
        directory = self._stretch(directory_span(self._tail, self._size))
        place = find_metadata(directory)
        return read_metadata(place, self._stretch(place.span))

    def _fetch_tail(self) -> None:
        size = self._file.size
        asked = f"bytes=-{_TAIL}" if size is None else f"bytes={max(0, size - _TAIL)}-{size - 1}"
        answer = self._get(asked)
        start, total = _content_range(answer)
        if start + len(answer.body) != total or (size is not None and total != size):
            raise NotUnderstoodError("the range is not the end of the wheel")
        self._tail, self._size = answer.body, total

    def _stretch(self, span: Span) -> bytes:
        """The bytes of `span`, or fewer where the wheel ends before it does."""
        have_from = self._size - len(self._tail)
        if span.start >= have_from:
            return self._tail[span.start - have_from : span.end - have_from]
        end = min(span.end, self._size)
        if span.start >= end:
            raise NotUnderstoodError("it points beyond the end of the wheel")
        answer = self._get(f"bytes={span.start}-{end - 1}")
        start, total = _content_range(answer)
        if start != span.start or len(answer.body) != end - span.start or total != self._size:
            raise NotUnderstoodError("the range is not the one that was asked for")
        return answer.body

    def _get(self, asked: str) -> Answer:
        limit = _TAIL + METADATA_LIMIT * 3
        answer = self._http.get_range(self._file.url, span=asked, limit=limit)
        if answer is None:
            raise NoRangesError("the server does not serve ranges")
        return answer


def _content_range(answer: Answer) -> tuple[int, int]:
    """First byte and total of `Content-Range: bytes 5-9/10`."""
    unit, _, rest = answer.headers.get("content-range", "").strip().partition(" ")
    span, _, total = rest.strip().partition("/")
    first = span.partition("-")[0]
    if unit.lower() != "bytes" or not (_is_number(first) and _is_number(total)):
        raise NotUnderstoodError("no usable Content-Range")
    return int(first), int(total)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 20


def metadata_in(path: Path, filename: str) -> bytes:
    """METADATA of the wheel at `path`. Raises BadArchiveError, and UsageError when it cannot be read."""
    with reading(path), open(path, "rb") as wheel:
        size = os.fstat(wheel.fileno()).st_size

        def stretch(span: Span) -> bytes:
            wheel.seek(span.start)
            return wheel.read(span.end - span.start)

        try:
            tail = stretch(Span(max(0, size - 22), size))
            place = find_metadata(stretch(directory_span(tail, size)))
            return read_metadata(place, stretch(place.span))
        except NotUnderstoodError as error:
            raise BadArchiveError(
                f"`{filename}` has no METADATA that can be read", evidence=[str(error)]
            ) from error


def _unheard(_count: int) -> None:
    """Nobody watches this download."""
