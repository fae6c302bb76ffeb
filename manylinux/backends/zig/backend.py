"""The zig backend: what it refuses, and how it builds."""

from __future__ import annotations

import platform
import shutil
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from manylinux.backends.bills import anonymized
from manylinux.backends.building_python import described, fitting_python
from manylinux.backends.confinement import confined, gaps
from manylinux.backends.hooks import Hooks
from manylinux.backends.judging import Compilations, check_made, readable
from manylinux.backends.port import Made
from manylinux.backends.project import Language, Tool
from manylinux.backends.zig import rust
from manylinux.backends.zig.libraries import build_libraries
from manylinux.backends.zig.toolchain import pinned
from manylinux.backends.zig.warmth import warm
from manylinux.backends.zig.workplace import Workplace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from manylinux.backends.building_python import BuildingPython
    from manylinux.backends.port import Job
    from manylinux.backends.project import Project
    from manylinux.target import Target

Shelf = AbstractContextManager[Path]


@dataclass(frozen=True, slots=True, kw_only=True)
class Zig:
    """C and C++, and Rust where there is a toolchain, for both architectures; on Linux."""

    find_python: Callable[[str], tuple[BuildingPython | None, str]]
    """By minor version: a Python of this machine; or None, and how to get one."""
    toolchain: Callable[[], Shelf]
    """The folder of the pinned zig; fetched when it is not here. It stays inside the block."""
    shelf: Callable[[str, Callable[[Path], None]], Shelf]
    """By name, a folder that is made once by the function and kept; never written to again."""
    plain: Callable[[Path], Mapping[str, str]]
    """By a home of its own, the environment of foreign programs: no secrets, nothing that differs by host."""
    path: str
    """Where programs of this machine are."""
    name: str = "zig"

    def refusal(self, project: Project, target: Target) -> str | None:
        if platform.system() != "Linux" or platform.machine() not in pinned().wheels:
            return "runs on Linux only, on x86_64 and aarch64"
        if project.has_fortran:
            return "compiles no Fortran"
        if project.has_cuda:
            return "compiles no CUDA"
        if project.has_rust and (why := rust.missing(target, self.path)):
            return why
        if Language.GO in project.languages and not project.languages & {
            Language.C,
            Language.CPP,
            Language.CYTHON,
        }:
            return "compiles no Go"
        python, how_to_get = self._python(project, target)
        if python is None:
            return f"needs a Python {target.runtime.python} on this machine to run the build: {how_to_get}"
        if python.glibc is None:
            return "needs a machine with glibc, for the wheels that a build requires"
        return None

    def identity(self, target: Target) -> str:
        return pinned().digest

    def metadata(self, job: Job) -> bytes | None:
        with self._furnished(job) as (python, workplace, plain):
            return self._hooks(job, python, workplace, plain).metadata(workplace.settings())

    def build(self, job: Job) -> Made:
        with self._furnished(job) as (python, workplace, plain):
            with warm(workplace, plain, self.shelf) as cache:
                # A copy: what a build writes into a cache, another would take for the compiler's.
                shutil.copytree(cache, workplace.cache)
            build_libraries(workplace, plain, self.path, self.shelf)
            compilations = Compilations.of(workplace.notes, job.project.folder)
            wheel, used = self._hooks(job, python, workplace, plain).make_wheel(workplace.settings())
            if job.project.has_rust:
                with readable(wheel):
                    anonymized(wheel, job.folder)
            notes = check_made(wheel, job, compilations, versioned=True)
            return Made(
                wheel=wheel,
                requirements=used,
                notes=(*notes, *gaps(self.path)),
                foreign_python=python.version if python.differs(job.target) else "",
                names_python=job.project.tool is Tool.CARGO,
            )

    @contextmanager
    def _furnished(self, job: Job) -> Iterator[tuple[BuildingPython, Workplace, Mapping[str, str]]]:
        """The Python that builds, all tools, and the environment of foreign programs."""
        python, _ = self._python(job.project, job.target)
        assert python is not None  # it was there when it did not refuse
        with self.toolchain() as folder:
            plain = self.plain(job.folder / "home")
            workplace = Workplace(job=job, python=python, zig=folder / "zig")
            workplace.furnish(described(python.path, job, plain))
            yield python, workplace, plain

    def _python(self, project: Project, target: Target) -> tuple[BuildingPython | None, str]:
        """The one that builds; None, and how to get one. maturin needs none of the target's version."""
        named = project.tool is Tool.CARGO
        return fitting_python(self.find_python, project, target, any_will_do=named)

    def _hooks(
        self, job: Job, python: BuildingPython, workplace: Workplace, plain: Mapping[str, str]
    ) -> Hooks:
        return Hooks(
            job=job,
            python=python.path,
            place=python.place(job.target),
            plain=plain,
            environ=lambda programs: workplace.environ(plain, programs),
            confine=lambda command: confined(command, self.path, job.folder, job.limits),
            equip=workplace.equip,
            more=_more(job.project),
        )


def _more(project: Project) -> tuple[str, ...]:
    """What the driver needs, whatever the project says: CMake before 3.30 names modules for this machine."""
    if project.tool is Tool.CMAKE or (project.folder / "CMakeLists.txt").is_file():
        return ("cmake>=3.30", "ninja")
    return ()
