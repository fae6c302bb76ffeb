"""What a project says of how it is built: the `[build-system]` table of PEP 518, defaults of PEP 517."""

import posixpath
import tomllib
from dataclasses import dataclass
from pathlib import Path

_SETTINGS = ("requires", "build-backend", "backend-path")


class RefusedError(Exception):
    """The project cannot be built as it asks to be; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildSystem:
    """The `[build-system]` table of PEP 518; its defaults are those of PEP 517."""

    requires: tuple[str, ...] = ("setuptools>=40.8.0",)
    backend: str = "setuptools.build_meta:__legacy__"
    backend_path: tuple[str, ...] = ()

    @classmethod
    def of(cls, project: Path) -> "BuildSystem":
        """The table of the project in this folder. Raises RefusedError when it is none, or malformed."""
        try:
            content = (project / "pyproject.toml").read_bytes()
        except FileNotFoundError:
            if not (project / "setup.py").is_file():
                raise RefusedError("it holds neither `pyproject.toml` nor `setup.py`") from None
            return cls()
        return cls.parse(content)

    @classmethod
    def parse(cls, content: bytes) -> "BuildSystem":
        """The table in a `pyproject.toml`. Raises RefusedError when it is malformed."""
        try:
            document = tomllib.loads(content.decode())
        except (ValueError, RecursionError) as error:
            raise RefusedError(f"its `pyproject.toml` cannot be read: {error}") from error
        table = document.get("build-system")
        if table is None:
            return cls()
        if not isinstance(table, dict) or "requires" not in table or table.keys() - set(_SETTINGS):
            raise RefusedError("its `[build-system]` lacks `requires`, or has settings PEP 518 does not know")
        backend = table.get("build-backend", cls().backend)
        if not isinstance(backend, str):
            raise RefusedError("its `build-backend` is not a string")
        return cls(
            requires=strings(table["requires"], "requires"),
            backend=backend,
            backend_path=_inside(strings(table.get("backend-path", []), "backend-path")),
        )


def strings(value: object, what: str) -> tuple[str, ...]:
    """`value`, which is an array of strings. Raises RefusedError."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise RefusedError(f"its {what} are not an array of strings")
    return tuple(value)


def _inside(folders: tuple[str, ...]) -> tuple[str, ...]:
    """`folders`, none of which leads out of the project. Raises RefusedError."""
    for folder in folders:
        path = posixpath.normpath(folder.replace("\\", "/"))
        if path.startswith(("/", "../")) or path == ".." or ":" in path:
            raise RefusedError(f"its backend-path `{folder}` is outside of the project")
    return folders
