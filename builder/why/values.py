"""What an explanation is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from packaging.utils import NormalizedName
from packaging.version import Version

from manylinux.target import Target


class Cause(StrEnum):
    """What kind of reason keeps a version or a file from being taken."""

    USABLE = "usable"
    """Nothing about the file: it loads, and another one was better."""
    CONFLICT = "conflict"
    PREFERRED = "preferred"
    SPECIFIER = "specifier"
    PRE_RELEASE = "pre-release"
    YANKED = "yanked"
    HASH = "hash"
    EXCLUDED = "excluded"
    EXCLUDE_NEWER = "exclude-newer"
    REQUIRES_PYTHON = "requires-python"
    METADATA = "metadata"
    FORMAT = "format"
    ONLY_SDIST = "only-sdist"
    NATIVE_SDIST = "native-sdist"
    GLIBC = "glibc"
    OTHER_PYTHON = "other-python"
    OTHER_INTERPRETER = "other-interpreter"
    OTHER_PLATFORM = "other-platform"
    BROKEN_NAME = "broken-name"
    UNUSABLE = "unusable"
    """What the index says of it cannot be believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFate:
    """One file of a version, and what keeps it from being used."""

    filename: str
    size: int | None
    """Bytes."""
    cause: Cause
    reason: str
    """What stands after the name: `needs glibc 2.27, the runtime has 2.26`, `can be used`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedVersion:
    """A newer version that was not taken."""

    version: Version
    cause: Cause
    reason: str
    """A clause: `it is yanked: breaks imports`."""
    files: tuple[FileFate, ...]
    """Best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One requirement, and who makes it."""

    by: str
    """`requirements.txt:3`, or a distribution: `scipy 1.18.1`."""
    requirement: str
    """Without its marker: `numpy[x]<3,>=2`."""
    marker: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A way from what a person wrote to the project; the last step is the requirement on the project."""

    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The file that was taken."""

    version: Version
    filename: str
    size: int | None
    """Bytes."""
    url: str
    """Without credentials."""
    index: str
    """Empty for a direct reference."""
    prebuilt: bool
    """That is a prebuilt index."""
    direct: str | None
    uploaded: datetime | None
    requires_python: str | None
    yanked: str | None
    """The reason (may be empty) when the file is yanked, else None."""
    tag: str | None
    """The best of the wheel's tags; None for an sdist."""
    rank: int | None
    """The place of that tag among those the target loads, from 0; lower is better."""
    tags: int
    """How many tags the target loads."""
    files: tuple[FileFate, ...]
    """All files of the version, best first; empty for a direct reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the same requirements give on another target."""

    target: Target
    version: Version | None = None
    filename: str | None = None
    reason: str | None = None
    """Why there is no version."""
    code: str | None = None
    """Of the error that was the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a project is in a resolution as it is."""

    project: NormalizedName
    extras: frozenset[str]
    target: Target
    chosen: Chosen
    chains: tuple[Chain, ...]
    """One for each requirement on the project."""
    constraints: tuple[Step, ...]
    newer: tuple[PassedVersion, ...]
    """Newest first."""
    elsewhere: tuple[Outcome, ...]
    """Every other target, the oldest Python first."""
    warnings: tuple[str, ...] = ()


FAULTY: Mapping[Cause, str] = {
    Cause.OTHER_PLATFORM: "for other platforms",
    Cause.OTHER_PYTHON: "for other Pythons",
    Cause.OTHER_INTERPRETER: "for other interpreters",
}
"""What stands for several reasons of one kind."""
