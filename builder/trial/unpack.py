"""Bundles and layers unpacked as Lambda does: a read-only tree, modes as in the zip.

Not the walker of wheels: Lambda takes zips that it refuses (comments, symbolic links, foreign headers), and
whoever tries a bundle wants to see what Lambda makes of it.
"""

import os
import shutil
import stat
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from builder.disk import no_such_file
from builder.trial.values import Tree
from manylinux.archive.damage import damage_told
from manylinux.errors import EnvironmentFault, UsageError
from prebuilt_index.errors import BadArchiveError

_MOST_ENTRIES = 200_000
_MOST_BYTES = 10 << 30
"""As much as a container image may hold; functions get far less."""
_PIECE = 1 << 20
_HINT = "Make the bundle anew; Lambda would not take it, or not as it was meant"
_UNIX = (3, 19)
"""Systems of a zip entry whose modes count: Unix and macOS."""


def unpack(bundle: Path, layers: Sequence[Path], tree: Tree) -> None:
    """The bundle is at `tree.task` and the layers, later over earlier, at `tree.opt`.

    Raises InputNotFoundError, BadArchiveError, and EnvironmentFault where there is no room.
    """
    for folder, sources in ((tree.task, (bundle,)), (tree.opt, tuple(layers))):
        folder.mkdir(parents=True)
        for source in sources:
            with _told(source):
                _unpack_one(source, folder)
        _close(folder)


def remove(root: Path) -> None:
    """Nothing of the tree is left: neither folders closed to everyone nor what a function wrote.

    Raises EnvironmentFault when something cannot be removed.
    """
    try:
        os.chmod(root, 0o700)
        for folder, inner, _ in os.walk(root):
            for path in (os.path.join(folder, name) for name in inner):
                if not os.path.islink(path):
                    os.chmod(path, 0o700)
        shutil.rmtree(root)
    except OSError as error:
        raise EnvironmentFault(
            f"`{root}` cannot be removed",
            evidence=[str(error)],
            hint="What the function started may still be running: end it, and remove the folder",
        ) from error


@contextmanager
def _told(source: Path) -> Iterator[None]:
    def tell(reason: str) -> BadArchiveError:
        return BadArchiveError(f"`{source}` cannot be unpacked", evidence=[reason], hint=_HINT)

    try:
        with damage_told(tell):
            yield
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise BadArchiveError(
            f"`{source}` has a file and a folder of one name", evidence=[str(error.filename)], hint=_HINT
        ) from error
    except (OSError, shutil.Error) as error:
        raise EnvironmentFault(
            f"`{source}` cannot be unpacked",
            evidence=[str(error)],
            hint="Free some space in TMPDIR, or name another",
        ) from error


def _unpack_one(source: Path, folder: Path) -> None:
    if os.path.isdir(source):
        _copy(source, folder)
    elif not os.path.lexists(source):
        raise no_such_file(source)
    elif not os.path.isfile(source):
        raise UsageError(f"`{source}` is neither a zip nor a folder", hint="Name a zip or a folder")
    else:
        with zipfile.ZipFile(source) as archive:
            _extract(archive, folder, source)


def _copy(source: Path, folder: Path) -> None:
    shutil.copytree(source, folder, symlinks=True, dirs_exist_ok=True)
    for location, _, names in os.walk(folder):
        for path in (Path(location, name) for name in names):
            if not path.is_symlink():
                _set_mode(path, stat.S_IMODE(path.stat().st_mode))


def _extract(archive: zipfile.ZipFile, folder: Path, source: Path) -> None:
    entries = archive.infolist()
    _check(entries, source)
    linked = any(_links(folder))
    links = []
    for entry in entries:
        place = folder / entry.filename
        if linked:  # where links of earlier layers lead, this one may have changed
            _demand_inside(place.parent, folder, source)
        if entry.is_dir():
            place.mkdir(parents=True, exist_ok=True)
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(place):
            place.unlink()  # of an earlier layer
        mode = entry.external_attr >> 16 if entry.create_system in _UNIX else 0
        if stat.S_ISLNK(mode):
            links.append((place, entry))
            continue
        with archive.open(entry) as content, open(place, "xb") as file:
            shutil.copyfileobj(content, file, _PIECE)
        _set_mode(place, stat.S_IMODE(mode) or 0o644)
    # Last, so that nothing is written through them.
    for place, entry in links:
        with archive.open(entry) as content:
            _link(place, content, source)
    # When all are there: where one leads may depend on the others.
    for place, _ in links:
        _demand_inside(place, folder, source)


def _link(place: Path, content: IO[bytes], source: Path) -> None:
    target = os.fsdecode(content.read(4096))
    if "\0" in target or not target:
        raise BadArchiveError(f"`{source}` has a symbolic link to nothing", member=place.name, hint=_HINT)
    place.symlink_to(target)


def _links(folder: Path) -> Iterator[Path]:
    """The symbolic links below the folder."""
    for location, folders, names in os.walk(folder):
        for path in (Path(location, name) for name in (*folders, *names)):
            if path.is_symlink():
                yield path


def _demand_inside(place: Path, folder: Path, source: Path) -> None:
    """Raise BadArchiveError where links make a place below the folder one that is not."""
    real = os.path.realpath(place)
    if not Path(real).is_relative_to(os.path.realpath(folder)):
        raise BadArchiveError(
            f"`{source}` has a symbolic link that leads out of it",
            evidence=[f"`{place.relative_to(folder)}` would be `{real}`"],
            hint=_HINT,
        )


def _check(entries: Sequence[zipfile.ZipInfo], source: Path) -> None:
    """Nothing when every name stays inside and is there once, and the sizes are possible."""
    size = sum(entry.file_size for entry in entries)
    if len(entries) > _MOST_ENTRIES or size > _MOST_BYTES:
        raise BadArchiveError(f"`{source}` would unpack to {len(entries)} files of {size} bytes", hint=_HINT)
    seen = set()
    for entry in entries:
        name = entry.filename
        parts = PurePosixPath(name).parts
        raw = entry.orig_filename
        if not parts or name.startswith("/") or ".." in parts or "\0" in raw or "\\" in raw:
            raise BadArchiveError(
                f"`{source}` has a name that leads out of it", evidence=[ascii(raw)], hint=_HINT
            )
        if name in seen:
            raise BadArchiveError(
                f"`{source}` has two members of one name", evidence=[ascii(name)], hint=_HINT
            )
        seen.add(name)


def _set_mode(path: Path, mode: int) -> None:
    """A function may what others may: it runs as a user of its own. Nobody may write."""
    os.chmod(path, (mode & 0o5) * 0o111)


def _close(root: Path) -> None:
    """No folder can be written to; each can be looked into, which Lambda sees to as well."""
    for folder, _, _ in os.walk(root, topdown=False):
        os.chmod(folder, 0o555)
