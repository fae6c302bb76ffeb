"""A PEP 517 build in two phases: pip installs what the build requires, then the backend's hooks run.

Only the first phase knows the network's secrets, and it runs no foreign code. Hooks run on the interpreter
lbuild runs on, whatever the target; that is right for pure Python alone, which is why `purity` judges the
result. Spec: PEP 517, in-tree backends included. Choices: docs/decisions, "building pure wheels".
"""

import os
import sys
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from pyproject_hooks import BackendUnavailable, BuildBackendHookCaller, BuildBackendWarning, HookMissing

from builder.build.build_system import BuildSystem, RefusedError, strings
from builder.build.process import Leash
from builder.build.values import ConfigSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """One build's own folder, programs and environment."""

    folder: Path
    for_pip: Leash
    for_backend: Leash
    interpreter: Path
    """Of a virtual environment that will hold what the build requires, and nothing else."""

    def make_wheel(self, project: Path, config_settings: ConfigSettings) -> Path:
        """What the backend of `project` says is the wheel it built.

        Raises RefusedError, and all that `Leash.run` does.
        """
        system = BuildSystem.of(project)
        settings = {
            key: value if isinstance(value, str) else list(value) for key, value in config_settings.items()
        }
        output = self.folder / "wheel"
        output.mkdir()
        try:
            backend = BuildBackendHookCaller(
                str(project),
                system.backend,
                system.backend_path or None,
                self._run_hook,
                str(self.interpreter),
            )
        except ValueError as error:  # a backend-path outside of the project
            raise RefusedError(f"its `backend-path` is wrong: {error}") from error
        self._install(system.requires)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", BuildBackendWarning)
            try:
                self._install(strings(backend.get_requires_for_build_wheel(settings), "requirements"))
                name = backend.build_wheel(str(output), settings)
            except BackendUnavailable as error:
                raise RefusedError(f"its backend `{system.backend}` cannot be imported") from error
            except HookMissing as error:
                raise RefusedError(f"its backend `{system.backend}` has no `build_wheel`") from error
            except (FileNotFoundError, ValueError, LookupError, TypeError, AttributeError) as error:
                # What a hook answers is read from a file that it may have written itself, or not at all.
                raise RefusedError(f"its backend gave no proper answer: {error!r}") from error
        return _one_file(output, name)

    def _run_hook(
        self, cmd: Iterable[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None
    ) -> None:
        self.for_backend.run(tuple(cmd), cwd=Path(cwd) if cwd else None, extra=extra_environ)

    def _install(self, requires: Iterable[str]) -> None:
        """What the build requires is installed, from wheels only: then pip runs no code of others."""
        lines = sorted({_requirement(each) for each in requires})
        if not lines:
            return
        listed = self.folder / "build-requirements.txt"
        listed.write_text("\n".join(lines) + "\n", encoding="utf-8")
        pip = (sys.executable, "-I", "-m", "pip", "--python", str(self.interpreter))
        options = ("--only-binary", ":all:", "--no-cache-dir", "--no-compile", "--no-warn-script-location")
        self.for_pip.run((*pip, "install", *options, "-r", str(listed)), cwd=self.folder)


def new_interpreter(folder: Path) -> Path:
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
