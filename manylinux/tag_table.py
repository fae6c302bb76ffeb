"""The tags a Lambda runtime loads, best first, written down without asking the machine this runs on.

Specs: compatibility tags (PEP 425), stable ABI (PEP 384), manylinux (PEP 513, 571, 599, 600).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

Pair = tuple[str, str]
"""Interpreter and ABI of a tag."""

LEGACY_MANYLINUX = {"manylinux2014": (2, 17), "manylinux2010": (2, 12), "manylinux1": (2, 5)}
"""Older names of manylinux platforms, to the glibc each means."""
OLDEST_GLIBC = {"x86_64": (2, 5), "aarch64": (2, 17)}
"""The oldest glibc that manylinux has for a machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagTable:
    """Every tag of a target, best first: each native pair with each platform, then each pure pair with `any`.

    Kept as rows and columns: their product is a thousand tags, and ranking a wheel needs none of them.
    """

    minor: int
    """Of CPython 3.`minor`."""
    glibc: tuple[int, int]
    machine: str
    native: tuple[Pair, ...]
    platforms: dict[str, int]
    """To their order."""
    pure: tuple[Pair, ...]

    def triples(self) -> Iterator[tuple[str, str, str]]:
        """Interpreter, ABI and platform of every tag, best first."""
        yield from ((*pair, platform) for pair in self.native for platform in self.platforms)
        yield from ((*pair, "any") for pair in self.pure)

    def rank(self, tag_set: str) -> int | None:
        """The place, from 0, of the best tag in a compressed set; None when none of its tags is here.

        The set is never multiplied out, so a hostile one costs no more than its length.
        """
        interpreters, abis, platforms = (part.split(".") for part in tag_set.split("-"))
        columns = [self.platforms[platform] for platform in platforms if platform in self.platforms]
        row = _first(self.native, set(interpreters), set(abis)) if columns else None
        if row is not None:
            return row * len(self.platforms) + min(columns)
        row = _first(self.pure, set(interpreters), set(abis)) if "any" in platforms else None
        return None if row is None else len(self.native) * len(self.platforms) + row


def _first(pairs: tuple[Pair, ...], interpreters: set[str], abis: set[str]) -> int | None:
    for place, (interpreter, abi) in enumerate(pairs):
        if interpreter in interpreters and abi in abis:
            return place
    return None


@cache
def tag_table(python: str, glibc: tuple[int, int], machine: str) -> TagTable:
    """The tags of CPython `python` (such as `3.13`), with its lock, on `machine` with `glibc`."""
    minor = int(python.removeprefix("3."))
    return TagTable(
        minor=minor,
        glibc=glibc,
        machine=machine,
        native=tuple(_native(minor)),
        platforms={platform: place for place, platform in enumerate(_platforms(glibc, machine))},
        pure=((f"cp3{minor}", "none"), *_generic(minor)),
    )


def _native(minor: int) -> Iterator[Pair]:
    this = f"cp3{minor}"
    yield from ((this, this), (this, "abi3"), (this, "none"))
    yield from ((f"cp3{older}", "abi3") for older in range(minor - 1, 1, -1))  # abi3 begins with 3.2
    yield from _generic(minor)


def _generic(minor: int) -> Iterator[Pair]:
    yield from ((f"py3{minor}", "none"), ("py3", "none"))
    yield from ((f"py3{older}", "none") for older in range(minor - 1, -1, -1))


def _platforms(glibc: tuple[int, int], machine: str) -> Iterator[str]:
    legacy = {means: name for name, means in LEGACY_MANYLINUX.items()}
    major, newest = glibc
    for minor in range(newest, OLDEST_GLIBC[machine][1] - 1, -1):
        yield f"manylinux_{major}_{minor}_{machine}"
        if (major, minor) in legacy:
            yield f"{legacy[major, minor]}_{machine}"
    # A bare linux tag promises nothing about glibc. It is taken, since files of private indexes and local
    # builds often have no other, and pip takes it. It comes last; pip has it first, because on the machine
    # that pip runs on it likely means "built right here"; from elsewhere it means "built on some machine".
    yield f"linux_{machine}"
