"""The Python of this machine that builds: what it is, what it can install, and what it says of itself."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from manylinux.architecture import Architecture
from manylinux.backends.port import BackendError
from manylinux.runtime import OperatingSystem
from manylinux.target import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from manylinux.backends.port import Job
    from manylinux.backends.project import Project

_DESCRIBE = """\
import importlib, json, sys, sysconfig
name = sysconfig._get_sysconfigdata_name()
json.dump({
    "variables": importlib.import_module(name).build_time_vars,
    "include": sysconfig.get_path("include"),
    "platinclude": sysconfig.get_path("platinclude"),
    "config_h": sysconfig.get_config_h_filename(),
}, open(sys.argv[1], "w", encoding="utf-8"))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingPython:
    """A CPython of this machine."""

    path: Path
    version: str
    """Such as `3.12.1`."""
    machine: str
    """`x86_64`, `aarch64`."""
    glibc: tuple[int, int] | None

    @property
    def minor(self) -> str:
        """Such as `3.12`."""
        return ".".join(self.version.split(".")[:2])

    def differs(self, target: Target) -> bool:
        """Whether it is of another minor version than the target's."""
        return self.minor != target.runtime.python

    def place(self, target: Target) -> Target:
        """Where its packages must load: this machine, said as a target."""
        assert self.glibc is not None  # the refusals have seen to it
        here = OperatingSystem(
            id="here",
            name="this machine",
            glibc=self.glibc,
            kernel_release=target.runtime.os.kernel_release,
            kernel_version=target.runtime.os.kernel_version,
        )
        runtime = replace(
            target.runtime, id="this machine", python=self.minor, python_release=self.version, os=here
        )
        return Target(runtime=runtime, architecture=Architecture.parse(self.machine))


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a Python says of how it was built."""

    variables: Mapping[str, Any]
    """Of its `_sysconfigdata` module."""
    include: Path
    platinclude: Path
    config_h: Path


_OLDEST, _NEWEST = 9, 14
"""Minor versions of 3 that Lambda has, and that build."""


def fitting_python(
    find: Callable[[str], tuple[BuildingPython | None, str]],
    project: Project,
    target: Target,
    *,
    any_will_do: bool = False,
) -> tuple[BuildingPython | None, str]:
    """The Python of this machine that builds for the target; or None, and how to get one.

    It is of the target's minor version; or, where the project says that it keeps to the stable ABI and there
    is none, of the nearest. What another makes is right only if its files prove to keep to it; `any_will_do`
    where what compiles asks no Python what it compiles for.
    """
    python, how_to_get = find(target.runtime.python)
    if python is None and (project.says_stable_abi or any_will_do):
        others = (find(f"3.{minor}")[0] for minor in _nearest(int(target.runtime.python.split(".")[1])))
        python = next((each for each in others if each is not None), None)
    return python, how_to_get


def _nearest(minor: int) -> Iterator[int]:
    """Older ones first: what they make loads on newer ones."""
    yield from range(minor - 1, _OLDEST - 1, -1)
    yield from range(minor + 1, _NEWEST + 1)


def described(python: Path, job: Job, environ: Mapping[str, str]) -> Description:
    """What `python` says. Raises BackendError when it says nothing that can be used."""
    answer = job.folder / "python.json"
    job.run((str(python), "-I", "-c", _DESCRIBE, str(answer)), cwd=job.folder, environ=environ)
    try:
        said = json.loads(answer.read_bytes())
        return Description(
            variables=said["variables"],
            include=Path(said["include"]),
            platinclude=Path(said["platinclude"]),
            config_h=Path(said["config_h"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackendError(f"`{python}` does not say how it was built") from error
