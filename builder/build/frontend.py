"""A PEP 517 build in two phases: pip installs what the build requires, then the backend's hooks run.

Only pip knows the network's secrets, and it runs no foreign code. Hooks run on the interpreter
lbuild runs on, whatever the target; that is right for pure Python alone, which is why `purity` judges the
result. Spec: PEP 517, in-tree backends included. Choices: docs/decisions, "building pure wheels".
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.requirements import InvalidRequirement, Requirement

from builder.build.build_system import BuildSystem, RefusedError
from manylinux.backends.confinement import confined
from manylinux.backends.hooks import INSIDE
from manylinux.backends.order import Order, one_metadata, one_wheel, order_for
from manylinux.backends.project import Project, project_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from builder.build.process import Leash
    from builder.build.values import ConfigSettings
    from manylinux.backends.limits import Limits
    from manylinux.backends.port import Supplied


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """One build's own folder, programs and environment."""

    label: str
    """What is built, for people."""
    folder: Path
    """All that its programs may write to."""
    limits: Limits
    path: str
    """Where programs of this machine are that confine others."""
    for_pip: Callable[[Path], Leash]
    """By the home pip is to have."""
    for_backend: Callable[[Path], Leash]
    """By the folder of the programs that come first on its PATH."""
    supply: Callable[[Sequence[str]], Sequence[Supplied]] | None = None
    """As `BuildIndex` has it."""

    def make_wheel(self, project: Path, config_settings: ConfigSettings) -> Path:
        """What the backend of `project` says is the wheel it built.

        Raises RefusedError, BackendError, and all that `Leash.run` does.
        """
        order, output = self._order(project, config_settings)
        name, _ = order.wheel(str(output))
        return one_wheel(output, name, self.limits)

    def metadata(self, project: Path, config_settings: ConfigSettings) -> bytes | None:
        """METADATA of the wheel that would be built; None where the backend does not tell it without one.

        Raises as `make_wheel` does.
        """
        order, output = self._order(project, config_settings)
        name = order.metadata(str(output))
        return None if name is None else one_metadata(output, name)

    def _order(self, folder: Path, config_settings: ConfigSettings) -> tuple[Order[Path], Path]:
        """How the project is built, and a new folder for what comes out."""
        system = BuildSystem.of(folder)
        project = project_of(
            self.label,
            folder,
            backend=system.backend,
            backend_path=system.backend_path,
            requires=system.requires,
        )
        output = self.folder / "wheel"
        output.mkdir()

        def hook(python: Path, name: str, arguments: list[Any]) -> bytes | None:
            return self._hook(project, python, name, arguments)

        settings = {
            key: value if isinstance(value, str) else list(value) for key, value in config_settings.items()
        }
        return Order(project=project, settings=settings, environment=self._environment, hook=hook), output

    def _hook(self, project: Project, python: Path, name: str, arguments: list[Any]) -> bytes | None:
        """What one hook of the backend answered, without a network and in the build's own folder only."""
        answer = self.folder / f"{name}.answer.json"
        order = self.folder / f"{name}.order.json"
        order.write_bytes(order_for(project, name, arguments, str(answer)))
        command = (str(python), str(INSIDE), "hook", str(order))
        self.for_backend(python.parent).run(
            confined(command, self.path, self.folder, self.limits), cwd=project.folder
        )
        return answer.read_bytes() if answer.is_file() else None

    def _environment(self, stage: str, requires: Sequence[str]) -> tuple[Path, tuple[str, ...]]:
        """The Python of a new virtual environment that holds what is required, and nothing else.

        It is new each time: in one that the backend has seen, or that holds `.pth` files, pip, which knows
        secrets, would run code of others.
        """
        folder = self.folder / stage
        interpreter = _new_interpreter(folder / "environment")
        if lines := sorted({_requirement(each) for each in requires}):
            self._install(interpreter, lines, folder)
        return interpreter, ()

    def _install(self, interpreter: Path, requires: Iterable[str], folder: Path) -> None:
        """What the build requires is installed, from wheels only: a pip that builds runs code of others."""
        words: tuple[str, ...]
        if self.supply is None:
            listed = folder / "requirements.txt"
            listed.write_text("\n".join(requires) + "\n", encoding="utf-8")
            words = ("-r", str(listed))
        else:
            words = ("--no-index", "--no-deps", *_shelved(self.supply(tuple(requires)), folder / "wheels"))
        pip = (sys.executable, "-I", "-m", "pip", "--python", str(interpreter))
        options = ("--only-binary", ":all:", "--no-cache-dir", "--no-compile", "--no-warn-script-location")
        leash = self.for_pip(folder / "home")
        leash.run((*pip, "install", *options, *words), cwd=folder)


def _shelved(wheels: Iterable[Supplied], folder: Path) -> Iterator[str]:
    """The wheels under their own names, which a store does not know."""
    folder.mkdir()
    for wheel in wheels:
        shutil.copyfile(wheel.path, folder / wheel.filename)
        yield str(folder / wheel.filename)


def _new_interpreter(folder: Path) -> Path:
    """The interpreter of a new virtual environment in `folder`, without pip."""
    import venv

    maker = venv.EnvBuilder(symlinks=os.name != "nt", with_pip=False)
    made = maker.ensure_directories(folder)
    maker.create(folder)
    return Path(made.env_exe)


def _requirement(text: str) -> str:
    """`text` as one line pip can only read as a requirement of a wheel."""
    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        raise RefusedError(f"it has the build requirement `{text}`, which is malformed") from error
    if requirement.url and not requirement.url.partition("#")[0].endswith(".whl"):
        raise RefusedError(f"it has the build requirement `{requirement}`, and only wheels are taken by URL")
    return str(requirement)
