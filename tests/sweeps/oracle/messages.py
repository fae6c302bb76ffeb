"""What the dynamic loader says, in the words of glibc's elf/dl-load.c, dl-version.c and dl-lookup.c."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a file is not loaded."""

    LIBRARY = "a library is not found"
    VERSION = "a symbol version is not there"
    SYMBOL = "a symbol is not there"
    FORM = "the file itself"
    PROGRAM = "no library but a program"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One message, taken apart."""

    reason: Reason
    name: str = ""
    """Of the library, version or symbol."""
    of: str = ""
    """The library that should have had the version."""
    by: str = ""
    """The file that wants the version, by its path."""


_PROGRAM = re.compile(r"cannot dynamically load (position-independent )?executable")
_VERSION = re.compile(r"(?P<of>[^ ]+): version `(?P<name>[^']+)' not found \(required by (?P<by>[^)]+)\)")
_LIBRARY = re.compile(r"(?P<name>[^:]+): cannot open shared object file")
_SYMBOL = re.compile(r"undefined symbol: (?P<name>[^ ,]+)")
_FORM = re.compile(
    r"invalid ELF header|file too short|wrong ELF class|ELF file|ELF load command|object file has no"
    r"|only ET_DYN|CPU ISA level|cannot read file data|is not an ELF"
)


def parse(said: str) -> Refusal:
    """The message of dlopen."""
    if _PROGRAM.search(said):
        return Refusal(reason=Reason.PROGRAM)
    if found := _VERSION.search(said):
        return Refusal(
            reason=Reason.VERSION, name=found["name"], of=found["of"].rpartition("/")[2], by=found["by"]
        )
    if found := _LIBRARY.match(said):
        return Refusal(reason=Reason.LIBRARY, name=found["name"])
    if found := _SYMBOL.search(said):
        return Refusal(reason=Reason.SYMBOL, name=found["name"])
    return Refusal(reason=Reason.FORM if _FORM.search(said) else Reason.OTHER)
