"""Files into the store: hashed while they arrive, kept only when they are what was promised."""

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from prebuilt_index.artefacts import IndexFile
from prebuilt_index.errors import BadAnswerError, HashMismatchError, OfflineError
from prebuilt_index.index.reading import reading
from prebuilt_index.store import Bucket, Incoming, Store
from prebuilt_index.transport.port import Http
from prebuilt_index.urls import local_path, redacted

_CHUNK = 1024 * 1024
MOST = 4 << 30
"""Bytes of a file, whatever its index says or leaves out: a server that never ends must not fill the disk."""
OnBytes = Callable[[int], None]
"""Told how many bytes have come; a negative number takes back what a new start has made void."""


class Downloads:
    """Brings files into the store; what is there already is not fetched again."""

    def __init__(
        self, store: Store, *, http: Callable[[], Http], offline: bool, refresh: bool, most: int = MOST
    ) -> None:
        self._store = store
        self._most = most
        self._http = http
        self._offline = offline
        self._refresh = refresh

    def present(self, file: IndexFile) -> Path | None:
        """Where the store has `file`: by its hash, else by what its URL gave before."""
        digest = file.hashes.get("sha256")
        if digest is not None:
            return self._store.blob(digest)
        if self._refresh and not self._offline:
            return None
        remembered = self._store.get(Bucket.LOCATIONS, _location(file))
        return None if remembered is None else self._store.blob(remembered.decode())

    def download(self, file: IndexFile, on_bytes: OnBytes) -> Path:
        """Where the store has `file`, fetched if need be. HashMismatchError means that nothing was kept."""
        here = self.present(file)
        if here is not None:
            on_bytes(file.size or 0)
            return here
        location = "" if "sha256" in file.hashes else _location(file)
        with self._store.receive(algorithms=_algorithms(file)) as incoming:
            self._fill(incoming, file, on_bytes)
            check(file, incoming)
            path = incoming.commit()
            if location:
                self._store.put(Bucket.LOCATIONS, location, incoming.sha256.encode())
        return path

    def _fill(self, incoming: Incoming, file: IndexFile, on_bytes: OnBytes) -> None:
        if file.url.startswith("file:"):
            path = local_path(file.url)
            with reading(path), open(path, "rb") as source:
                _copy(source, incoming, file.size, on_bytes)
        elif self._offline:
            raise OfflineError(
                f"`{file.filename}` is not in the store, and lbuild may not go online",
                evidence=[f"url: {redacted(file.url)}"],
                hint="Run once without `--offline`",
            )
        else:
            http = self._http()
            # A direct reference may come with credentials.
            limit = self._most if file.size is None else min(file.size, self._most)
            http.receive(http.learn(file.url), incoming, limit=limit, on_bytes=on_bytes)
            if incoming.size > self._most:
                raise BadAnswerError(f"`{redacted(file.url)}` sent more than {self._most:,} bytes")


def check(file: IndexFile, incoming: Incoming) -> None:
    """Raise HashMismatchError unless what came has the promised size and all promised digests."""
    evidence = [f"url: {redacted(file.url)}"]
    if file.size is not None and incoming.size != file.size:
        got = f"more than {file.size:,}" if incoming.size > file.size else f"{incoming.size:,}"
        evidence += [f"expected {file.size:,} bytes", f"got {got} bytes"]
        raise _mismatch(file, "size", evidence)
    for algorithm in _algorithms(file):
        expected, got = file.hashes[algorithm], incoming.hexdigest(algorithm)
        if got != expected:
            evidence += [f"expected {algorithm}:{expected}", f"got {algorithm}:{got}"]
            raise _mismatch(file, algorithm, evidence)


def _mismatch(file: IndexFile, what: str, evidence: list[str]) -> HashMismatchError:
    return HashMismatchError(
        f"`{file.filename}` is not the file that was promised: its {what} differs",
        evidence=evidence,
        hint="Nothing of it was kept; try `--refresh`, and if it stays so, tell the index's owner",
    )


def _algorithms(file: IndexFile) -> tuple[str, ...]:
    return tuple(sorted(file.hashes))


def _location(file: IndexFile) -> str:
    """The key that a file without sha256 is remembered by: a local one by its stat, others by their URL."""
    promised = f"{file.url} {file.size} {file.upload_time} {sorted(file.hashes.items())}"
    if not file.url.startswith("file:"):
        return promised
    path = local_path(file.url)
    with reading(path):
        seen = path.stat()
    return f"{promised} {seen.st_size} {seen.st_mtime_ns} {seen.st_ctime_ns} {seen.st_ino}"


def _copy(source: BinaryIO, incoming: Incoming, limit: int | None, on_bytes: OnBytes) -> None:
    while chunk := source.read(_CHUNK):
        incoming.write(chunk)
        on_bytes(len(chunk))
        if limit is not None and incoming.size > limit:
            return
