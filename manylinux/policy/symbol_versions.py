"""Which of two symbol versions of one family is newer: `GLIBC_2.27` than `GLIBC_2.4`.

Specs: Linux Standard Base, "Symbol Versioning"; glibc's elf/dl-version.c.
"""

from functools import lru_cache

_NAMED = {"GLIBC_ABI_DT_RELR": (2, 36), "GLIBC_PRIVATE": (0,), "CXXABI_TM_1": (0,), "CXXABI_FLOAT128": (0,)}
"""Versions that are no numbers, to the number of the release that has them first; 0 where all have."""
_UNKNOWN = (1_000_000,)
"""Versions of glibc's loader that nobody has heard of are newer than all."""
_UNRELEASED = ("GLIBC_ABI_",)


@lru_cache(maxsize=1024)
def order_of(version: str) -> tuple[int, ...]:
    """For comparing; what is no number is very old, unless it belongs to those that came lately."""
    if version in _NAMED:
        return _NAMED[version]
    if version.startswith(_UNRELEASED):
        return _UNKNOWN
    return numbers_of(version.partition("_")[2])


@lru_cache(maxsize=1024)
def numbers_of(text: str) -> tuple[int, ...]:
    """A version's numbers; empty, and so the oldest, where it has others than numbers."""
    parts = text.split(".")
    return tuple(map(int, parts)) if all(part.isdecimal() and len(part) < 10 for part in parts) else ()
