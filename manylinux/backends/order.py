"""The order in which the hooks of a project's backend are called, wherever they run. Spec: PEP 517."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from manylinux.backends.port import BackendError, ExceededError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from manylinux.backends.limits import Limits
    from manylinux.backends.project import Project

P = TypeVar("P")
"""What stands for the Python of an environment."""
MAX_METADATA = 8 << 20
"""Bytes."""
_SUFFIX = ".dist-info"
_NOT_OFFERED = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Generic[P]):
    """What a frontend does for one project."""

    project: Project
    settings: Mapping[str, Any]
    """PEP 517 config settings."""
    environment: Callable[[str, Sequence[str]], tuple[P, tuple[str, ...]]]
    """Makes one by a name of its own and requirements; the file names of the wheels in it are told."""
    hook: Callable[[P, str, list[Any]], bytes | None]
    """Runs one by its name and arguments, and has what it answered, None for nothing."""
    more: tuple[str, ...] = ()
    """Requirements beside the project's own."""

    def wheel(self, output: str) -> tuple[object, tuple[str, ...]]:
        """What the backend says it wrote into `output`, and the file names of what its build used.

        Raises BackendError, and what `environment` and `hook` raise.
        """
        python, used = self._ready()
        return self._said(python, "build_wheel", [output, self.settings, None]), used

    def metadata(self, output: str) -> str | None:
        """What the backend says it wrote into `output`; None where it offers no metadata without a wheel.

        Raises as `wheel` does.
        """
        python, _ = self._ready()
        arguments = [output, self.settings]
        name = self._said(python, "prepare_metadata_for_build_wheel", arguments, default=_NOT_OFFERED)
        if name is _NOT_OFFERED:
            return None
        if not isinstance(name, str):
            raise BackendError(f"its backend says that it wrote the metadata {name!r}")
        return name

    def _ready(self) -> tuple[P, tuple[str, ...]]:
        """The Python of an environment that holds all that the build requires."""
        requires = (*self.project.requires, *self.more)
        python, used = self.environment("first", requires)
        asked = self._said(python, "get_requires_for_build_wheel", [self.settings], default=[])
        if not isinstance(asked, list) or not all(isinstance(each, str) for each in asked):
            raise BackendError("its backend asks for requirements that are no list of texts")
        if asked:
            python, used = self.environment("second", (*requires, *asked))
        return python, used

    def _said(self, python: P, name: str, arguments: list[Any], default: Any = None) -> Any:
        return _understood(self.hook(python, name, arguments), self.project, name, default)


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
    if not isinstance(given, dict) or not given.keys() & {"missing", "answer"}:
        raise BackendError(f"its backend `{project.backend}` gave another answer to `{hook}` than was asked")
    missing = given.get("missing")
    if missing == "hook" and default is not None:
        return default
    if missing == "backend":
        raise BackendError(f"its backend `{project.backend}` cannot be imported")
    if missing:
        raise BackendError(f"its backend `{project.backend}` has no `{hook}`")
    return given.get("answer")


def one_wheel(output: Path, name: object, limits: Limits) -> Path:
    """The only file in `output`, which must be the one the backend names. Raises BackendError."""
    found = sorted(os.listdir(output))
    if not isinstance(name, str) or found != [name]:
        shown = ", ".join(f"`{each}`" for each in found[:5]) or "nothing"
        raise BackendError(f"its backend says that it wrote {name!r}, and wrote {shown}")
    wheel = output / name
    if wheel.is_symlink() or not wheel.is_file():
        raise BackendError(f"its backend wrote `{name}`, which is no plain file")
    if wheel.stat().st_size > limits.wheel:
        raise ExceededError("wheel", f"its wheel is larger than {limits.told('wheel')}")
    return wheel


def one_metadata(output: Path, name: str) -> bytes:
    """METADATA in the folder in `output` that the backend names. Raises BackendError.

    Others leave what they worked with beside it.
    """
    found = sorted(os.listdir(output))
    if name not in found or not name.endswith(_SUFFIX):
        shown = ", ".join(f"`{each}`" for each in found[:5]) or "nothing"
        raise BackendError(f"its backend says that it wrote the metadata {name!r}, and wrote {shown}")
    path = output / name / "METADATA"
    if (output / name).is_symlink() or path.is_symlink() or not path.is_file():
        raise BackendError(f"its backend wrote `{name}` without a plain file `METADATA`")
    if path.stat().st_size > MAX_METADATA:
        raise BackendError(f"its backend wrote metadata of more than {MAX_METADATA} bytes")
    return path.read_bytes()
