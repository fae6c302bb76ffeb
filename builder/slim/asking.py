"""What a user asks to keep and to leave out of one bundle, found among the files of its wheels. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from builder.errors import NotDroppableError
from builder.slim.candidates import is_licence, is_metadata
from builder.slim.names import module_of
from builder.slim.selecting import METADATA, WHY_METADATA

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from builder.slim.profile import SlimProfile
    from builder.slim.selecting import Selector

Place = tuple[int, str]
"""The position of a wheel, and a path in site-packages."""
ASKED = "asked"
_WHY_LICENCE = "whoever passes the bundle on must pass on the licence too"


@dataclass(frozen=True, slots=True, kw_only=True)
class WheelFiles:
    """The files of one wheel, by their paths in site-packages."""

    project: str
    paths: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is kept and left out because a user said so."""

    kept: AbstractSet[Place] = frozenset()
    dropped: Mapping[Place, str] = field(default_factory=dict)
    """To the rule that the report names: `asked: PROJECT:GLOB`."""
    notes: tuple[str, ...] = ()
    """What a glob means and yet stays."""
    warnings: tuple[str, ...] = ()
    """Selectors that mean nothing in this bundle."""


def asked(profile: SlimProfile, wheels: Sequence[WheelFiles]) -> Asked:
    """What `profile` keeps and drops by name of the files of `wheels`.

    Raises NotDroppableError for a glob that means nothing but what must stay.
    """
    kept: set[Place] = set()
    dropped: dict[Place, str] = {}
    notes: list[str] = []
    warnings: list[str] = []
    for selector in profile.keep:
        found = _found(selector, wheels)
        kept.update(found)
        warnings += [] if found else [_unused("keep", selector, wheels)]
    for selector in profile.drop:
        found = _found(selector, wheels)
        staying = [path for _, path in found if why_it_stays(path) is not None]
        warnings += [] if found else [_unused("drop", selector, wheels)]
        if found and len(staying) == len(found):
            raise _not_droppable(selector, staying)
        if staying:
            notes.append(f"`{selector.text}` also means {_example(staying)}: metadata and licences stay")
        for place in found:
            if place not in kept and why_it_stays(place[1]) is None:
                dropped.setdefault(place, f"{ASKED}: {selector.text}")
    return Asked(kept=kept, dropped=dropped, notes=tuple(notes), warnings=tuple(warnings))


def why_it_stays(path: str) -> str | None:
    """Why nobody may ask to leave out the file at `path`; None: they may."""
    if path.partition("/")[0].endswith(METADATA):
        return f"{WHY_METADATA[0].lower()}{WHY_METADATA[1:]}"
    return _WHY_LICENCE if is_licence(path) and module_of(path) is None else None


def _found(selector: Selector, wheels: Sequence[WheelFiles]) -> list[Place]:
    """Scripts and headers, which go elsewhere than to site-packages, are never meant."""
    return [
        (number, path)
        for number, wheel in enumerate(wheels)
        if selector.concerns(wheel.project)
        for path in wheel.paths
        if selector.matches(path) and not _is_elsewhere(path)
    ]


def _is_elsewhere(path: str) -> bool:
    return is_metadata(path) and not path.partition("/")[0].endswith(METADATA)


def _not_droppable(selector: Selector, staying: Sequence[str]) -> NotDroppableError:
    return NotDroppableError(
        f"`{selector.text}` would leave out what must stay",
        evidence=[f"`{path}`: {why_it_stays(path)}" for path in staying[:3]],
        hint="Leave `drop` away, or name other files; `--exclude PROJECT` leaves out a whole project",
    )


def _unused(verb: str, selector: Selector, wheels: Sequence[WheelFiles]) -> str:
    """What to tell of a selector that finds no file."""
    concerned = [wheel for wheel in wheels if selector.concerns(wheel.project)]
    if not concerned:
        return f"{verb} `{selector.text}`: no `{selector.project}` in this bundle"
    told = f"{verb} `{selector.text}` means no file of this bundle"
    folder = f"{selector.glob}/"
    if any(path.startswith(folder) for wheel in concerned for path in wheel.paths):
        return f"{told}; `{folder}` is a folder: write `{selector.text}/**`"
    return told


def _example(paths: Iterable[str]) -> str:
    first, *others = paths
    return f"`{first}`" if not others else f"`{first}` and {len(others):,} more"
