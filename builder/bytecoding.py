"""The bytecode of one bundle: what of the planned modules gets it, and what the next plan is made from."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from builder.bytecode.names import beside, is_module
from builder.bytecode.selecting import SHARE, is_full, select
from builder.bytecode.values import Module, Refused
from builder.link.contents import read_source_file
from builder.link.placement import Layout
from builder.link.plan import folded
from builder.model import FromSource, FromWheel, Slimmed
from builder.report.sizes import human

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from builder.bytecode.values import Overlay, Selection
    from builder.bytecode.workshop import BytecodeWorkshop
    from builder.model import BundlePlan, PlannedFile
    from builder.order import Order
    from prebuilt_index.wheel_archive import Member


@dataclass(frozen=True, slots=True, kw_only=True)
class Bytecoded:
    """What a plan with bytecode is made from."""

    slimmed: Mapping[str, Slimmed]
    """By a wheel's sha256: what it was before, with the bytecode of its modules."""
    made: Mapping[str, bytes] = field(default_factory=dict)
    """Bytecode of the source and the text that it is of, by their path below the library folder: a source
    that changes meanwhile must not be linked with bytecode of what it was."""
    modules: int = 0
    note: str
    """What was made and by which Python; or why nothing was."""


def bytecoded(
    plan: BundlePlan,
    slimmed: Mapping[str, Slimmed],
    order: Order,
    find_workshop: Callable[[], tuple[BytecodeWorkshop | None, str]],
) -> Bytecoded:
    """The bytecode of `plan`, which has none of lbuild's yet, as far as `order.bytecode` wants it.

    `find_workshop` is asked only when there is room: where the target's bytecode is made, or None and why.

    Raises EnvironmentFault when the interpreter does not run, StoreError, SourceFileError, and
    HashMismatchError when a wheel has changed.
    """
    rest = sum(file.size for file in plan.files)
    limit = order.target.runtime.limits.unzipped_bytes if order.limit is None else order.limit.size
    if is_full(order.bytecode, rest=rest, limit=limit):
        room = human(int(limit * SHARE))
        note = f"no bytecode: the bundle has {human(rest)} without it, and `auto` adds it up to {room}"
        return Bytecoded(slimmed=slimmed, note=note)
    workshop, reason = find_workshop()
    if workshop is None:
        return Bytecoded(slimmed=slimmed, note=reason)
    library = Layout.of(order.link.layout, order.target.runtime.python).library
    compiled = _compiled(plan, library, workshop)
    selection = select(compiled.modules(), order.bytecode, rest=rest, limit=limit)
    chosen, tag = frozenset(selection.beside), workshop.interpreter.cache_tag
    return Bytecoded(
        slimmed={**slimmed, **dict(_with_bytecode(plan, slimmed, compiled, chosen))},
        made=dict(_of_source(compiled, chosen, tag)),
        modules=len(chosen),
        note=_note(workshop.interpreter.version, selection, compiled.refused),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compiled:
    """The bytecode of all modules of a bundle."""

    sources: Mapping[int, Mapping[str, Member]]
    """By the number of the wheel."""
    overlays: Mapping[int, Overlay]
    source: Mapping[str, tuple[bytes, bytes]]
    """Of the app's own: the source, and its bytecode."""
    refused: int
    """How many sources have none."""

    def modules(self) -> list[Module]:
        """What there is to choose from."""
        return [*self._of_wheels(), *self._of_source()]

    def _of_wheels(self) -> Iterator[Module]:
        for number, overlay in self.overlays.items():
            for path, member in overlay.members.items():
                yield Module(
                    path=path,
                    source_size=self.sources[number][path].size,
                    size=member.size,
                    packed=member.compressed_size,
                    reads_sources=path in overlay.readers,
                )

    def _of_source(self) -> Iterator[Module]:
        if not self.source:
            return
        from manylinux.archive.pack import pack  # only where there is something to compress

        for path, (text, content) in self.source.items():
            packed = len(pack(content).data)
            yield Module(path=path, source_size=len(text), size=len(content), packed=packed)


def _compiled(plan: BundlePlan, library: str, workshop: BytecodeWorkshop) -> _Compiled:
    sources: dict[int, dict[str, Member]] = defaultdict(dict)
    texts: dict[str, bytes] = {}
    for path, file in _modules(plan, library, workshop.interpreter.cache_tag):
        match file.content:
            case FromWheel(wheel=number, member=member, overlay=None):
                sources[number][path] = member
            case FromSource(location=location):
                texts[path] = read_source_file(location)
    overlays = {number: workshop.wheel(plan.wheels[number], each) for number, each in sources.items()}
    outcomes = workshop.files(texts)
    source = {
        path: (texts[path], outcome) for path, outcome in outcomes.items() if not isinstance(outcome, Refused)
    }
    refused = sum(len(overlay.reasons) for overlay in overlays.values()) + len(outcomes) - len(source)
    return _Compiled(sources=sources, overlays=overlays, source=source, refused=refused)


def _modules(plan: BundlePlan, library: str, tag: str) -> Iterator[tuple[str, PlannedFile]]:
    """Each module by its path below the library folder, but those whose bytecode has no free place."""
    taken = {folded(file.path) for file in plan.files}
    for file in plan.files:
        path = file.path.removeprefix(library)
        if file.path.startswith(library) and is_module(path):
            place = folded(library + beside(path, tag))
            if place not in taken and place.rpartition("/")[0] not in taken:
                yield path, file


def _with_bytecode(
    plan: BundlePlan, slimmed: Mapping[str, Slimmed], compiled: _Compiled, chosen: frozenset[str]
) -> Iterator[tuple[str, Slimmed]]:
    for number, overlay in compiled.overlays.items():
        sha256 = plan.wheels[number].sha256
        added = tuple(member for path, member in overlay.members.items() if path in chosen)
        yield sha256, replace(slimmed.get(sha256, Slimmed()), added=added, added_overlay=overlay.path)


def _of_source(compiled: _Compiled, chosen: frozenset[str], tag: str) -> Iterator[tuple[str, bytes]]:
    for path, (text, content) in compiled.source.items():
        if path in chosen:
            yield path, text
            yield beside(path, tag), content


def _note(version: str, selection: Selection, refused: int) -> str:
    count = len(selection.beside)
    modules = f"{count:,} {'module' if count == 1 else 'modules'}"
    sizes = f"{human(selection.unpacked)} unpacked, {human(selection.packed)} packed"
    parts = [f"bytecode of {modules} by Python {version}: {sizes}"]
    if refused:
        parts.append(f"{refused:,} not compiled")
    if selection.without:
        parts.append(f"no room for that of {len(selection.without):,}")
    return "; ".join(parts)
