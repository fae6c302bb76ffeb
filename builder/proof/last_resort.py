"""Wheels whose tag asks for a newer glibc than the runtime has, and whose files may need no more than it has.

Such a wheel is taken only where a project has nothing else that loads, before anything is built from source,
and only when its compiled files have been read and want nothing that is not there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from manylinux.elf.facts import ElfFacts
from manylinux.wheel_name import InvalidWheelNameError, WheelName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from manylinux.elf.facts import Binary
    from manylinux.target import Target
    from prebuilt_index.wheel_archive import VerifiedWheel


def is_last_resort(filename: str, target: Target) -> bool:
    """Whether the wheel's tag alone would keep it out."""
    try:
        return filename.endswith(".whl") and target.rank(WheelName.parse(filename)) is None
    except InvalidWheelNameError:
        return False


def kept_on_evidence(
    wheel: VerifiedWheel, target: Target, binaries: Callable[[VerifiedWheel], Mapping[str, Binary]]
) -> str | None:
    """What the report says of a wheel that was taken for its files, against its tag; None of any other."""
    if not is_last_resort(wheel.filename, target):
        return None
    needs = max(_glibc_needs(binaries(wheel)), default=None)
    needed = "no glibc" if needs is None else f"glibc {needs[0]}.{needs[1]}"
    why_not = target.why_not(WheelName.parse(wheel.filename))
    return f"`{wheel.filename}` is taken on evidence: by its tag it {why_not}; its files need {needed}"


def _glibc_needs(binaries: Mapping[str, Binary]) -> Iterator[tuple[int, int]]:
    for binary in binaries.values():
        if isinstance(binary, ElfFacts):
            for versions in binary.version_needs.values():
                for version in versions:
                    family, _, number = version.partition("_")
                    major, _, minor = number.partition(".")
                    if family == "GLIBC" and major.isdecimal() and minor.partition(".")[0].isdecimal():
                        yield int(major), int(minor.partition(".")[0])
