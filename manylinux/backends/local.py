"""The local backend: this machine's own compilers, where it is the target in all that counts."""

from __future__ import annotations

import platform
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from manylinux.backends.building_python import fitting_python
from manylinux.backends.compilers import NOTES, write_compilers
from manylinux.backends.confinement import confined, gaps
from manylinux.backends.hooks import Hooks
from manylinux.backends.judging import Compilations, check_made
from manylinux.backends.port import Made

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from manylinux.backends.building_python import BuildingPython
    from manylinux.backends.port import Job
    from manylinux.backends.project import Project
    from manylinux.target import Target

_COMPILERS = ("cc", "gcc", "clang")


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """Whatever this machine can compile; its system libraries may be used, and are grafted afterwards."""

    find_python: Callable[[str], tuple[BuildingPython | None, str]]
    plain: Callable[[Path], Mapping[str, str]]
    path: str
    name: str = "local"

    def refusal(self, project: Project, target: Target) -> str | None:
        machine = platform.machine()
        if platform.system() != "Linux" or machine != target.architecture.machine:
            return f"needs Linux on {target.architecture.machine}; this is {platform.system()} on {machine}"
        python, how_to_get = fitting_python(self.find_python, project, target)
        if python is None:
            return f"needs a Python {target.runtime.python} on this machine: {how_to_get}"
        if python.glibc is None or python.glibc > target.glibc:
            here = "another libc" if python.glibc is None else f"glibc {_dotted(python.glibc)}"
            return f"needs glibc {_dotted(target.glibc)} or older; this machine has {here}"
        if not any(shutil.which(name, path=self.path) for name in _COMPILERS):
            return "needs a C compiler on this machine"
        return None

    def identity(self, target: Target) -> str:
        python, _ = self.find_python(target.runtime.python)
        return "nothing" if python is None else f"python {python.version} glibc {python.glibc}"

    def metadata(self, job: Job) -> bytes | None:
        return self._hooks(job, self._python(job)).metadata(_settings(job))

    def build(self, job: Job) -> Made:
        python = self._python(job)
        compilations = Compilations.of(job.folder / NOTES, job.project.folder)
        wheel, used = self._hooks(job, python).make_wheel(_settings(job))
        notes = check_made(wheel, job, compilations)
        return Made(
            wheel=wheel,
            libraries=tuple(_system_libraries(self.path)),
            requirements=used,
            notes=(*notes, *gaps(self.path)),
            foreign_python=python.version if python.differs(job.target) else "",
        )

    def _python(self, job: Job) -> BuildingPython:
        python, _ = fitting_python(self.find_python, job.project, job.target)
        assert python is not None  # it was there when it did not refuse
        return python

    def _hooks(self, job: Job, python: BuildingPython) -> Hooks:
        plain = self.plain(job.folder / "home")
        compilers = write_compilers(job.folder, self.path)

        def environ(programs: Path) -> Mapping[str, str]:
            path = f"{programs}:{compilers}:{self.path}"
            own = {"PATH": path, "VIRTUAL_ENV": str(programs.parent)}
            return {**plain, **own, **job.extras.filled_in("/usr")}

        return Hooks(
            job=job,
            python=python.path,
            place=python.place(job.target),
            plain=plain,
            environ=environ,
            confine=lambda command: confined(command, self.path, job.folder, job.limits),
        )


def _settings(job: Job) -> dict[str, Any]:
    return {key: value if isinstance(value, str) else list(value) for key, value in job.settings.items()}


def _system_libraries(path: str) -> Iterator[Path]:
    """The libraries that this machine's loader would find, of whatever machine they are."""
    program = shutil.which("ldconfig", path=f"{path}:/sbin:/usr/sbin")
    if program is None:
        return
    done = subprocess.run((program, "-p"), check=False, capture_output=True, encoding="utf-8", timeout=20)
    for line in done.stdout.splitlines():
        name, arrow, file = line.partition(" => ")
        if arrow and ".so" in name and Path(file).is_file():
            yield Path(file)


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))
