"""What a build is given and what it gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from manylinux.errors import EnvironmentFault

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from manylinux.backends.port import Supplied

ConfigSettings = Mapping[str, str | tuple[str, ...]]
"""PEP 517 config settings; a key given several times has all its values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildIndex:
    """Where build requirements come from. One index: of several, pip could take a stranger's project."""

    index_url: str | None = field(default=None, repr=False)
    """May hold credentials; only pip sees it, through its environment. None: pip's built-in default."""
    find_links: tuple[str, ...] = field(default=(), repr=False)
    """URLs, or absolute paths of folders."""
    no_index: bool = False
    trusted_hosts: tuple[str, ...] = ()
    certificates: str | None = None
    """Path of a CA bundle; None: pip's own choice."""
    client_certificate: str | None = field(default=None, repr=False)
    proxy: str | None = field(default=None, repr=False)
    supply: Callable[[Sequence[str]], Sequence[Supplied]] | None = field(default=None, repr=False)
    """What is required, resolved and fetched, with all that it requires; None: pip does that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildPolicy:
    """How long, how loud and where a build may be."""

    logs: Path
    """Folder that keeps the log of a failed build."""
    workdir: Path | None = None
    """Folder in which each build makes its own; None: the system's temporary folder."""
    timeout: float = 600.0
    """Seconds for one build, its requirements included."""
    output: int = 32 << 20
    """Bytes a build may print; one that prints more is stopped."""
    offline: bool = False
    """No server is asked for a repository, and pip finds only what lies on this machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """How a wheel was compiled."""

    backend: str
    reason: str
    """Why this backend."""
    refused: tuple[tuple[str, str], ...] = ()
    """Those that were asked before it, and what they said."""
    log: str = ""
    """Path of what was printed while it was built; it may be gone by now."""
    seconds: float = 0.0
    requirements: tuple[str, ...] = ()
    """File names of the wheels that the build used."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltWheel:
    """A wheel made here, in the store."""

    path: Path
    filename: str
    sha256: str
    commit: str | None = None
    """Of the repository it was built from."""
    provenance: Provenance | None = None
    """None: pure Python, built on whatever Python was at hand."""


def never() -> None:
    """A pulse that stops nothing.

    Long work calls its pulse several times a second; a pulse that raises stops the work, and what it raised
    is what the caller gets.
    """


@contextmanager
def machine_faults(label: str) -> Iterator[None]:
    """What the system refuses while `label` is worked on is told as an EnvironmentFault."""
    try:
        yield
    except OSError as error:
        raise EnvironmentFault(
            f"{label} could not be built on this machine",
            evidence=(f"{error.strerror or error}: `{error.filename or 'no file'}`",),
            hint="Check free space and permissions; TMPDIR names the folder that builds work in",
        ) from error
