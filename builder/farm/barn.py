"""Where a run keeps what came of it: wheels in an index in a folder, logs beside the cache."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from builder import VERSION
from builder.build.abandoned import own_folder
from builder.errors import OutputError
from builder.farm.standing import label
from prebuilt_index.simple.versions import version_of
from prebuilt_index.tree.adding import add
from prebuilt_index.tree.admission import Candidate
from prebuilt_index.tree.entry import Provenance
from prebuilt_index.tree.layout import FILES, wheel_path
from prebuilt_index.tree.reading import entry_names_of, read_entry

if TYPE_CHECKING:
    from pathlib import Path

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from builder.farm.values import Job, Made
    from manylinux.target import Target
    from prebuilt_index.tree.entry import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexFolder:
    """An index, and a folder for logs."""

    root: Path
    logs: Path

    def wheels(self, project: NormalizedName, version: Version) -> tuple[Entry, ...]:
        """What the index has of the version, yanked or not. Raises DamagedEntryError."""
        folder = self.root / FILES / project
        if not folder.is_dir():
            return ()
        names = (name for name in entry_names_of(folder) if version_of(name) == version)
        return tuple(read_entry(self.root, name) for name in names)

    def read(self, filename: str) -> bytes:
        return (self.root / wheel_path(filename)).read_bytes()

    def add(self, made: Made, job: Job, target: Target) -> None:
        """The wheel is in the index. Raises what adding does: DuplicateFileError, BadArchiveError,
        StoreError."""
        with own_folder() as folder:
            path = folder / "wheel"
            path.write_bytes(made.content)
            add(
                self.root,
                [Candidate(path=path, filename=made.filename, provenance=provenance(made, job, target))],
            )

    def log(self, job: Job, content: bytes) -> str | None:
        """Where the log is from now on; None for an empty one, or where none can be kept."""
        if not content:
            return None
        path = self.logs / f"{re.sub(r'[^A-Za-z0-9.]+', '-', job.label)}.log"
        try:
            self.logs.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as error:
            raise OutputError(
                "A log cannot be kept",
                evidence=[f"`{path}`: {error.strerror or error}"],
                hint="Free some space",
            ) from error
        return str(path)


def provenance(made: Made, job: Job, target: Target) -> Provenance:
    """How the wheel was made: the same words whoever made it, and whenever."""
    return Provenance(
        builder=f"lbuild {VERSION}",
        backend=made.backend,
        target=label(target, made.filename),
        recipe=str(job.recipe.project),
        recipe_sha256=job.recipe.digest,
        source=job.sdist.filename,
        source_sha256=job.sdist.hashes.get("sha256"),
        toolchain=made.toolchain,
        requirements=made.requirements,
        notes=tuple(" ".join(note.split()) for note in made.notes),
    )
