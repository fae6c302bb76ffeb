"""The way to native builds that costs nothing while nothing has to be built.

What compiles, repairs and judges takes a third of a second to load. What was compiled before is therefore
also remembered by what is known without it: lbuild's version, the pinned compiler, the target, the wish.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from builder import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from packaging.utils import NormalizedName

    from builder.build.choice import Wishes
    from builder.build.native import NativeBuilds
    from manylinux.target import Target

_FORM = 1
"""Raise it when the same lbuild, by its version, would make other wheels."""


@cache
def pinned_compiler() -> str:
    """A digest of what says which compiler is used."""
    import manylinux

    pinned = Path(manylinux.__file__).parent / "backends" / "zig" / "toolchain.toml"
    return hashlib.sha256(pinned.read_bytes()).hexdigest()[:16]


def _as_they_are(project: Path) -> None:
    """Nothing is changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NativeDoor:
    """Leads to the builds for one target."""

    target: Target
    wishes: Wishes
    open: Callable[[], NativeBuilds]
    """May be called often; loads what builds."""
    compiler: Callable[[], str] = pinned_compiler
    recipe: str = ""
    """Digest of the recipe that the builds follow; with one, only what was built by it counts."""
    prepare: Callable[[Path], None] = _as_they_are
    """Changes the sources of a project before anything looks at them."""

    def builders(self, name: NormalizedName | None) -> Iterator[str]:
        """What may have built the project, as parts of keys; the first costs nothing to know."""
        yield self.shortcut(name)
        yield from self.open().identities(name)

    def shortcut(self, name: NormalizedName | None) -> str:
        """What stands for whatever builds the project, as long as lbuild is the same."""
        glibc = ".".join(map(str, self.target.glibc))
        place = f"cp{self.target.runtime.python} {self.target.architecture.machine} glibc {glibc}"
        # Whose name is not known yet may be one that something else is wished for.
        wish = self.wishes.key if name is None else self.wishes.key_of(name)
        return f"native-{_FORM} lbuild {VERSION} {self.compiler()} {place} {wish} {self.recipe}".rstrip()
