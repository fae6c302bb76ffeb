"""Indexes in folders: a tree as PEP 503 or 691 lays it out, with or without pages."""

import os
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from packaging.utils import NormalizedName

from manylinux.errors import UsageError
from prebuilt_index.artefacts import IndexFile, ProjectPage
from prebuilt_index.index.filenames import belongs_to, is_archive
from prebuilt_index.index.page_cache import digest_of
from prebuilt_index.index.reading import reading
from prebuilt_index.index.source import Stamp
from prebuilt_index.simple.json_page import page_from_json


class LocalIndex:
    """A folder with a folder for each project.

    In it: `index.json` (PEP 691), else `index.html` (PEP 503), else simply the project's files. Read every
    time it is asked, since looking is cheap.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()
        self.url = self._root.as_uri()

    def doubt(self, project: NormalizedName) -> bool:
        """Nothing is remembered of a folder."""
        return False

    def names(self) -> Sequence[str]:
        """The folders' names."""
        with reading(self._root):
            return sorted(entry.name for entry in self._root.iterdir() if entry.is_dir())

    def page(self, project: NormalizedName) -> ProjectPage | None:
        """The page of `project`; None when it has no folder. UsageError when the index itself is absent."""
        if not os.path.isdir(self._root):
            raise UsageError(f"index folder `{self._root}` does not exist")
        folder = self._root / project
        with reading(folder):
            return self._read_folder(folder, project) if folder.is_dir() else None

    def stamp(self, project: NormalizedName) -> Stamp:
        """The stamp of the page as it is now."""
        page = self.page(project)
        return Stamp(known=page is not None, digest=page.digest if page else "", fresh_until=0.0)

    def _read_folder(self, folder: Path, project: NormalizedName) -> ProjectPage:
        for name in ("index.json", "index.html"):
            if (folder / name).is_file():
                return self._read(folder / name, project)
        files = tuple(file for file in files_in(folder, self.url) if belongs_to(file.filename, project))
        return ProjectPage(
            name=project,
            files=files,
            filenames=tuple(file.filename for file in files),
            index=self.url,
            digest=listing_digest(folder, files),
        )

    def _read(self, path: Path, project: NormalizedName) -> ProjectPage:
        content, page_url = path.read_bytes(), path.as_uri()
        if path.suffix == ".json":
            page = page_from_json(content, project=project, page_url=page_url, index=self.url)
        else:
            from prebuilt_index.simple.html_page import read_html  # here: only where it is needed

            page = read_html(content, page_url=page_url, index=self.url).of(project, self.url)
        return replace(page, digest=digest_of(content))


def files_in(folder: Path, index: str) -> tuple[IndexFile, ...]:
    """The distributions lying in `folder`, by name."""
    paths = sorted(path for path in folder.iterdir() if is_archive(path.name) and path.is_file())
    return tuple(
        IndexFile(filename=path.name, url=path.as_uri(), size=path.stat().st_size, index=index)
        for path in paths
    )


def listing_digest(folder: Path, files: Sequence[IndexFile]) -> str:
    """A digest that changes when one of `files` in `folder` does, going by size and time."""
    digest = sha256(usedforsecurity=False)
    for file in files:
        seen = (folder / file.filename).stat()
        digest.update(f"{file.filename}\0{seen.st_size}\0{seen.st_mtime_ns}\n".encode())
    return digest.hexdigest()
