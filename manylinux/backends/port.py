"""The port behind which wheels are compiled for a target, and the values it is spoken in.

A backend is asked for `refusal`, which only looks; for its `identity`, which becomes part of the key that
the wheel is remembered by; for `metadata`, where a resolution wants to know what a wheel would require; for
`build`, once, if nothing is remembered. What it hands back is not yet trusted: the caller repairs, retags,
audits and verifies a wheel like any other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from manylinux.backends.extras import NONE, Extras

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from manylinux.backends.limits import Limits
    from manylinux.backends.project import Project
    from manylinux.target import Target


class BackendError(Exception):
    """The wheel was not made; the text says why. What the programs printed is in the job's log."""


class ExceededError(BackendError):
    """A limit was exceeded: the text says which. Another backend would only do the same."""

    def __init__(self, limit: str, text: str) -> None:
        super().__init__(text)
        self.limit = limit
        """A field of `Limits`."""


class FellBackError(BackendError):
    """What was made is pure Python for want of what was to be compiled, and nobody has accepted that."""


class Run(Protocol):
    """Runs programs so that nothing of them is left."""

    def __call__(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        environ: Mapping[str, str],
    ) -> None:
        """The program has ended well, and so has all that it started; what it printed is in the log.

        `environ` is all it sees. Own process group, deadline and limits are the caller's affair. Raises an
        error that the caller knows, and a backend lets through, when the program fails or has to be stopped,
        and EnvironmentFault for want of it.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplied:
    """A wheel that a build requires: verified, complete, read-only."""

    path: Path
    """Where its bytes are; the file there has a name of the store's."""
    filename: str
    """Its own name, which tells its tags."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One wheel to be made."""

    project: Project
    target: Target
    folder: Path
    """The build's own, gone afterwards: what is written goes below it. `project.folder` lies here."""
    output: Path
    """New and empty; the wheel, or the folder of its metadata, goes here."""
    settings: Mapping[str, str | Sequence[str]]
    """PEP 517 config settings of the user's."""
    supply: Callable[[Sequence[str], Target], Sequence[Supplied]]
    """Wheels, with what they require, that fulfil requirements at a place.

    The place is a Target, but need not be Lambda: where requirements are installed on this machine it
    describes this machine (see `BuildingPython.place`). Raises an error that the backend lets through.
    """
    run: Run
    log: Path
    """Where `run` writes; a backend that has output of its own appends to it."""
    deadline: float
    """By `time.monotonic()`."""
    output_limit: int
    """Bytes the log may grow to."""
    limits: Limits
    """`run` keeps a program to them on this machine, but for the size of the wheel."""
    pulse: Callable[[], None]
    """Called several times a second by what waits; what it raises stops the build."""
    tell: Callable[[str], None]
    """One line of what is going on, for people."""
    accepts_pure: bool = False
    """A wheel that is pure for want of what was to be compiled will do."""
    extras: Extras = NONE
    """What the project's recipe adds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a backend made."""

    wheel: Path
    """The only file in `Job.output`, under the name the backend of the project gave it."""
    libraries: tuple[Path, ...] = ()
    """Files, or folders, with libraries of the system it was made in: what it needs is grafted from there."""
    requirements: tuple[str, ...] = ()
    """File names of the wheels the build used, sorted."""
    notes: tuple[str, ...] = field(default=())
    """What people should know: network that could not be cut off, an extension left out."""
    foreign_python: str = ""
    """The version of the Python that made it, where that is of another minor version than the target's: then
    the wheel is right only if it keeps to the stable ABI, or `names_python`."""
    names_python: bool = False
    """What made it was told the target's Python, and asked none."""


class Backend(Protocol):
    """One way to make wheels. Every method may be called from several threads."""

    @property
    def name(self) -> str:
        """`zig`, `docker`, `local`."""
        ...

    def refusal(self, project: Project, target: Target) -> str | None:
        """Why it cannot make a wheel of `project` for `target`, and what would help; None when it may work.

        A clause whose subject is the backend: `needs a Python 3.12 on this machine: ...`. Downloads nothing
        and builds nothing. May ask programs of this machine, and remember their answers.
        """
        ...

    def identity(self, target: Target) -> str:
        """What decides, beside sources and settings, over the bytes it makes: compiler, recipe, Python.

        Also asked without `refusal`, to look for what was built before, so it never raises. The same on every
        host where the result would be.
        """
        ...

    def metadata(self, job: Job) -> bytes | None:
        """METADATA that the wheel would have, by `prepare_metadata_for_build_wheel`, nothing compiled.

        None where the project's backend does not offer that. Raises as `build` does.
        """
        ...

    def build(self, job: Job) -> Made:
        """The wheel. Raises BackendError, EnvironmentFault, and what the job's functions raise."""
        ...
