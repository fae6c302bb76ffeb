"""What a program gets: frozen values, sizes in bytes, paths absolute."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from manylinux.audit.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One project as it was resolved."""

    name: str
    """Normalized (PEP 503)."""
    version: str
    file: str
    """Name of the wheel or sdist."""
    hashes: Mapping[str, str] = field(hash=False)
    """Of that file: algorithm to hex digest; empty where nobody told one."""
    required_by: tuple[str, ...]
    """`scipy 1.18.1`, or where it was asked for, such as `requirements.txt:3`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A version and a file for every project, for one target."""

    runtime: str
    architecture: str
    packages: tuple[Package, ...]
    """Sorted by name."""
    warnings: tuple[str, ...]
    report: Mapping[str, Any] = field(hash=False, repr=False)
    """The document that `--json` prints."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked(Resolved):
    """A lock file that was written (PEP 751)."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltBundle(Resolved):
    """A bundle that was written: a zip, or a folder."""

    path: Path
    sha256: str
    """Hex; of a folder that of its sorted (path, mode, sha256) lines."""
    code_sha256: str | None
    """Base64: what Lambda answers as CodeSha256 once it has this zip. None for a folder."""
    size: int | None
    """Of the zip; None for a folder."""
    unpacked: int
    """As Lambda counts it."""
    findings: tuple[Finding, ...]
    """What the audit found, and was no error or was allowed."""
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltFile:
    """One zip of a project."""

    name: str
    path: Path
    sha256: str
    """Hex."""
    code_sha256: str
    """Base64, as Lambda answers it."""
    size: int
    unpacked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltLayer(BuiltFile):
    """A layer; its name stays while its content changes."""

    runtimes: tuple[str, ...]
    architectures: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltFunction(BuiltFile):
    """A function."""

    runtime: str
    architecture: str
    handler: str | None
    layers: tuple[str, ...]
    """Names, in the order in which Lambda is to be given them."""
    unpacked_with_layers: int
    """What counts against Lambda's limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltProject:
    """What a project's manifest says: all functions that were ever built there, and their layers."""

    manifest: Path
    functions: Mapping[str, BuiltFunction] = field(hash=False)
    layers: Mapping[str, BuiltLayer] = field(hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRun(BuiltProject):
    """A build of a project."""

    changed: frozenset[Path]
    """Files that are new, or other than before."""
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    report: Mapping[str, Any] = field(hash=False, repr=False)
    """The document that `lbuild build --json` prints."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """Files as one function, judged."""

    runtime: str
    architecture: str
    findings: tuple[Finding, ...]
    """Worst first; paths as in the function (`/var/task/...`)."""
    unpacked: int
    loads: bool
    """No finding of an error, but of size."""
    fits: bool
    """No finding of size: within Lambda's limits."""
    report: Mapping[str, Any] = field(hash=False, repr=False)
    """The document that `lbuild inspect --json` prints."""
