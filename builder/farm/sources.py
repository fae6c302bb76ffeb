"""Sources of C libraries: from a folder, from the mirrors that this machine's apt is told of, or by URL;
pinned by hash.

Debian keeps the sources of what it has, so a machine with apt gets them where it gets everything else.
"""

from __future__ import annotations

import hashlib
import lzma
import os
import shutil
import subprocess
import tarfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from builder.build.abandoned import own_folder
from builder.errors import SourcesError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prebuilt_index.recipes import Library, Source
    from prebuilt_index.store import Store

_HELPER = Path("/usr/lib/apt/apt-helper")
_PATIENCE = 600.0
"""Seconds for one archive."""
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Hands out archives. May be asked from several threads."""

    store: Store
    folder: Path | None
    environ: Mapping[str, str]
    offline: bool = False

    def unpack(self, library: Library, folder: Path) -> Path:
        """The folder in which the sources of `library` begin, below `folder`. Raises SourcesError."""
        archive = self._archive(library)
        if not hasattr(tarfile, "data_filter"):
            raise SourcesError(
                f"The sources of `{library.name}` cannot be unpacked",
                evidence=["this Python's `tarfile` would write wherever an archive says"],
                hint="Run lbuild with Python 3.11.4 or newer",
            )
        try:
            with tarfile.open(archive) as opened:
                opened.extractall(folder, filter="data")
        except (tarfile.TarError, lzma.LZMAError, zlib.error, EOFError, OSError) as error:
            raise SourcesError(
                f"The sources of `{library.name}` cannot be unpacked",
                evidence=[f"`{library.source.file}`: {error}"],
            ) from error
        inside = sorted(folder.iterdir())
        return inside[0] if len(inside) == 1 and inside[0].is_dir() else folder

    def _archive(self, library: Library) -> Path:
        source = library.source
        if (known := self.store.blob(source.sha256)) is not None:
            return known
        told: list[str] = []
        with own_folder() as scratch:
            got = scratch / "archive"
            for where, fetch in self._ways(source, got):
                said = fetch()
                if said is None and _sha256(got) == source.sha256:
                    return self._keep(got)
                told.append(f"{where}: {said or 'another file by its hash'}")
                got.unlink(missing_ok=True)
        if self.offline:
            told.append("`--offline` is in force")
        raise SourcesError(
            f"The sources of `{library.name}` {library.version} cannot be had",
            evidence=[f"`{source.file}`, sha256 {source.sha256}", *told],
            hint="Put the file into a folder and name that with `--sources`",
        )

    def _ways(self, source: Source, got: Path) -> Iterator[tuple[str, _Fetch]]:
        if self.folder is not None:
            yield f"`{self.folder}`", _Copy(self.folder / source.file, got)
        if self.offline:
            return
        for url in source.urls:
            yield url, _Download(url, source.sha256, got)
        if source.debian is not None:
            for url in _of_debian(source.debian, source.file):
                yield f"apt's mirror, {url.rpartition('/')[2]}", _Download(url, source.sha256, got)

    def _keep(self, path: Path) -> Path:
        with self.store.receive() as incoming, path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                incoming.write(chunk)
            return incoming.commit()


@dataclass(frozen=True, slots=True)
class _Copy:
    path: Path
    got: Path

    def __call__(self) -> str | None:
        """What went wrong; None: nothing."""
        try:
            shutil.copyfile(self.path, self.got)
        except OSError as error:
            return error.strerror or str(error)
        return None


@dataclass(frozen=True, slots=True)
class _Download:
    """By apt's own program: it knows the proxies and certificates that apt is told of."""

    url: str
    sha256: str
    got: Path

    def __call__(self) -> str | None:
        """What went wrong; None: nothing."""
        if not _HELPER.is_file():
            return "this machine has no apt, which gets such files"
        command = (str(_HELPER), "download-file", self.url, str(self.got), f"SHA256:{self.sha256}")
        try:
            done = subprocess.run(
                command,
                check=False,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=_PATIENCE,
            )
        except subprocess.TimeoutExpired:
            return "it took too long"
        if done.returncode == 0:
            return None
        said = [
            line for line in done.stderr.splitlines() if line.startswith("E:")
        ] or done.stderr.splitlines()
        return said[0] if said else f"exit status {done.returncode}"


_Fetch = _Copy | _Download


def _of_debian(package: str, file: str) -> Iterator[str]:
    """Where the mirrors of this machine have a file of a source package."""
    initial = package[:4] if package.startswith("lib") else package[:1]
    for mirror in _mirrors():
        yield f"{mirror}/pool/main/{initial}/{package}/{file}"
        # Security updates have a pool of their own.
        yield f"{mirror}/pool/updates/main/{initial}/{package}/{file}"


def _mirrors() -> list[str]:
    command = ("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages")
    try:
        done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8", timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return list(
        dict.fromkeys(line.rstrip("/") for line in done.stdout.splitlines() if line.startswith("http"))
    )


def _sha256(path: Path) -> str | None:
    if not os.path.isfile(path):
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
