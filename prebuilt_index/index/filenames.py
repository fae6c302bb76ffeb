"""Whose file is it: the project that a file's name in a flat list belongs to."""

from packaging.utils import NormalizedName, canonicalize_name

SDISTS = (".tar.gz", ".zip", ".tgz", ".tar.bz2", ".tar.xz")


def is_archive(filename: str) -> bool:
    """Whether a folder's file can be a distribution."""
    return filename.endswith((".whl", *SDISTS))


def belongs_to(filename: str, project: NormalizedName) -> bool:
    """Whether `filename` is a wheel or sdist of `project`.

    `my-tool-1.0.tar.gz` may be of `my-tool` or (version `tool-1.0`) of `my`; as in pip, each project that
    fits may claim it, and the version then decides.
    """
    if filename.endswith(".whl"):
        return canonicalize_name(filename.partition("-")[0]) == project
    for suffix in SDISTS:
        if filename.endswith(suffix):
            return _begins_with(filename.removesuffix(suffix), project)
    return False


def guessed_project(filename: str) -> NormalizedName:
    """The likeliest project of `filename`, for hints."""
    stem = filename if filename.endswith(".whl") else filename.rpartition("-")[0]
    return canonicalize_name(stem.partition("-")[0] if filename.endswith(".whl") else stem)


def _begins_with(stem: str, project: NormalizedName) -> bool:
    dashes = (position for position, char in enumerate(stem) if char == "-")
    return any(canonicalize_name(stem[:dash]) == project for dash in dashes)
