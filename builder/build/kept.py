"""Wheels that builds left in the store, and where they come from, as a prebuilt index tells it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from builder.build.memory import kept_wheels
from prebuilt_index.tree.entry import Provenance, is_plain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from builder.build.memory import KeptWheel
    from prebuilt_index.store import Store

_NATIVE = re.compile(
    r"native-\d+ cp(?P<python>[\d.]+) (?P<machine>\S+) glibc [\d.]+ .*?(?P<tool>[a-z]+): (?P<identity>.*)"
)
"""What `NativeBuilds.identity` gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A wheel in the store, and how it was made."""

    path: Path
    filename: str
    provenance: Provenance


def kept(store: Store) -> tuple[Kept, ...]:
    """Every wheel that was built here and is still in the store, by file name.

    Where two have one name, built of different sources or by different tools, both are there.
    """
    best: dict[tuple[str, str], KeptWheel] = {}
    for wheel in kept_wheels(store):
        key = (wheel.filename, wheel.sha256)
        if key not in best or _knowledge(wheel) > _knowledge(best[key]):
            best[key] = wheel
    found = ((store.blob(sha256), wheel) for (_, sha256), wheel in sorted(best.items()))
    return tuple(
        Kept(path=path, filename=wheel.filename, provenance=provenance(wheel))
        for path, wheel in found
        if path is not None
    )


def _knowledge(wheel: KeptWheel) -> tuple[bool, bool, str]:
    """What orders several records of one wheel: how much they tell; the text only settles ties."""
    builder = wheel.builder or ""
    return _NATIVE.fullmatch(builder) is not None, wheel.story is not None, f"{builder} {wheel.source}"


def provenance(wheel: KeptWheel) -> Provenance:
    """How the wheel was made, without what is of this machine only: paths, and how long it took."""
    native = _NATIVE.fullmatch(wheel.builder or "")
    algorithm, _, digest = (wheel.source or "").partition(":")
    story = wheel.story
    return Provenance(
        builder=f"lbuild {wheel.lbuild}" if wheel.lbuild else "lbuild",
        backend="pure" if story is None else story.backend,
        target=f"cp{native['python']} {native['machine']}" if native else None,
        source_sha256=digest if algorithm == "sha256" else None,
        commit=wheel.commit,
        toolchain={native["tool"]: native["identity"]} if native and is_plain(native["identity"]) else {},
        requirements=() if story is None else tuple(sorted(story.requirements)),
        notes=() if story is None else tuple(_told(story.notes)),
    )


def _told(notes: Iterable[str]) -> Iterable[str]:
    """Notes that mean something elsewhere too."""
    return (note for note in notes if is_plain(note) and "/" not in note)
