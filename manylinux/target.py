"""What a bundle must run on, and what loads there. Nothing here comes from the machine lbuild runs on.

Specs: environment markers (PEP 508), Requires-Python (PEP 345, 440).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from manylinux.refusal import Refusal, refuse
from manylinux.tag_table import TagTable, tag_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.tags import Tag
    from packaging.version import Version

    from manylinux.architecture import Architecture
    from manylinux.runtime import Runtime
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

    @property
    def python_version(self) -> Version:
        """The full version, such as 3.13.5."""
        return _version(self.runtime.python_release)

    def tags(self) -> tuple[Tag, ...]:
        """Every tag that loads, best first, in pip's order but for the bare linux tag, which is last."""
        return _expanded(self._table)

    def rank(self, wheel: WheelName) -> int | None:
        """The place of the wheel's best tag in `tags()`, so lower is better; None when it does not load.

        Build numbers do not count. About a microsecond.
        """
        return _rank(self.runtime.python, self.glibc, self.architecture.machine, wheel.tag_set)

    @property
    def _table(self) -> TagTable:
        return tag_table(self.runtime.python, self.glibc, self.architecture.machine)
