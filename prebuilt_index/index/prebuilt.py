"""Prebuilt indexes: wheels that a user names as trusted, offered beside those of a project's own index.

What they have of a version goes before what the project's own index has of it; versions that they lack come
from there. They add to a project, and never hide one: docs/decisions/0016.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from packaging.version import Version

from prebuilt_index.simple.entries import LazyFiles
from prebuilt_index.simple.versions import version_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from prebuilt_index.artefacts import IndexFile, ProjectPage


def marked(page: ProjectPage) -> ProjectPage:
    """The page of a prebuilt index: each of its files says so."""
    files = page.files
    return replace(
        page,
        files=LazyFiles(range(len(files)), lambda number: replace(files[number], prebuilt=True)),
        prebuilt=page.filenames,
    )


def joined(built: ProjectPage, own: ProjectPage, digest: str) -> ProjectPage:
    """Both pages as one. Where they have no version in common the own index's is left aside, and named.

    A rebuilt project has versions of the original. One without any is another project of the same name as far
    as anybody can see, such as a public one that bears the name of a private one.
    """
    if built.filenames and own.filenames and not share_a_version(built.filenames, own.filenames):
        return replace(built, digest=digest, left_aside=own.index)
    digests = {file.filename: file.hashes.get("sha256") for file in built.files}
    kept = [
        number
        for number, filename in enumerate(own.filenames)
        # The very same file is offered once; one that only has the same name may be what a hash asks for.
        if filename not in digests or own.files[number].hashes.get("sha256") != digests[filename]
    ]
    places = [(built.files, number) for number in range(len(built.files))]
    places += [(own.files, number) for number in kept]
    return replace(
        own,
        files=LazyFiles(places, _at),
        filenames=(*built.filenames, *(own.filenames[number] for number in kept)),
        digest=digest,
        prebuilt=built.filenames,
    )


def _at(place: tuple[Sequence[IndexFile], int]) -> IndexFile:
    return place[0][place[1]]


def share_a_version(some: Iterable[str], others: Sequence[str]) -> bool:
    """Whether two lists of file names have a version in common; local versions are of their public one."""
    wanted = _public(some)
    # Cheap where they do, which is nearly always: no name is parsed.
    marks = tuple(mark for version in wanted for mark in (f"-{version}-", f"-{version}.tar.gz"))
    if any(mark in filename for filename in others for mark in marks):
        return True
    return not wanted.isdisjoint(_public(others))


def _public(filenames: Iterable[str]) -> frozenset[Version]:
    versions = (version_of(filename) for filename in filenames)
    return frozenset(Version(version.public) for version in versions if version is not None)
