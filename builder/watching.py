"""What the inputs' reader asks of the disk and the environment, noted so that it can be asked again."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from builder.disk import Disk

ABSENT = ""
"""Stands for the digest of what is not there: a file, a variable, a page no index has."""


class WatchedDisk:
    """A Disk that remembers what it was asked and told."""

    def __init__(self, disk: "Disk") -> None:
        self._disk = disk
        self.seen: dict[tuple[str, str], str] = {}

    def read(self, path: Path) -> bytes:
        content = self._disk.read(path)
        self.seen["read", str(path)] = sha256(content).hexdigest()
        return content

    def is_file(self, path: Path) -> bool:
        return self._noted("file", path, self._disk.is_file(path))

    def is_pipe(self, path: Path) -> bool:
        """A pipe is noted before it is read, as what never answers the same: nobody can look at it twice."""
        return self._disk.is_pipe(path) and self._noted("pipe", path, True)

    def is_dir(self, path: Path) -> bool:
        return self._noted("dir", path, self._disk.is_dir(path))

    def names(self, folder: Path) -> tuple[str, ...]:
        return self._disk.names(folder)  # only for the hints of errors, which are not remembered

    def _noted(self, question: str, path: Path, answer: bool) -> bool:
        self.seen[question, str(path)] = str(answer)
        return answer


class WatchedEnvironment(Mapping[str, str]):
    """An environment that remembers which variables were looked at."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.seen: dict[tuple[str, str], str] = {}

    def __getitem__(self, name: str) -> str:
        self.seen["env", name] = digest_of(self._environ.get(name))
        return self._environ[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._environ)

    def __len__(self) -> int:
        return len(self._environ)


def answer_of(question: str, about: str, disk: "Disk", environ: Mapping[str, str]) -> str:
    match question:
        case "env":
            return digest_of(environ.get(about))
        case "file":
            return str(disk.is_file(Path(about)))
        case "pipe":
            return ABSENT
        case "dir":
            return str(disk.is_dir(Path(about)))
    try:
        return sha256(disk.read(Path(about))).hexdigest()
    except OSError:
        return ABSENT


def digest_of(secret: str | None) -> str:
    """What is kept of a possible secret; surrogates stand for a variable's bytes that are no UTF-8."""
    return ABSENT if secret is None else sha256(secret.encode(errors="surrogatepass")).hexdigest()
