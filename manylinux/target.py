"""What a bundle must run on, and what loads there. Nothing here comes from the machine lbuild runs on.

Specs: environment markers (PEP 508), Requires-Python (PEP 345, PEP 440).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from packaging.tags import Tag
    from packaging.version import Version

    from manylinux.architecture import Architecture
    from manylinux.refusal import Refusal
    from manylinux.runtime import Runtime
    from manylinux.tag_table import TagTable
    from manylinux.wheel_name import WheelName


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A place a bundle must run: one Lambda runtime on one architecture."""

    runtime: Runtime
    architecture: Architecture

    @property
    def id(self) -> str:
        """Such as `python3.13/arm64`."""
        return f"{self.runtime.id}/{self.architecture.value}"

    def __str__(self) -> str:
        return self.id

    @property
    def glibc(self) -> tuple[int, int]:
        return self.runtime.os.glibc

    def tags(self) -> tuple[Tag, ...]:
        """Every tag that loads, best first: pip's order, but with the bare linux platform last."""
        return _expanded(*self._key)

    def rank(self, wheel: WheelName) -> int | None:
        """The place of the wheel's best tag in `tags()`, so lower is better; None when it does not load.

        Build numbers do not count. Called for every file of every page; most tag sets have been seen before.
        """
        return _rank(*self._key, wheel.tag_set)

    def refusal(self, wheel: WheelName) -> Refusal | None:
        """Why the wheel does not load; None when it does."""
        return None if self.rank(wheel) is not None else _refusal(*self._key, wheel.tag_set)

    def why_not(self, wheel: WheelName) -> str | None:
        """The same for people: `needs glibc 2.28, the runtime has 2.26`."""
        refusal = self.refusal(wheel)
        return None if refusal is None else refusal.text

    def why_none(self, wheels: Iterable[WheelName]) -> str | None:
        """Why none of `wheels` loads: the reason of the one that comes closest. None when all load."""
        refusals = [refusal for refusal in map(self.refusal, wheels) if refusal is not None]
        return max(refusals).text if refusals else None

    def environment(self) -> Mapping[str, str]:
        """All eleven marker variables, lest packaging take one from the host. `extra` is the caller's."""
        return _environment(self.runtime, self.architecture.machine)

    def satisfies_python(self, specifier: str | None) -> bool:
        """Whether Requires-Python admits the runtime. None or a malformed one admits all, as in pip."""
        return not specifier or _admits(specifier, self.runtime.python_release)

    @property
    def _key(self) -> tuple[str, tuple[int, int], str]:
        return self.runtime.python, self.runtime.os.glibc, self.architecture.machine


@cache
def _version(text: str) -> Version:
    from packaging.version import Version

    return Version(text)


@cache
def _expanded(python: str, glibc: tuple[int, int], machine: str) -> tuple[Tag, ...]:
    from packaging.tags import Tag  # costs 15 ms, and few callers need tags

    return tuple(Tag(*triple) for triple in _table(python, glibc, machine).triples())


def _table(python: str, glibc: tuple[int, int], machine: str) -> TagTable:
    from manylinux.tag_table import tag_table  # a warm build ranks no wheel

    return tag_table(python, glibc, machine)


@lru_cache(maxsize=8192)
def _rank(python: str, glibc: tuple[int, int], machine: str, tag_set: str) -> int | None:
    return _table(python, glibc, machine).rank(tag_set)


@lru_cache(maxsize=8192)
def _refusal(python: str, glibc: tuple[int, int], machine: str, tag_set: str) -> Refusal:
    from manylinux.refusal import refuse

    return refuse(tag_set, _table(python, glibc, machine))


@cache
def _environment(runtime: Runtime, machine: str) -> Mapping[str, str]:
    return MappingProxyType(
        {
            "implementation_name": "cpython",
            "implementation_version": runtime.python_release,
            "os_name": "posix",
            "platform_machine": machine,
            "platform_python_implementation": "CPython",
            "platform_release": runtime.os.kernel_release,
            "platform_system": "Linux",
            "platform_version": runtime.os.kernel_version,
            "python_full_version": runtime.python_release,
            "python_version": runtime.python,
            "sys_platform": "linux",
        }
    )


@lru_cache(maxsize=4096)
def _admits(specifier: str, python_release: str) -> bool:
    from packaging.specifiers import SpecifierSet

    try:
        return _version(python_release) in SpecifierSet(specifier)
    except ValueError:  # InvalidSpecifier, or a number that Python will not read
        return True
