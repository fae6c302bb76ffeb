"""What an audit found, as a value."""

from dataclasses import dataclass
from enum import IntEnum


class Severity(IntEnum):
    """How bad it is; greater is worse."""

    NOTE = 1
    """Worth knowing; nothing need be done."""
    WARNING = 2
    """May fail, or costs something."""
    ERROR = 3
    """Will not load: the build ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong with one file."""

    code: str
    """Stable and kebab-case, such as `glibc-too-new`; what `--allow` names."""
    severity: Severity
    path: str
    """Where the file is, from the bundle's root, with `/`."""
    evidence: tuple[str, ...]
    """What was seen, a line each, such as `needs GLIBC_2.27 of libc.so.6; python3.11 has 2.26`."""
    hint: str | None = None
    """What to do about it."""
