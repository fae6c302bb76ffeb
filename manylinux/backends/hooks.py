"""The hooks of a project's backend, run by `inside`; each set of requirements has a new environment.

Everything that differs between backends is handed in: which Python builds, what environment it sees, how
programs are run. Spec: PEP 517.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from manylinux.backends.port import BackendError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from manylinux.backends.port import Job
    from manylinux.backends.project import Project
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
        name, used = named_wheel(
            self.job.project, settings, str(self.job.output), self.more, self._environment, self._hook
        )
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

    def _hook(self, python: Path, hook: str, arguments: list[Any]) -> bytes | None:
        answer = self.job.folder / f"{hook}.answer.json"
        order = self.job.folder / f"{hook}.order.json"
        order.write_bytes(order_for(self.job.project, hook, arguments, str(answer)))
        command = self.confine((str(python), str(INSIDE), "hook", str(order)))
        self.job.run(command, cwd=self.job.project.folder, environ=self.environ(python.parent))
        try:
            return answer.read_bytes()
        except OSError:
            return None


P = TypeVar("P")
"""What stands for the Python of an environment."""


def named_wheel(
    project: Project,
    settings: Mapping[str, Any],
    output: str,
    more: Sequence[str],
    environment: Callable[[str, Sequence[str]], tuple[P, tuple[str, ...]]],
    hook: Callable[[P, str, list[Any]], bytes | None],
) -> tuple[object, tuple[str, ...]]:
    """What the project's backend says it wrote into `output`, and the file names of what its build used.

    `environment` makes one by a name of its own and requirements; `hook` runs one, by its name and arguments,
    and has what it answered, None for nothing. Raises BackendError, and what they raise.
    """

    def said(python: P, name: str, arguments: list[Any], default: Any = None) -> Any:
        return _understood(hook(python, name, arguments), project, name, default)

    requires = (*project.requires, *more)
    python, used = environment("first", requires)
    asked = said(python, "get_requires_for_build_wheel", [settings], default=[])
    if not isinstance(asked, list) or not all(isinstance(each, str) for each in asked):
        raise BackendError("its backend asks for requirements that are no list of texts")
    if asked:
        python, used = environment("second", (*requires, *asked))
    return said(python, "build_wheel", [output, settings, None]), used


def order_for(project: Project, hook: str, arguments: list[Any], answer: str) -> bytes:
    """What `inside` is told to run; the answer goes to that path."""
    content = {
        "backend": project.backend,
        "backend_path": project.backend_path,
        "hook": hook,
        "arguments": arguments,
        "answer": answer,
    }
    return json.dumps(content).encode()


def _understood(answer: bytes | None, project: Project, hook: str, default: Any) -> Any:
    try:
        given = json.loads(answer or b"")
    except (ValueError, RecursionError) as error:
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
