"""What one project's build gets beside the project: variables, stand-ins for programs, libraries.

It comes from a recipe, as values; a backend takes what it can use of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

LIBRARIES = "{libraries}"
"""What stands in texts for the folder with the libraries that were built: `include/`, `lib/`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLibrary:
    """A C library that is built for the target before the project, to be linked statically."""

    name: str
    digest: str
    """Of its recipe: sources, commands, and those of what it needs."""
    unpack: Callable[[Path], Path]
    """Puts its sources below a new folder; where they begin. Fetches them, so it raises what that raises."""
    commands: tuple[str, ...]
    """For `sh -e`, in the sources."""
    programs: tuple[str, ...] = ()
    """Of this machine, that the commands use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """All of it; empty for most projects."""

    key: str = ""
    """Of the recipe: another one, another wheel."""
    environment: Mapping[str, str] = field(default_factory=dict)
    programs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By name: what it prints, by its arguments joined with spaces."""
    libraries: tuple[SourceLibrary, ...] = ()
    """In the order in which they are built."""

    @property
    def links_cpp(self) -> bool:
        """Whether something written in C++ is linked into a project that may be C alone."""
        words = (word for value in self.environment.values() for word in value.split())
        return any(word in ("-lc++", "-lstdc++") for word in words)

    def filled_in(self, libraries: str) -> dict[str, str]:
        """The variables, with the folder of the libraries in its place."""
        return {name: value.replace(LIBRARIES, libraries) for name, value in self.environment.items()}


NONE = Extras()
