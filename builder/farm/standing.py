"""What the index has for one step of a line, and so what is to be done. Pure.

    entries of the version ── which load on the target ── which were made as they would be made now
                                                                 │
                              there · to be tried · to be built, under which build tag

A published file never changes: what is built anew has the next build tag (PEP 427), which installers take
before the earlier ones. The tag follows from files that were made in another way, or are yanked; those of
this very run are neither. So however often a run is killed and begun again, it gives the same names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from manylinux.wheel_name import WheelName, is_for_any_platform

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from packaging.utils import BuildTag

    from manylinux.target import Target
    from prebuilt_index.artefacts import IndexFile
    from prebuilt_index.recipes import Recipe
    from prebuilt_index.tree.entry import Entry

    Tools = Callable[[str], Mapping[str, str]]
    """By backend: what compiles and repairs now, to its digest or version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class There:
    """The index has a wheel that was built for the target, or one that is yanked and would be built again."""

    filename: str
    changed: tuple[str, ...] = ()
    """What of its making is another one now: `recipe`, `source`, or tools by name."""
    shadow: str | None = None
    """A wheel that was made in another way, and goes before it."""
    yanked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """The index has a wheel that was built for something else, and loads on the target."""

    filename: str
    changed: tuple[str, ...] = ()
    shadow: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """A wheel is to be built."""

    build: BuildTag
    """Under which build tag; `()` for none."""
    changed: tuple[str, ...] = ()
    """Why the one that is there does not count."""


Standing = There | Fitting | Lacking


def label(target: Target, filename: str) -> str:
    """How an entry names what its wheel was built for: alike for both architectures where it is for any."""
    runtime = target.runtime.id
    return runtime if is_for_any_platform(filename) else f"{runtime}-{target.architecture.value}"


def changes(entry: Entry, recipe: Recipe, sdist: IndexFile, tools: Tools) -> tuple[str, ...]:
    """What of the wheel's making is another one now; nothing of a wheel that no recipe made.

    A recipe has the digests of its libraries, so it changes with them.
    """
    made = entry.provenance
    if made is None or made.recipe_sha256 is None:
        return ()
    found = [] if made.recipe_sha256 == recipe.digest else ["recipe"]
    source = sdist.hashes.get("sha256")
    if source is not None and made.source_sha256 not in (None, source):
        found.append("source")
    now = tools(made.backend or "")
    found += sorted(tool for tool in {*now, *made.toolchain} if now.get(tool) != made.toolchain.get(tool))
    return tuple(found)


def standing(
    entries: Sequence[Entry],
    recipe: Recipe,
    sdist: IndexFile,
    target: Target,
    tools: Tools,
    *,
    rebuild: bool = False,
) -> Standing:
    """What is to be done for `target`; `entries` are all that the index has of the version.

    `rebuild`: a wheel that would be made in another way now does not count.
    """
    loading = _ordered(entries, target)
    changed = {entry.filename: changes(entry, recipe, sdist, tools) for entry in loading}
    alive = [entry for entry in loading if entry.yanked is None]
    usable = [entry for entry in alive if not (rebuild and changed[entry.filename])]
    own = next((entry for entry in usable if _is_own(entry, target)), None)
    if usable:
        first, entry = alive[0], own or usable[0]
        shadow = first.filename if changed[first.filename] and first is not entry else None
        kind = Fitting if own is None else There
        return kind(filename=entry.filename, changed=changed[entry.filename], shadow=shadow)
    for entry in loading:
        if entry.yanked is not None and _is_own(entry, target) and not changed[entry.filename]:
            return There(filename=entry.filename, yanked=True)
    why = next((changed[entry.filename] for entry in alive), ())
    return Lacking(build=_next_tag(recipe.build, loading), changed=why)


def _next_tag(wanted: BuildTag, taken: Sequence[Entry]) -> BuildTag:
    """The recipe's tag, with a number above those that were given."""
    if not taken:
        return wanted
    number, text = wanted or (0, "")
    return max(number, 1 + max(_build(entry)[0] for entry in taken)), text


def _build(entry: Entry) -> tuple[int, str]:
    return WheelName.parse(entry.filename).build or (0, "")


def _ordered(entries: Sequence[Entry], target: Target) -> list[Entry]:
    """Those that load, as installers choose: by tags, then the highest build."""
    ranked = [
        (rank, entry)
        for entry in sorted(entries, key=lambda each: (_build(each), each.filename), reverse=True)
        if (rank := target.rank(WheelName.parse(entry.filename))) is not None
    ]
    return [entry for _, entry in sorted(ranked, key=lambda each: each[0])]


def _is_own(entry: Entry, target: Target) -> bool:
    made = entry.provenance
    return made is not None and made.target in (
        label(target, entry.filename),
        f"{target.runtime.id}-{target.architecture.value}",
    )
