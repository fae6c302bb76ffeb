"""The hooks of a project's backend, run by `inside`; each set of requirements has a new environment.

Everything that differs between backends is handed in: which Python builds, what environment it sees, how
programs are run. Spec: PEP 517.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from manylinux.backends.port import BackendError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from manylinux.backends.port import Job
    from manylinux.target import Target

INSIDE = Path(__file__).with_name("inside.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """A project's backend on this machine."""

    job: Job
    python: Path
    """The Python that builds."""
    place: Target
    """What that Python can install."""
    plain: Mapping[str, str]
    """The environment in which requirements are installed."""
    environ: Callable[[Path], Mapping[str, str]]
    """The environment hooks see, by the folder of the programs of the virtual environment."""
    confine: Callable[[Sequence[str]], Sequence[str]]
    """A command that runs another without what it should not have."""
    equip: Callable[[Path], None] = lambda site_packages: None
    """Puts more into the site-packages of a new environment."""
    more: tuple[str, ...] = ()
    """Requirements beside the project's own."""

    def make_wheel(self, settings: Mapping[str, Any]) -> tuple[Path, tuple[str, ...]]:
        """The wheel, and the file names of what its build used. Raises BackendError."""
        requires = (*self.job.project.requires, *self.more)
        python, used = self._environment("first", requires)
        asked = self._hook(python, "get_requires_for_build_wheel", [settings], default=[])
        if not isinstance(asked, list) or not all(isinstance(each, str) for each in asked):
            raise BackendError("its backend asks for requirements that are no list of texts")
        if asked:
            python, used = self._environment("second", (*requires, *asked))
        name = self._hook(python, "build_wheel", [str(self.job.output), settings, None])
        return one_wheel(self.job.output, name), used

    def _environment(self, name: str, requires: Sequence[str]) -> tuple[Path, tuple[str, ...]]:
        """The Python of a new environment that holds what is required, and the wheels' names."""
        folder = self.job.folder / name
        wheels = self.job.supply(sorted(set(requires)), self.place) if requires else ()
        command = (
            str(self.python),
            "-I",
            str(INSIDE),
            "environment",
            str(folder),
            *(str(wheel.path) for wheel in wheels),
        )
        self.job.run(command, cwd=self.job.folder, environ=self.plain)
        self.equip(next(folder.glob("lib/python*/site-packages")))
        return folder / "bin" / "python", tuple(sorted(wheel.filename for wheel in wheels))

    def _hook(self, python: Path, hook: str, arguments: list[Any], default: Any = None) -> Any:
        project = self.job.project
        answer = self.job.folder / f"{hook}.answer.json"
        order = self.job.folder / f"{hook}.order.json"
        content = {
            "backend": project.backend,
            "backend_path": project.backend_path,
            "hook": hook,
            "arguments": arguments,
            "answer": str(answer),
        }
        order.write_text(json.dumps(content), encoding="utf-8")
        command = self.confine((str(python), str(INSIDE), "hook", str(order)))
        self.job.run(command, cwd=project.folder, environ=self.environ(python.parent))
        try:
            given = json.loads(answer.read_bytes())
        except (OSError, ValueError, RecursionError) as error:
            raise BackendError(f"its backend `{project.backend}` gave no answer to `{hook}`") from error
        missing = given.get("missing") if isinstance(given, dict) else "answer"
        if missing == "hook" and default is not None:
            return default
        if missing == "backend":
            raise BackendError(f"its backend `{project.backend}` cannot be imported")
        if missing:
            raise BackendError(f"its backend `{project.backend}` has no `{hook}`")
        return given["answer"]


def one_wheel(output: Path, name: object) -> Path:
    """The only file in `output`, which must be the one the backend names. Raises BackendError."""
    found = sorted(os.listdir(output))
    if not isinstance(name, str) or found != [name]:
        shown = ", ".join(f"`{each}`" for each in found[:5]) or "nothing"
        raise BackendError(f"its backend says that it wrote {name!r}, and wrote {shown}")
    wheel = output / name
    if wheel.is_symlink() or not wheel.is_file():
        raise BackendError(f"its backend wrote `{name}`, which is no plain file")
    return wheel
