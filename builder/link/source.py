"""The app's own files, found below one folder.

Symbolic links are followed while they stay inside the source, so a bundle never depends on what lies
elsewhere on the machine; one that leaves it, leads nowhere or leads back to a folder above itself is an
error. Modes come down to one bit, executable or not. On a host without that bit (Windows) a file is
executable when it begins with `#!` or as an ELF program does.
"""

import os
import stat
import sys
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from builder.errors import SourceFileError, SourceLinkError
from builder.link.contents import unreadable
from builder.link.ignore import IGNORE_FILE, VENV_MARK, IgnoreFile, is_ignored
from builder.link.output import is_part_of
from builder.model import BundlePath, SourceFile
from manylinux.errors import LbuildError, SeveralErrors

_DEEPEST = 100


def read_source(
    root: Path, output: Path | None, *, has_modes: bool = sys.platform != "win32"
) -> tuple[SourceFile, ...]:
    """Every file below `root` that belongs into the bundle, sorted by path; `output` is never one of them.

    Raises SourceLinkError for links that may not be followed and SourceFileError for what cannot stand in a
    bundle (sockets, pipes, devices, names that are not UTF-8 or not portable, unreadable folders), all of
    them together.
    """
    check_source(root)
    real = os.path.realpath(root)
    goal = os.path.realpath(output) if output is not None else None
    walk = _Walk(root=real, output=goal, has_modes=has_modes)
    walk.folder(real, "", (real,), ())
    SeveralErrors.raise_any(walk.errors)
    return tuple(sorted(walk.files, key=lambda file: file.path))


def check_source(root: Path) -> None:
    """Raises SourceFileError when `root` cannot be a source at all."""
    if not os.path.isdir(root):
        raise SourceFileError(f"`{root}` is not a folder", hint="Name the folder that holds the app's code")


@dataclass(slots=True, kw_only=True)
class _Walk:
    """One walk over a source."""

    root: str
    output: str | None
    has_modes: bool
    files: list[SourceFile] = field(default_factory=list)
    errors: list[LbuildError] = field(default_factory=list)

    def folder(
        self, location: str, below: str, above: tuple[str, ...], ignore_files: tuple[IgnoreFile, ...]
    ) -> None:
        """Take what `location` holds.

        `below` is its path with `/` at the end, `above` the real folders around it, itself included.
        """
        if len(above) > _DEEPEST:
            raise SourceFileError(f"`{below}` lies deeper than {_DEEPEST} folders")
        try:
            with os.scandir(location) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            self.errors.append(unreadable(Path(location), error))
            return
        if any(entry.name == IGNORE_FILE for entry in found):
            try:
                own = IgnoreFile.read(Path(location, IGNORE_FILE), below)
            except SourceFileError as error:
                self.errors.append(error)
                return
            ignore_files = (*ignore_files, own)
        for entry in found:
            self._entry(entry, below + entry.name, above, ignore_files)

    def _entry(
        self,
        entry: os.DirEntry[str],
        path: str,
        above: tuple[str, ...],
        ignore_files: tuple[IgnoreFile, ...],
    ) -> None:
        try:
            linked = entry.is_symlink()
            folder = (
                os.path.isdir(entry.path) if linked else entry.is_dir()
            )  # is_dir fails on a link to itself
            venv = folder and os.path.lexists(os.path.join(entry.path, VENV_MARK))
            if is_ignored(path, ignore_files, folder=folder, venv=venv):
                return
            location = self._followed(entry.path, path, above) if linked else entry.path
            if location == self.output or is_part_of(location, self.output):
                return
            _check_name(path, entry.name)
            if folder:
                self.folder(location, f"{path}/", (*above, location), ignore_files)
            else:
                self.files.append(self._file(location, path))
        except LbuildError as error:
            self.errors.append(error)
        except OSError as error:
            self.errors.append(unreadable(Path(entry.path), error))

    def _followed(self, link: str, path: str, above: tuple[str, ...]) -> str:
        """Where `link` really leads. Raises SourceLinkError when it may not be followed."""
        try:
            real = os.path.realpath(link, strict=True)
        except OSError as error:
            raise _bad_link(path, os.readlink(link), "nothing is there", "Remove the link") from error
        if not Path(real).is_relative_to(self.root):
            hint = "Copy what it points to into the source, or name the link in `.lbuildignore`"
            raise _bad_link(path, real, "that is outside the source", hint)
        if real in above:
            raise _bad_link(path, real, "that is a folder around the link itself", "Remove the link")
        return real

    def _file(self, location: str, path: str) -> SourceFile:
        facts = os.stat(location)
        if not stat.S_ISREG(facts.st_mode):
            raise SourceFileError(
                f"`{path}` is no regular file",
                evidence=["a bundle holds no sockets, pipes or devices"],
                hint="Remove it, or name it in `.lbuildignore`",
            )
        runs = bool(facts.st_mode & 0o111) if self.has_modes else _begins_as_program(location)
        return SourceFile(path=BundlePath(path), location=Path(location), size=facts.st_size, executable=runs)


def _begins_as_program(location: str) -> bool:
    with open(location, "rb") as file:
        return file.read(4).startswith((b"#!", b"\x7fELF"))


def _check_name(path: str, name: str) -> None:
    """Nothing when every tool that unpacks zips reads the name alike, else SourceFileError."""
    if name.isascii() and name.isprintable() and "\\" not in name:
        return
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise _bad_name(path, "it is not UTF-8") from error
    if "\\" in name or any(unicodedata.category(character) == "Cc" for character in name):
        raise _bad_name(path, "it holds a backslash or a control character")


def _bad_name(path: str, reason: str) -> SourceFileError:
    shown = ascii(path)[1:-1]
    return SourceFileError(
        f"The name of `{shown}` cannot stand in a bundle",
        evidence=[reason],
        hint="Rename it, or name it in `.lbuildignore`",
    )


def _bad_link(path: str, goal: str, reason: str, hint: str) -> SourceLinkError:
    return SourceLinkError(
        f"The link `{path}` cannot be followed", evidence=[f"it leads to `{goal}`", reason], hint=hint
    )
