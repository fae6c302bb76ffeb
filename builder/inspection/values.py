"""One archive, wheel or folder as it was found, and what is to be said of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from manylinux.audit.finding import Finding
from manylinux.elf.facts import Binary
from manylinux.target import Target


class Role(StrEnum):
    """What a file is to a function."""

    FUNCTION = "function"
    """Unpacked to /var/task."""
    LAYER = "layer"
    """Unpacked to /opt."""
    WHEEL = "wheel"
    """Looked at as if it were installed at the root of a function."""

    @property
    def root(self) -> str:
        """Where Lambda unpacks it."""
        return "/opt" if self is Role.LAYER else "/var/task"


UNCHECKED = 1
"""The flags of bytecode whose source's hash is never checked (PEP 552)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bytecode:
    """The header of a `.pyc` (PEP 552)."""

    magic: int
    """The number of the interpreter's bytecode; a minor release has one."""
    flags: int
    """0: by the source's time and size; 1: by its hash, never checked; 3: by its hash, checked."""
    source_time: int = 0
    """Epoch seconds, when `flags` is 0."""
    source_size: int = 0
    """Bytes modulo 2**32, when `flags` is 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file in a part; folders are none."""

    size: int
    """Bytes, unpacked."""
    packed: int
    """Bytes as it lies in the archive; `size` in a folder."""
    crc: int | None
    """CRC-32; None for a file of a folder whose content nobody asked for."""
    modified: int
    """Epoch seconds; a zip's local time is taken for UTC, as Lambda does."""
    mode: int | None = None
    """Permissions; None where the archive does not tell them."""
    bytecode: Bytecode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of the files that were given."""

    name: str
    role: Role
    zipped: int | None
    """Bytes of the archive; None for a folder."""
    entries: Mapping[str, Entry] = field(hash=False)
    """By path from the root."""
    binaries: Mapping[str, Binary] = field(hash=False)
    """What its compiled files say, by path."""
    distributions: Mapping[str, tuple[str, str]] = field(hash=False)
    """`.dist-info` folder to normalized name and version."""
    owners: Mapping[str, str] = field(hash=False)
    """Path to `.dist-info` folder, as the RECORDs say."""
    faults: tuple[Finding, ...] = ()
    """What was wrong with it as an archive."""

    @property
    def unzipped(self) -> int:
        return sum(entry.size for entry in self.entries.values())

    def place(self, path: str) -> str:
        """Where the file is in the function."""
        return f"{self.role.root}/{path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one distribution, or one folder that belongs to none, takes."""

    owner: str
    size: int
    packed: int
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """Everything that is to be said of the parts, taken together."""

    target: Target
    parts: tuple[Part, ...]
    shares: tuple[Share, ...]
    """Largest first."""
    findings: tuple[Finding, ...]
    """Worst first; paths are absolute, as in the function."""

    @property
    def unzipped(self) -> int:
        return sum(part.unzipped for part in self.parts)
