"""The one door to the store."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import Self

from prebuilt_index.store import blobs, durable, folder, locks, records

BLOBS = "blobs-v1"
TRIAL = "trial-v1"
"""Folders with what a runtime brings beside Python, see `trees`."""
TOOLS = "tools-v1"
"""Folders with compilers, and with what they made once, see `trees`."""
_SWEEP_AFTER = 3600.0
"""Seconds after which an unlocked file in `tmp/` belongs to a dead process."""


class Bucket(StrEnum):
    """Folders of records; raise the number when a record's meaning changes, `prune` removes lower ones.

    pages-v1        an index's page of a project       index URL, project
    locations-v1    sha256 of a file without one       URL, size, time, digests; stat of a local file
    metadata-v1     core metadata of a file            sha256 of the file; else its URL, size and upload time
    wheels-v1       verdict and table of a wheel       sha256 of the file, file name, version of the rules
    bytecode-v1     compiled modules, or their blob    path and sha256 of the sources, interpreter, engine
    bytecodings-v1  what of a bundle is compiled       digests of all that its plan follows from, interpreter
    interpreters-v1 a Python of this machine           minor version, purpose, where to look
    facts-v1        what a wheel's compiled files say  sha256 of the wheel, versions of wheel rules and facts
    slimmings-v1    what of wheels stays out           digests of wheels and source, versions of what decides
    scans-v1        what a wheel's code mentions       sha256 of the wheel, versions of wheel rules and scan
    overlays-v1     what was made of compiled files    sha256 of the wheel, versions of all that makes it
    remade-v1       what was compressed anew           sha256 of the wheel or content, engine
    checks-v1       what was found in order            digest of what was looked at, version of who looked
    built-v1        sha256 of a wheel made here        sha256 of the source, backend and its environment
                    how one was compiled               sha256 of the wheel
    resolutions-v1  pins                               digests of the requirements, the pages and the options
    pip-v1          pip's configuration                stats of its files, the PIP_ variables
    reports-v1      report of a build                  sha256 of the bundle
    """

    PAGES = "pages-v1"
    LOCATIONS = "locations-v1"
    METADATA = "metadata-v1"
    WHEELS = "wheels-v1"
    BYTECODE = "bytecode-v1"
    BYTECODINGS = "bytecodings-v1"
    INTERPRETERS = "interpreters-v1"
    FACTS = "facts-v1"
    SLIMMINGS = "slimmings-v1"
    SCANS = "scans-v1"
    OVERLAYS = "overlays-v1"
    REMADE = "remade-v1"
    CHECKS = "checks-v1"
    BUILT = "built-v1"
    RESOLUTIONS = "resolutions-v1"
    PIP = "pip-v1"
    REPORTS = "reports-v1"


_BUCKETS = frozenset({BLOBS, TRIAL, TOOLS, *Bucket})


class Store:
    """Blobs and records in one folder. Every method may be called from any thread of any number of processes.

    A store on a read-only file system serves what it holds; what is added lives in a private folder until
    `close`.
    """

    def __init__(self, root: Path, *, scratch: "Store | None" = None, temporary: bool = False) -> None:
        self.root = root
        self._folder = os.fspath(root)
        self._scratch = scratch
        """Where additions go when the folder is read-only."""
        self._temporary = temporary
        self._swept = False

    @classmethod
    def open(cls, root: Path) -> Self:
        """The store at `root`, made if need be. Raises StoreError when the folder may not be one."""
        # Resolved once: what a link in the path points to later does not matter.
        root = Path(os.path.realpath(root))
        writable = folder.prepare(os.fspath(root), _BUCKETS)
        return cls(root, scratch=None if writable else cls.temporary())

    @classmethod
    def temporary(cls) -> Self:
        """An empty store that is removed at `close`."""
        import tempfile  # 5 ms; only needed here

        with durable.told(tempfile.gettempdir(), "make a temporary store in"):
            root = Path(os.path.realpath(tempfile.mkdtemp(prefix="lbuild-")))
        folder.prepare(os.fspath(root), _BUCKETS)
        return cls(root, temporary=True)

    @property
    def read_only(self) -> bool:
        return self._scratch is not None

    @property
    def writable(self) -> "Store":
        """Where additions go: this store, or the one it keeps for them when it is read-only."""
        return self._scratch or self

    def close(self) -> None:
        """What is temporary is gone; a shared store stays."""
        if self._scratch is not None:
            self._scratch.close()
        if self._temporary:
            with durable.told(self._folder, "remove"):
                durable.remove(self._folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- blobs -----------------------------------------------------------------------------------------------

    def blob(self, sha256: str) -> Path | None:
        """Where the file with this digest is, unchanged since it was stored; None when there is none.

        A damaged one is removed, so that it can be received again. 10 microseconds when nothing changed.
        """
        if not blobs.is_digest(sha256):
            return None
        path = self._blob_path(sha256)
        if blobs.is_trusted(path) or self._holds_after_doubt(sha256, path):
            return Path(path)
        return self._scratch.blob(sha256) if self._scratch else None

    @contextmanager
    def receive(self, algorithms: Iterable[str] = ()) -> Iterator[blobs.Incoming]:
        """A file to write to; unless it is committed inside the block, nothing is left of it.

        `algorithms`: hashlib's names of digests wanted beside sha256.
        """
        if self._scratch is not None:
            with self._scratch.receive(algorithms) as incoming:
                yield incoming
            return
        self._sweep_once()
        incoming = blobs.Incoming(self, algorithms)
        try:
            yield incoming
        finally:
            incoming.discard()

    def place(self, temporary: str, sha256: str) -> Path:
        """The complete file at `temporary` is the blob; if there was one already, `temporary` is gone."""
        path = self._blob_path(sha256)
        while not durable.move_into_place(temporary, path):
            if self.blob(sha256) is not None:
                durable.remove(temporary)
                return Path(path)
        durable.sync_folder(os.path.dirname(path))
        blobs.stamp(path, os.lstat(path), self.temporary_path())
        return Path(path)

    def temporary_path(self) -> str:
        """A path in `tmp/` that nobody else uses."""
        return folder.temporary_path(self._folder)

    def _blob_path(self, sha256: str) -> str:
        return f"{self._folder}/{BLOBS}/{sha256[:2]}/{sha256[2:]}"

    def _holds_after_doubt(self, sha256: str, path: str) -> bool:
        """Whether the blob proves right when hashed; if not, it is gone. One process at a time looks."""
        if not os.path.lexists(path):
            return False
        if self.read_only:
            return blobs.examine(path, sha256) is not None
        with self.lock(f"blob {sha256}"), durable.told(path, "check"):
            if blobs.is_trusted(path):
                return True
            seen = blobs.examine(path, sha256)
            if seen is None:
                self._throw_away(path)
                return False
            blobs.stamp(path, seen, self.temporary_path())
        return True

    def _throw_away(self, path: str) -> None:
        doomed = self.temporary_path()
        with suppress(FileNotFoundError):  # whoever looks after the store takes no lock
            durable.replace(path, doomed)
        durable.remove(path + blobs.STAMP)
        durable.remove(doomed)

    def _sweep_once(self) -> None:
        if not self._swept:
            self._swept = True
            from prebuilt_index.store.sweeping import sweep  # who only reads does without

            sweep(self._folder, _SWEEP_AFTER)

    # -- records ---------------------------------------------------------------------------------------------

    def get(self, bucket: Bucket, key: str) -> bytes | None:
        """The value put under `key`; None when there is none, or it is damaged."""
        name = records.digest(key)
        content = records.read(records.path_in(f"{self._folder}/{bucket}", name))
        value = None if content is None else records.unpack(bucket, name, content)
        if value is None and self._scratch is not None:
            return self._scratch.get(bucket, key)
        return value

    def put(self, bucket: Bucket, key: str, value: bytes) -> None:
        """`value` is what `get` gives from now on; readers meanwhile see the old one or this one, whole."""
        if self._scratch is not None:
            self._scratch.put(bucket, key, value)
            return
        name = records.digest(key)
        path = records.path_in(f"{self._folder}/{bucket}", name)
        temporary = self.temporary_path()
        parts = (records.header(bucket, name, value), value)
        with durable.told(path, "write"), durable.written(temporary, *parts):
            durable.replace(temporary, path)

    # -- locks -----------------------------------------------------------------------------------------------

    @contextmanager
    def lock(self, key: str, timeout: float = locks.TIMEOUT) -> Iterator[None]:
        """No other process or thread holds `key` meanwhile. Not to be held while talking to a server.

        Raises StoreError, naming the process that holds it, after `timeout` seconds.
        """
        root = self._scratch._folder if self._scratch is not None else self._folder
        with locks.held(f"{root}/locks", key, timeout):
            yield
