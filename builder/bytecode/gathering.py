"""All modules of a planned bundle and their bytecode: what there is to choose from."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from builder.bytecode.names import beside, instead, is_module
from builder.bytecode.values import Compiled, Module
from builder.link.contents import read_content
from builder.link.placement import below_data
from builder.link.plan import folded
from builder.model import FromSource, FromWheel
from manylinux.archive.pack import pack

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from builder.bytecode.values import Overlay
    from builder.bytecode.workshop import BytecodeWorkshop
    from builder.model import BundlePlan, PlannedFile
    from builder.slim.selecting import Selector
    from prebuilt_index.wheel_archive import Member


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The modules of one bundle, by their paths below its library folder."""

    plan: BundlePlan
    sources: Mapping[int, Mapping[str, Member]] = field(hash=False)
    """By the number of the wheel."""
    overlays: Mapping[int, Overlay] = field(hash=False)
    own: Mapping[str, Compiled] = field(hash=False)
    """Bytecode of the app's."""
    texts: Mapping[str, bytes] = field(hash=False)
    """The app's, as they were compiled."""
    bound: frozenset[str]
    """Those that may not give way to their bytecode, whatever they are."""
    refused: int
    """How many sources have none."""

    def modules(self) -> list[Module]:
        """Those that have bytecode."""
        return [*self._of_wheels(), *self._of_app()]

    def member(self, path: str) -> tuple[int, Member] | None:
        """The number of the wheel and the member that a module is; None for one of the app's."""
        found = ((number, each[path]) for number, each in self.sources.items() if path in each)
        return next(found, None)

    def read(self, path: str) -> bytes:
        """The source of a module."""
        if (found := self.member(path)) is None:
            return self.texts[path]
        number, member = found
        return read_content(self.plan.wheels[number].path, member)

    def _of_wheels(self) -> Iterator[Module]:
        for number, overlay in self.overlays.items():
            for path, member in overlay.members.items():
                source = self.sources[number][path]
                yield Module(
                    path=path,
                    source_size=source.size,
                    source_packed=source.compressed_size,
                    size=member.size,
                    packed=member.compressed_size,
                    keeps_source=path in overlay.readers or path in self.bound,
                    seconds=overlay.seconds[path],
                )

    def _of_app(self) -> Iterator[Module]:
        for path, compiled in self.own.items():
            yield Module(
                path=path,
                source_size=len(self.texts[path]),
                size=len(compiled.content),
                packed=len(pack(compiled.content).data),
                keeps_source=True,  # frameworks list an app's files, and people read its tracebacks
                seconds=compiled.seconds,
            )


def gathered(
    plan: BundlePlan,
    library: str,
    texts: Mapping[str, bytes],
    workshop: BytecodeWorkshop,
    keep: Sequence[Selector] = (),
) -> Gathered:
    """The modules of `plan`, whose files are below `library`; `texts` are the sources of the app's.

    `keep`: sources that these mean do not give way.

    Raises CompilerError when the interpreter does not run, StoreError, and HashMismatchError when a wheel
    has changed.
    """
    taken = _taken(plan)
    sources: dict[int, dict[str, Member]] = defaultdict(dict)
    own: dict[str, bytes] = {}
    bound = set(_contested(plan, library))
    for path, file in _modules(plan, library, workshop.interpreter.cache_tag, taken):
        match file.content:
            case FromWheel(wheel=number, member=member, overlay=None):
                sources[number][path] = member
            case FromSource():
                own[path] = texts[path]
        if folded(library + instead(path)) in taken:
            bound.add(path)
    bound.update(_kept(plan, sources, keep))
    wanted = [(plan.wheels[number], each) for number, each in sources.items()]
    overlays = dict(zip(sources, workshop.wheels(wanted), strict=True))
    outcomes = workshop.files(own)
    compiled = {path: outcome for path, outcome in outcomes.items() if isinstance(outcome, Compiled)}
    refused = sum(len(overlay.reasons) for overlay in overlays.values()) + len(outcomes) - len(compiled)
    return Gathered(
        plan=plan,
        sources=sources,
        overlays=overlays,
        own=compiled,
        texts=own,
        bound=frozenset(bound),
        refused=refused,
    )


def _kept(
    plan: BundlePlan, sources: Mapping[int, Mapping[str, Member]], keep: Sequence[Selector]
) -> Iterator[str]:
    """Those that a user asks to keep as they are."""
    for number, each in sources.items():
        concerned = [selector for selector in keep if selector.concerns(plan.wheels[number].name)]
        yield from (path for path in each if any(selector.matches(path) for selector in concerned))


def _modules(
    plan: BundlePlan, library: str, tag: str, taken: frozenset[str]
) -> Iterator[tuple[str, PlannedFile]]:
    """Each module by its path below the library folder, but those whose bytecode has no free place."""
    files = {folded(file.path) for file in plan.files}
    for file in plan.files:
        path = file.path.removeprefix(library)
        if file.path.startswith(library) and is_module(path):
            place = folded(library + beside(path, tag))
            if place not in taken and place.rpartition("/")[0] not in files:
                yield path, file


def _taken(plan: BundlePlan) -> frozenset[str]:
    """Places of files and folders."""
    found: set[str] = set()
    for file in plan.files:
        place = folded(file.path)
        while place and place not in found:
            found.add(place)
            place = place.rpartition("/")[0]
    return frozenset(found)


def _contested(plan: BundlePlan, library: str) -> Iterator[str]:
    """Paths that more than one wheel or the app fills: without the winner's source there would be another."""
    for drop in plan.drops:
        below = below_data(drop.path)
        yield drop.path.removeprefix(library) if below is None else below.rest
