"""What a build may ask git of a local project: its commit and tags, without touching the user's repository.

Versions are often taken from tags (setuptools-scm, hatch-vcs). A copy of a project has no repository, and one
that shared the user's would let the build write to it, so the copy gets a small one that borrows the objects.
"""

import hashlib
import os
import shutil
from pathlib import Path

_COPIED = ("HEAD", "index", "packed-refs", "shallow")
_CONFIG = "[core]\n\trepositoryformatversion = 0\n\tbare = false\n"


def state_digest(project: Path) -> str:
    """sha256 of commit and references of the repository whose root is `project`; empty when it is none."""
    found = _folders(project)
    if found is None:
        return ""
    own, shared = found
    whole = hashlib.sha256()
    for path in (own / "HEAD", shared / "packed-refs", *_references(shared)):
        if path.is_file():
            whole.update(os.fsencode(f"{path.relative_to(path.anchor)}\0") + path.read_bytes() + b"\n")
    return whole.hexdigest()


def imitate(project: Path, copy: Path) -> None:
    """`copy` looks to git like `project`, if that is the root of a repository."""
    found = _folders(project)
    if found is None:
        return
    own, shared = found
    made = copy / ".git"
    (made / "objects" / "info").mkdir(parents=True)
    (made / "objects" / "info" / "alternates").write_text(
        f"{(shared / 'objects').absolute()}\n", encoding="utf-8", errors="surrogateescape"
    )
    (made / "config").write_text(_CONFIG, encoding="utf-8")
    (made / "refs").mkdir()
    for name in _COPIED:
        source = next((folder / name for folder in (own, shared) if (folder / name).is_file()), None)
        if source is not None:
            shutil.copyfile(source, made / name)
    for reference in _references(shared):
        target = made / reference.relative_to(shared)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(reference, target)


def _folders(project: Path) -> tuple[Path, Path] | None:
    """The repository's own folder and the one it shares with other work trees; None when there is none."""
    own = project / ".git"
    if own.is_file():  # a submodule or a further work tree
        own = project / _read(own).removeprefix("gitdir:").strip()
    if not (own / "HEAD").is_file():
        return None
    pointer = own / "commondir"
    shared = own / _read(pointer) if pointer.is_file() else own
    return own, Path(os.path.normpath(shared))


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="surrogateescape").strip()


def _references(shared: Path) -> list[Path]:
    return sorted(path for path in (shared / "refs").rglob("*") if path.is_file() and not path.is_symlink())
