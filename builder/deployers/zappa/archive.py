"""What of Zappa's archive is the app: its own files, and the few that Zappa makes for it.

Zappa copies the project's folder, and over it the packages of its environment (zappa/core.py,
create_lambda_zip); what its settings exclude is in neither. So a file of the archive that the project has too
is the app's. It is kept, with `handler.py` and `zappa_settings.py`; the packages are lbuild's.
"""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from builder.errors import DeployerArchiveError
from manylinux.archive.damage import damage_told
from manylinux.errors import EnvironmentFault

if TYPE_CHECKING:
    from collections.abc import Iterator

HANDLER = "handler.py"
SETTINGS = "zappa_settings.py"
_MADE = (HANDLER, SETTINGS, "django_zappa_app.py")
"""What Zappa makes, wherever else there is one of that name."""


def unpack_app(archive: Path, project: Path, goal: Path) -> int:
    """The app's files are below `goal`; how many. Raises DeployerArchiveError.

    They are copied from the project, where they are as written: Zappa leaves a module out whose `.pyc` is
    newer, makes everything executable, and lets packages overwrite them.
    """
    count = 0

    def tell(reason: str) -> DeployerArchiveError:
        return DeployerArchiveError(
            f"`{archive}` cannot be read", evidence=[reason], hint="Have Zappa make it anew"
        )

    try:
        with damage_told(tell), zipfile.ZipFile(archive) as opened:
            names = dict.fromkeys(opened.namelist())
            _demand(archive, names)
            for name in _MADE:
                if name in names:
                    (goal / name).write_bytes(opened.read(name))
                    count += 1
    except OSError as error:
        raise tell(str(error)) from error
    for name in _of_project(names, project):
        place = goal / name
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(project / name, place)
        except OSError as error:
            raise EnvironmentFault(
                f"`{name}` of the project cannot be copied", evidence=[error.strerror or str(error)]
            ) from error
        count += 1
    return count


def _demand(archive: Path, names: dict[str, None]) -> None:
    missing = [name for name in (HANDLER, SETTINGS) if name not in names]
    if missing:
        raise DeployerArchiveError(
            f"`{archive}` is no archive of Zappa's",
            evidence=[f"it has no `{name}`" for name in missing],
            hint="Name what `zappa package` wrote; `slim_handler` must be false",
        )


def _of_project(names: dict[str, None], project: Path) -> Iterator[str]:
    """The files of the archive that the project has, sorted."""
    seen = set(_MADE)
    for name in sorted(names):
        source = name[:-1] if name.endswith(".pyc") else name
        parts = PurePosixPath(source).parts
        if source in seen or source.endswith("/") or os.path.isabs(source) or ".." in parts or not parts:
            continue
        if os.path.isfile(project / source):
            seen.add(source)
            yield source
