"""The hooks of a project's backend, run by `inside` on this machine; each set of requirements has a new
environment.

Everything that differs between backends is handed in: which Python builds, what environment it sees, how
programs are run.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from manylinux.backends.order import Order, one_metadata, one_wheel, order_for

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
        name, used = self._order(settings).wheel(str(self.job.output))
        return one_wheel(self.job.output, name, self.job.limits), used

    def metadata(self, settings: Mapping[str, Any]) -> bytes | None:
        """METADATA of the wheel that would be made; None where none is offered. Raises BackendError."""
        name = self._order(settings).metadata(str(self.job.output))
        return None if name is None else one_metadata(self.job.output, name)

    def _order(self, settings: Mapping[str, Any]) -> Order[Path]:
        return Order(
            project=self.job.project,
            settings=settings,
            environment=self._environment,
            hook=self._hook,
            more=self.more,
        )

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
