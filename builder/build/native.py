"""Projects that have to be compiled: which backend makes their wheel, and what becomes of it.

The backends and their port are in `manylinux.backends`; here it is decided whom to ask, with sources as they
were for each, and what a backend made is repaired and judged before anybody trusts it.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from packaging.utils import NormalizedName, canonicalize_name

from builder.build.build_system import BuildSystem
from builder.build.choice import ORDER, Mode, Wishes
from builder.build.process import FailedError
from builder.build.values import Provenance
from builder.errors import NativeBuildNeededError, NoBuildBackendError
from manylinux.backends.extras import NONE, Extras
from manylinux.backends.port import Backend, BackendError, ExceededError, Job
from manylinux.backends.project import Project, project_of
from manylinux.errors import (
    ContainerError,
    ImageBuildError,
    ImagePullError,
    NoContainerEngineError,
    NoImageError,
)
from manylinux.repair.values import Promise

if TYPE_CHECKING:
    from builder.build.values import ConfigSettings
    from builder.build.workbench import Workbench
    from manylinux.backends.port import Made, Supplied
    from manylinux.target import Target

_HINT = "Require a version that has wheels for the target, or give a wheel that was built for it"
_NEVER_ACCEPTS = (
    '`pure = "accept"` holds for what could not be compiled, and that shows when a backend tries: '
    "allow it one, such as `--build PROJECT=zig`"
)

_OF_CONTAINERS = (ContainerError, ImageBuildError, ImagePullError, NoContainerEngineError, NoImageError)
"""Why a container cannot be had: another backend may do without."""
Refused = Sequence[tuple[str, str]]
"""Backends that were asked before, and what they said."""
Result = TypeVar("Result")
Finish = Callable[["Made", Promise, Path], "tuple[Path, Sequence[str]]"]
"""What a backend made becomes a wheel for the target, in the folder that is given; and what is to be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NativeBuilds:
    """Compiles for one target."""

    target: Target
    wishes: Wishes
    backends: Mapping[str, Backend]
    """By name."""
    supply: Callable[[Sequence[str], Target], Sequence[Supplied]]
    finish: Finish
    finishing: str
    """What decides over bytes there: part of the keys of wheels."""
    tell: Callable[[str], None]
    """A line of what goes on, for everybody."""
    listen: Callable[[str, str], None]
    """By what is built: a line of what its build prints, for those who want to know."""
    special: Mapping[NormalizedName, Mapping[str, Backend]] = field(default_factory=dict)
    """What one project has instead of some of the backends."""
    extras: Extras = NONE
    """What every build gets beside its project; it is that of one recipe."""
    turns: threading.Semaphore = field(
        default_factory=lambda: threading.Semaphore(max(1, (os.cpu_count() or 1) // 2))
    )
    """As many builds at once as leave each two processors."""

    def identities(self, name: NormalizedName | None) -> Iterator[str]:
        """Of the backends that may build the project, in their order: parts of the keys of its wheels.

        None of a project whose name is not known, where something else may be wished for it.
        """
        if name is None and (self.wishes.projects or self.wishes.images or self.wishes.pure):
            return
        for backend in self._ordered(name):
            yield self.identity(backend)
            if self.wishes.accepts_pure(name):
                yield self.identity(backend, name)

    def identity(self, backend: Backend, name: NormalizedName | None = None) -> str:
        """`name`: of a project that may have become pure Python, as is accepted of that one."""
        runtime = self.target.runtime
        glibc = ".".join(map(str, self.target.glibc))
        place = f"cp{runtime.python} {self.target.architecture.machine} glibc {glibc}"
        pure = "or pure " if self.wishes.accepts_pure(name) else ""
        made = f"native-1 {pure}{place} {self.finishing} {backend.name}: {backend.identity(self.target)}"
        return f"{made} {self.extras.key}".rstrip()

    def project(self, label: str, folder: Path) -> Project:
        """What the sources in `folder` say. Raises RefusedError."""
        system = BuildSystem.of(folder)
        return project_of(
            label, folder, backend=system.backend, backend_path=system.backend_path, requires=system.requires
        )

    def make(
        self, bench: Workbench, project: Project, settings: ConfigSettings, promised: Promise
    ) -> tuple[Path, str, Provenance]:
        """The wheel of `project`, whose sources stay as they are; which builder made it, and its story.

        Raises NativeBuildNeededError, NoBuildBackendError, and what the last backend that tried raised.
        """
        name = promised.name or declared_name(project.folder)
        if self.wishes.of(name) is Mode.NEVER:
            accepts = self.wishes.accepts_pure(name)
            raise NativeBuildNeededError(
                f"{project.label} has to be compiled",
                evidence=["`--build never` is in force"],
                hint=f"{_HINT}. {_NEVER_ACCEPTS}" if accepts else _HINT,
            )

        def attempt(backend: Backend, refused: Refused) -> tuple[Path, str, Provenance]:
            started = time.monotonic()
            self.tell(f"{bench.label}: compiling with {backend.name}")
            with self._job(bench, project, settings, name, backend) as (job, own):
                made = backend.build(job)
                wheel, told = self._finished(made, promised, own)
                story = Provenance(
                    backend=backend.name,
                    reason=_reason(self.wishes.of(name), refused),
                    refused=tuple(refused),
                    log=str(own.kept_log()),
                    seconds=round(time.monotonic() - started, 1),
                    requirements=made.requirements,
                    notes=(*made.notes, *told),
                )
                return wheel, self.identity(backend, name), story

        return self._first(project, name, attempt)

    def metadata(
        self, bench: Workbench, project: Project, settings: ConfigSettings, promised: Promise
    ) -> bytes | None:
        """METADATA of the wheel that would be made; None where its backend tells none without one.

        None too where nothing may be compiled. Raises as `make` does.
        """
        name = promised.name or declared_name(project.folder)
        if self.wishes.of(name) is Mode.NEVER:
            return None

        def attempt(backend: Backend, refused: Refused) -> bytes | None:
            with self._job(bench, project, settings, name, backend) as (job, _):
                return backend.metadata(job)

        return self._first(project, name, attempt)

    def _first(
        self,
        project: Project,
        name: NormalizedName | None,
        attempt: Callable[[Backend, Refused], Result],
    ) -> Result:
        """What the first backend gives that neither refuses nor fails."""
        candidates = list(self._ordered(name))
        refused = [] if candidates else [(str(self.wishes.of(name)), "is not part of this lbuild")]
        failure: FailedError | BackendError | None = None
        for at, backend in enumerate(candidates):
            if why := backend.refusal(project, self.target):
                refused.append((backend.name, why))
                continue
            try:
                return attempt(backend, refused)
            except ExceededError:
                raise
            except (FailedError, BackendError, *_OF_CONTAINERS) as error:
                later = {each.name: each.refusal(project, self.target) for each in candidates[at + 1 :]}
                failure = failure if isinstance(error, _OF_CONTAINERS) else error
                if all(later.values()):
                    if failure is None:
                        raise
                    # That no container could be had says less than what a compiler said before.
                    told = [*refused, (backend.name, str(error)), *later.items()]
                    lines = [f"{name}: {why}" for name, why in told]
                    raise type(failure)("\n".join(lines)) from error
                refused.append((backend.name, f"failed: {error}"))
        raise NoBuildBackendError(
            f"{project.label} has to be compiled, and nothing here can do that for `{self.target.id}`",
            evidence=[f"{name}: {why}" for name, why in refused],
            hint=_HINT,
        )

    def _ordered(self, project: NormalizedName | None) -> Iterator[Backend]:
        mode = self.wishes.of(project)
        names = ORDER if mode is Mode.AUTO else (mode,)
        own = {} if project is None else self.special.get(project, {})
        return (found for name in names if (found := own.get(name) or self.backends.get(name)))

    @contextmanager
    def _job(
        self,
        bench: Workbench,
        project: Project,
        settings: ConfigSettings,
        name: NormalizedName | None,
        backend: Backend,
    ) -> Iterator[tuple[Job, Workbench]]:
        """A job for one backend, in its turn, with sources as they were; and the bench it is done on."""
        with self._turn(bench):
            limits = self.wishes.limits_of(name)
            own = bench.again(backend.name, limits, lambda line: self.listen(bench.label, line))
            job = Job(
                project=replace(project, folder=_copied(project.folder, bench.sources, own.sources)),
                target=self.target,
                folder=own.folder,
                output=own.folder / "wheel",
                settings=settings,
                supply=self.supply,
                run=own.run,
                log=own.log,
                deadline=own.deadline,
                output_limit=own.policy.output,
                limits=limits,
                pulse=own.pulse,
                tell=lambda line: self.tell(f"{bench.label}: {line}"),
                accepts_pure=self.wishes.accepts_pure(name),
                extras=self.extras,
            )
            job.output.mkdir()
            yield job, own

    def _finished(self, made: Made, promised: Promise, bench: Workbench) -> tuple[Path, Sequence[str]]:
        """The wheel for the target, and what is to be told of it. Raises BackendError too."""
        folder = bench.folder / "finished"
        folder.mkdir()
        wheel, told = self.finish(made, promised, folder)
        if not made.foreign_python:
            return wheel, told
        abi = wheel.name.split("-")[-2]
        made_by = f"made by Python {made.foreign_python}, for want of {self.target.runtime.python}"
        if made.names_python and abi == f"cp{self.target.runtime.python.replace('.', '')}":
            return wheel, (*told, f"{made_by}, which maturin asks nothing")
        if abi not in ("abi3", "none"):
            raise BackendError(f"{made_by}, and `{wheel.name}` does not keep to the stable ABI")
        return wheel, (*told, f"{made_by}: it keeps to the stable ABI")

    @contextmanager
    def _turn(self, bench: Workbench) -> Iterator[None]:
        while not self.turns.acquire(timeout=0.2):
            bench.pulse()
        try:
            yield
        finally:
            self.turns.release()


def _copied(project: Path, sources: Path, folder: Path) -> Path:
    """Where the project is in a copy at `folder` of all its sources, of which it may be a part."""
    root = sources if project.is_relative_to(sources) else project
    shutil.copytree(root, folder, symlinks=True)
    return folder / project.relative_to(root)


def declared_name(project: Path) -> NormalizedName | None:
    """The name in a project's `pyproject.toml`, which an sdist's file name would tell sooner."""
    try:
        document = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
        name = document["project"]["name"]
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None
    return canonicalize_name(name) if isinstance(name, str) else None


def _reason(mode: Mode, refused: Refused) -> str:
    if mode is not Mode.AUTO:
        return f"`--build {mode}`"
    return "the first of `--build auto`" if not refused else "the first of `--build auto` that could"
