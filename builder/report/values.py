"""What a build has to tell, gathered; `text` and `json_form` say it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from builder.model import Bundle, Drop, Resolution
    from manylinux.audit.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage of the pipeline that has ended."""

    name: str
    seconds: float
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimePackage:
    """How one project of the runtime's own set compares with what the bundle needs."""

    project: str
    pinned: str
    runtime: str
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """What `--fit` did to a bundle that was too large."""

    limit: int
    """Bytes, as Lambda or the user says it."""
    before: int
    after: int
    """Bytes that it unpacks to."""
    options: tuple[str, ...]
    """As they are typed, least risky first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bytecode:
    """What compiled modules cost a bundle, and spare it."""

    python: str
    """Of the interpreter that compiled them, such as `3.13.1`."""
    modules: int
    sourceless: int
    """Those in the place of their sources."""
    unpacked: int
    """Bytes that the bundle has grown by."""
    packed: int
    """The same of a zip, but for what zips say of each file."""
    compile_seconds: float
    """Of processor time, that compiling all of them took where they were made."""
    not_compiled: int
    """Sources that this Python does not compile."""
    without: int
    """Those for whose bytecode there was no room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """How a package of the bundle was compiled, in this run or an earlier one."""

    package: str
    """`lz4 4.4.5`."""
    wheel: str
    """File name."""
    backend: str
    reason: str
    """Why this backend."""
    refused: tuple[tuple[str, str], ...]
    """Backends that were asked before it, and what they said."""
    log: str
    """Path of what was printed."""
    seconds: float
    requirements: tuple[str, ...]
    """File names of the wheels its build used."""
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slim:
    """What of wheels was to stay out, as it was ordered; `Fit.options` tell of more."""

    profile: str
    also: tuple[str, ...]
    """Rules beside those of the profile, sorted."""
    without: tuple[str, ...]
    """Rules of the profile that did not hold, sorted."""
    keep: tuple[str, ...]
    drop: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One run of `lbuild`."""

    resolution: Resolution
    target_chosen_by: str
    """`--runtime`, `the lock file`, or the default's reason."""
    stages: tuple[Stage, ...]
    bundle: Bundle | None
    """None for a dry run."""
    layout: str
    slim: Slim | None = None
    """None where nothing was built."""
    drops: tuple[Drop, ...] = ()
    bytecode: Bytecode | None = None
    """None for a bundle to which lbuild added none."""
    findings: tuple[Finding, ...] = ()
    """What the audit has to say of compiled files and was no error, or was allowed."""
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    compiled: tuple[Compiled, ...] = ()
    excluded: Mapping[str, str] | None = None
    """Project to the reason it is not in the bundle."""
    runtime_packages: tuple[RuntimePackage, ...] = ()
    engine: str | None = None
    """Name and version of what compressed the members that lbuild compressed itself, if any."""
    lock: Path | None = None
    fit: Fit | None = None
    """None: nothing had to be done, or nothing may be."""
