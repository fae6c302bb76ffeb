"""What the pages say of projects and wheels. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from manylinux.runtimes import runtimes
from manylinux.target import Target
from manylinux.wheel_name import WheelName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packaging.version import Version

    from prebuilt_index.tree.entry import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    """A wheel of the index."""

    entry: Entry
    name: WheelName
    targets: tuple[Target, ...]
    """Every Lambda target it is for, by its tags and Requires-Python."""

    @classmethod
    def of(cls, entry: Entry) -> Wheel:
        """The wheel of an entry, whose file name is valid."""
        name = WheelName.parse(entry.filename)
        fits = tuple(
            target
            for target in _targets()
            if target.rank(name) is not None and target.satisfies_python(entry.requires_python)
        )
        return cls(entry=entry, name=name, targets=fits)

    @property
    def is_yanked(self) -> bool:
        return self.entry.yanked is not None

    @property
    def maker(self) -> str:
        """What built it, in few words: its recipe, else its backend, else its builder."""
        made = self.entry.provenance
        if made is None:
            return "not known"
        return f"recipe {made.recipe}" if made.recipe else made.backend or made.builder

    @property
    def order(self) -> tuple[Version, bool, tuple[object, ...], str]:
        """Newest first when sorted in reverse."""
        return self.name.version, not self.is_yanked, self.name.build, self.name.filename


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project of the index."""

    name: str
    """Normalised."""
    wheels: tuple[Wheel, ...]
    damaged: tuple[str, ...] = ()
    """File names of wheels whose entry cannot be read."""

    @cached_property
    def newest(self) -> Wheel | None:
        """A wheel of the newest version that is neither yanked nor a pre-release, as far as there is one."""
        return max(self.wheels, key=_preference, default=None)

    @property
    def size(self) -> int:
        """Bytes of all wheels."""
        return sum(wheel.entry.size for wheel in self.wheels)

    @cached_property
    def makers(self) -> tuple[str, ...]:
        """What built its wheels."""
        return tuple(sorted({wheel.maker for wheel in self.wheels}))

    def versions(self) -> list[tuple[Version, list[Wheel]]]:
        """The versions, newest first, and the wheels of each."""
        grouped: dict[Version, list[Wheel]] = {}
        for wheel in sorted(self.wheels, key=lambda each: each.order, reverse=True):
            grouped.setdefault(wheel.name.version, []).append(wheel)
        return list(grouped.items())

    def matches(self, words: Sequence[str]) -> bool:
        """Whether each word, in lower case, is in its name or that of a wheel, a maker or a runtime."""
        return all(word in self.searchable for word in words)

    @cached_property
    def searchable(self) -> str:
        """What a search looks through, in lower case."""
        runtimes_of = {target.id.replace("/", " ") for wheel in self.wheels for target in wheel.targets}
        said = [
            self.name,
            *(wheel.entry.filename for wheel in self.wheels),
            *self.makers,
            *sorted(runtimes_of),
        ]
        return "\n".join(said).lower()


def describe_targets(targets: Sequence[Target]) -> list[str]:
    """Targets in few words, each a line: `python3.11, python3.13 on x86_64`."""
    if not targets:
        return ["no Lambda runtime"]
    if set(targets) == set(_targets()):
        return ["every Lambda runtime"]
    by_architectures: dict[tuple[str, ...], list[str]] = {}
    for runtime in dict.fromkeys(target.runtime for target in targets):
        machines = tuple(target.architecture.value for target in targets if target.runtime == runtime)
        by_architectures.setdefault(machines, []).append(runtime.id)
    return [f"{', '.join(names)} on {' and '.join(machines)}" for machines, names in by_architectures.items()]


def union(wheels: Sequence[Wheel]) -> tuple[Target, ...]:
    """Every target that one of the wheels is for, in the table's order."""
    found = {target for wheel in wheels for target in wheel.targets}
    return tuple(target for target in _targets() if target in found)


def _preference(wheel: Wheel) -> tuple[bool, bool, Version, str]:
    version = wheel.name.version
    return not wheel.is_yanked, not version.is_prerelease, version, wheel.entry.filename


@cache
def _targets() -> tuple[Target, ...]:
    return tuple(
        Target(runtime=runtime, architecture=architecture)
        for runtime in runtimes()
        for architecture in runtime.architectures
    )
