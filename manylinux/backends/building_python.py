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
    from collections.abc import Mapping

    from manylinux.backends.port import Job

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

    def place(self, target: Target) -> Target:
        """Where its packages must load: this machine, said as a target. Its minor version is the target's."""
        assert self.glibc is not None  # the refusals have seen to it
        here = OperatingSystem(
            id="here",
            name="this machine",
            glibc=self.glibc,
            kernel_release=target.runtime.os.kernel_release,
            kernel_version=target.runtime.os.kernel_version,
        )
        runtime = replace(target.runtime, id="this machine", python_release=self.version, os=here)
        return Target(runtime=runtime, architecture=Architecture.parse(self.machine))


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a Python says of how it was built."""

    variables: Mapping[str, Any]
    """Of its `_sysconfigdata` module."""
    include: Path
    platinclude: Path
    config_h: Path


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
