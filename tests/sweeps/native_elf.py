"""What the compiled files of a wheel need of a system, and their size; read by lbuild's own reader."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from manylinux.elf.facts import ElfFacts
from manylinux.elf.read import read_content
from manylinux.strip.strip import Stripped, strip_elf

_FAMILIES = ("GLIBC", "GLIBCXX")


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """Of all compiled files together."""

    files: int
    size: int
    """Bytes."""
    stripped: int
    """Bytes, without what no loader reads."""
    glibc: str
    """The newest version of its symbols that is needed; empty for none."""
    glibcxx: str
    needed: tuple[str, ...]
    """Libraries (DT_NEEDED)."""

    def as_row(self) -> dict[str, Any]:
        return asdict(self)


def needs_of_bundle(bundle: Path, name: str, version: str) -> Needs:
    """Of the files that one project brought into a bundle."""
    with zipfile.ZipFile(bundle) as archive:
        record = f"{re.sub('[-.]', '_', name)}-{version}.dist-info/record"
        path = next(each for each in archive.namelist() if each.lower() == record)
        listed = [row[0] for row in csv.reader(io.StringIO(archive.read(path).decode()))]
        return _needs(archive.read(each) for each in listed if each in archive.namelist())


def needs_of_wheel(wheel: Path) -> Needs:
    with zipfile.ZipFile(wheel) as archive:
        return _needs(map(archive.read, archive.namelist()))


def _needs(contents: Iterable[bytes]) -> Needs:
    compiled = [content for content in contents if content.startswith(b"\x7fELF")]
    facts = list(_facts(compiled))
    versions = [version for each in facts for found in each.version_needs.values() for version in found]
    glibc, glibcxx = (_newest(versions, family) for family in _FAMILIES)
    return Needs(
        files=len(compiled),
        size=sum(map(len, compiled)),
        stripped=sum(map(_stripped, compiled)),
        glibc=glibc,
        glibcxx=glibcxx,
        needed=tuple(sorted({library for each in facts for library in each.needed})),
    )


def _facts(compiled: Iterable[bytes]) -> Iterator[ElfFacts]:
    for content in compiled:
        found = read_content(memoryview(content))
        assert isinstance(found, ElfFacts), found
        yield found


def _newest(versions: Iterable[str], family: str) -> str:
    numbers = [
        each.removeprefix(f"{family}_") for each in versions if re.fullmatch(rf"{family}_[\d.]+", each)
    ]
    return max(numbers, key=lambda number: [int(part) for part in number.split(".")], default="")


def _stripped(content: bytes) -> int:
    outcome = strip_elf(content)
    return len(content) - outcome.removed if isinstance(outcome, Stripped) else len(content)
