"""A PEP 517 build in two phases: pip installs what the build requires, then the backend's hooks run.

Only pip knows the network's secrets, and it runs no foreign code. Hooks run on the interpreter
lbuild runs on, whatever the target; that is right for pure Python alone, which is why `purity` judges the
result. Spec: PEP 517, in-tree backends included. Choices: docs/decisions, "building pure wheels".
"""

import os
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from pyproject_hooks import BackendUnavailable, BuildBackendHookCaller, BuildBackendWarning, HookMissing

from builder.build.build_system import BuildSystem, RefusedError, strings
from builder.build.process import Leash
from builder.build.values import ConfigSettings
from manylinux.backends.order import one_metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """One build's own folder, programs and environment."""

    folder: Path
    for_pip: Callable[[Path], Leash]
    """By the home pip is to have."""
    for_backend: Callable[[Path], Leash]
    """By the folder of the programs that come first on its PATH."""

    def make_wheel(self, project: Path, config_settings: ConfigSettings) -> Path:
        """What the backend of `project` says is the wheel it built.

        Raises RefusedError, and all that `Leash.run` does.
        """
        system, settings, output = self._begin(project, config_settings)
        backend = self._ready(project, system, settings)
        with _told(system.backend):
            name = backend.build_wheel(str(output), settings)
        return _one_file(output, name)

    def metadata(self, project: Path, config_settings: ConfigSettings) -> bytes | None:
        """METADATA of the wheel that would be built; None where the backend does not tell it without one.

        Raises as `make_wheel` does.
        """
        system, settings, output = self._begin(project, config_settings)
        backend = self._ready(project, system, settings)
        with _told(system.backend):
            try:
                name = backend.prepare_metadata_for_build_wheel(str(output), settings, _allow_fallback=False)
            except HookMissing:
                return None
        return one_metadata(output, name)

    def _begin(
        self, project: Path, config_settings: ConfigSettings
    ) -> tuple[BuildSystem, dict[str, str | list[str]], Path]:
        """How the project is built, the settings as hooks take them, and a new folder for what comes out."""
        settings = {
            key: value if isinstance(value, str) else list(value) for key, value in config_settings.items()
        }
        output = self.folder / "wheel"
        output.mkdir()
        return BuildSystem.of(project), settings, output

    def _ready(
        self, project: Path, system: BuildSystem, settings: Mapping[str, str | list[str]]
    ) -> BuildBackendHookCaller:
        """The backend, in an environment with all that it requires."""
        backend = self._backend(project, system, system.requires, "first")
        with _told(system.backend):
            more = strings(backend.get_requires_for_build_wheel(settings), "requirements")
        if not more:
            return backend
        return self._backend(project, system, (*system.requires, *more), "second")

    def _backend(
        self, project: Path, system: BuildSystem, requires: Iterable[str], stage: str
    ) -> BuildBackendHookCaller:
        """The project's backend in a new virtual environment that holds what is required, and nothing else.

        It is new each time: in one that the backend has seen, or that holds `.pth` files, pip, which knows
        secrets, would run code of others.
        """
        folder = self.folder / stage
        interpreter = _new_interpreter(folder / "environment")
        if lines := sorted({_requirement(each) for each in requires}):
            self._install(interpreter, lines, folder)
        leash = self.for_backend(interpreter.parent)

        def run(
            cmd: Iterable[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None
        ) -> None:
            leash.run(tuple(cmd), cwd=Path(cwd) if cwd else None, extra=extra_environ)

        path = system.backend_path or None
        with _told(system.backend):
            return BuildBackendHookCaller(str(project), system.backend, path, run, str(interpreter))

    def _install(self, interpreter: Path, requires: Iterable[str], folder: Path) -> None:
        """What the build requires is installed, from wheels only: a pip that builds runs code of others."""
        listed = folder / "requirements.txt"
        listed.write_text("\n".join(requires) + "\n", encoding="utf-8")
        pip = (sys.executable, "-I", "-m", "pip", "--python", str(interpreter))
        options = ("--only-binary", ":all:", "--no-cache-dir", "--no-compile", "--no-warn-script-location")
        leash = self.for_pip(folder / "home")
        leash.run((*pip, "install", *options, "-r", str(listed)), cwd=folder)


@contextmanager
def _told(backend: str) -> Iterator[None]:
    """Whatever a hook answers that none should is told as a RefusedError; its warnings are not told."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", BuildBackendWarning)
            yield
    except BackendUnavailable as error:
        raise RefusedError(f"its backend `{backend}` cannot be imported") from error
    except HookMissing as error:
        raise RefusedError(f"its backend `{backend}` has no `build_wheel`") from error
    except (FileNotFoundError, ValueError, LookupError, TypeError, AttributeError) as error:
        # Answers are read from a file the backend may have written itself, or not at all. A ValueError also
        # is how a backend-path outside of the project is refused.
        raise RefusedError(f"its backend `{backend}` gave no proper answer: {error}") from error


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


def _one_file(output: Path, name: object) -> Path:
    """The only file in `output`, which must be the one the backend names."""
    found = sorted(os.listdir(output))
    if not isinstance(name, str) or found != [name]:
        shown = ", ".join(f"`{each}`" for each in found[:5]) or "nothing"
        raise RefusedError(f"its backend says that it wrote {name!r}, and wrote {shown}")
    wheel = output / name
    if wheel.is_symlink() or not wheel.is_file():
        raise RefusedError(f"its backend wrote `{name}`, which is no plain file")
    return wheel
