"""The bytecode of one bundle: what of the planned modules gets it, and what the next plan is made from.

What is chosen follows from the plan, and that from what is known before it is made. So the choice is kept,
and a warm build plans once, starts no interpreter and looks at no module.

Bucket and key: `Bucket.BYTECODINGS`; the wheels, what of them stays out, the app's files, how they are
linked, the mode, the limit, the interpreter, and the versions of what decides.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from builder import VERSION
from builder.bytecode.kept import keep_chosen, kept_chosen, kept_overlay, maker, wheel_key
from builder.bytecode.mode import Mode
from builder.bytecode.names import SOURCELESS, beside, instead, is_module
from builder.bytecode.selecting import SHARE, is_full, is_tight, select
from builder.bytecode.values import Chosen, Compiled
from builder.errors import CompilerError
from builder.link.contents import read_source_file
from builder.link.placement import Layout
from builder.model import Slimmed
from builder.report.sizes import change, count, human
from builder.report.values import Bytecode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from builder.bytecode.gathering import Gathered
    from builder.bytecode.values import Overlay
    from builder.bytecode.workshop import BytecodeWorkshop
    from builder.model import BundlePlan, SourceFile
    from builder.order import Order
    from prebuilt_index.store import Store
    from prebuilt_index.wheel_archive import Member, VerifiedWheel

_FORM = 1
"""Of the choices that are kept, and of the rules they follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bytecoded:
    """What a plan with bytecode is made from."""

    slimmed: Mapping[str, Slimmed]
    """By a wheel's sha256: what it was before, with the bytecode of its modules."""
    made: Mapping[str, bytes] = field(default_factory=dict)
    """Bytecode of the source and the text that it is of, by their path below the library folder: a source
    that changes meanwhile must not be linked with bytecode of what it was."""
    figures: Bytecode | None = None
    """None where nothing was made."""
    note: str
    """What was made and by which Python; or why nothing was."""


class Bytecoding:
    """One bundle whose modules may get bytecode."""

    def __init__(
        self,
        order: Order,
        wheels: Sequence[VerifiedWheel],
        source: Sequence[SourceFile],
        slimmed: Mapping[str, Slimmed],
        find_workshop: Callable[[], tuple[BytecodeWorkshop | None, str]],
        store: Store,
    ) -> None:
        """`find_workshop`: where the target's bytecode is made, or None and why there is none.

        Raises SourceFileError when one of the app's modules cannot be read.
        """
        self._order = order
        self._wheels = sorted(wheels, key=lambda wheel: wheel.sha256)
        self._source = source
        self._slimmed = slimmed
        self._store = store
        # Where nothing limits the bundle there is room for all.
        unlimited = order.limit is None
        self._limit = 0 if order.limit is None else order.limit.size
        self._mode = Mode.ALL if order.bytecode is Mode.AUTO and unlimited else order.bytecode
        self._workshop, self._reason = find_workshop()
        self._texts: Mapping[str, bytes] = {}
        self._key = ""
        if self._workshop is not None:
            paths = {str(file.path): file.location for file in source if is_module(file.path)}
            self._texts = {path: read_source_file(location) for path, location in paths.items()}
            self._key = self._follows_from(self._workshop)

    def known(self) -> Bytecoded | None:
        """What was chosen for the same bundle earlier; None where anything of it has to be made."""
        if self._workshop is None or (chosen := kept_chosen(self._store, self._key)) is None:
            return None
        overlays: dict[str, Overlay] = {}
        for wheel, key in chosen.overlays.items():
            if (overlay := kept_overlay(self._store, key)) is None:
                return None
            overlays[wheel] = overlay
        own = self._workshop.files({path: self._texts[path] for path in self._own(chosen)})
        compiled = {path: each for path, each in own.items() if isinstance(each, Compiled)}
        return self._bytecoded(chosen, overlays, compiled, self._workshop)

    def make(self, plan: BundlePlan) -> Bytecoded:
        """The bytecode of `plan`, which has none of lbuild's yet, as far as the order wants it.

        Raises CompilerError when the interpreter does not run and bytecode was asked for, StoreError, and
        HashMismatchError when a wheel has changed.
        """
        rest = sum(file.size for file in plan.files)
        if is_full(self._mode, rest=rest, limit=self._limit):
            room = human(int(self._limit * SHARE))
            note = f"no bytecode: the bundle has {human(rest)} without it, and `auto` adds it up to {room}"
            return Bytecoded(slimmed=self._slimmed, note=note)
        if self._workshop is None:
            return Bytecoded(slimmed=self._slimmed, note=self._reason)
        from builder.bytecode.gathering import gathered  # a warm build looks at no module

        library = Layout.of(self._order.link.layout, self._order.target.runtime.python).library
        try:
            found = gathered(plan, library, self._texts, self._workshop, self._order.slimming.keep)
        except CompilerError as error:
            if self._order.bytecode is not Mode.AUTO:
                raise
            # Nobody asked for it, and the bundle works without.
            reasons = ", ".join([error.summary, *error.evidence])
            return Bytecoded(slimmed=self._slimmed, note=f"no bytecode: {reasons}")
        modules = found.modules()
        tight = is_tight(modules, self._mode, rest=rest, limit=self._limit)
        reachable = self._reachable(found) if tight else ()
        selection = select(modules, self._mode, rest=rest, limit=self._limit, reachable=reachable)
        paths = {path: each for path in selection.instead if (each := found.member(path)) is not None}
        chosen = Chosen(
            selection=selection,
            refused=found.refused,
            overlays={
                plan.wheels[number].sha256: wheel_key(sources, self._workshop.interpreter)
                for number, sources in found.sources.items()
            },
            members={path: member.path for path, (_, member) in paths.items()},
        )
        keep_chosen(self._store, self._key, chosen)
        overlays = {plan.wheels[number].sha256: overlay for number, overlay in found.overlays.items()}
        return self._bytecoded(chosen, overlays, found.own, self._workshop)

    def _own(self, chosen: Chosen) -> Iterator[str]:
        return (path for path in chosen.selection.beside if path in self._texts)

    def _reachable(self, found: Gathered) -> tuple[str, ...]:
        """What the app's modules load, nearest first: any of them may have the handler."""
        if not self._texts:
            return ()
        from builder.slim.reach import reachable

        roots = sorted(self._texts, key=lambda path: (path.count("/"), path))
        return reachable(roots, [module.path for module in found.modules()], found.read)

    def _bytecoded(
        self,
        chosen: Chosen,
        overlays: Mapping[str, Overlay],
        own: Mapping[str, Compiled],
        workshop: BytecodeWorkshop,
    ) -> Bytecoded:
        selection, tag = chosen.selection, workshop.interpreter.cache_tag
        by_side, in_place = frozenset(selection.beside), frozenset(selection.instead)
        slimmed = dict(self._slimmed)
        for wheel, overlay in overlays.items():
            before = slimmed.get(wheel, Slimmed())
            gone = {chosen.members[path]: SOURCELESS for path in overlay.members if path in in_place}
            slimmed[wheel] = replace(
                before,
                drops={**before.drops, **gone},
                added=tuple(_added(overlay, by_side, in_place)),
                added_overlay=overlay.path,
            )
        made: dict[str, bytes] = {}
        for path in self._own(chosen):
            if path in own:
                made[path] = self._texts[path]
                made[beside(path, tag)] = own[path].content
        return Bytecoded(
            slimmed=slimmed,
            made=made,
            figures=(figures := _figures(workshop.interpreter.version, chosen)),
            note=_note(figures),
        )

    def _follows_from(self, workshop: BytecodeWorkshop) -> str:
        """The key of the choice."""
        from manylinux.archive.pack import ENGINE

        order = self._order
        versions = [_FORM, VERSION, ENGINE, maker(workshop.interpreter)]
        keep = [each.text for each in order.slimming.keep]
        wishes = [keep, self._mode, self._limit, str(SHARE), order.target.runtime.python, repr(order.link)]
        wheels = [[wheel.sha256, self._left_out(wheel)] for wheel in self._wheels]
        digests = {path: sha256(text).hexdigest() for path, text in self._texts.items()}
        app = sorted(
            [str(file.path), file.size, file.executable, digests.get(file.path)] for file in self._source
        )
        return json.dumps([versions, wishes, wheels, app])

    def _left_out(self, wheel: VerifiedWheel) -> str:
        slimmed = self._slimmed.get(wheel.sha256)
        if slimmed is None:
            return ""
        rewritten = {path: each.member.size for path, each in slimmed.rewritten.items()}
        return sha256(json.dumps([slimmed.drops, rewritten], sort_keys=True).encode()).hexdigest()


def _added(overlay: Overlay, by_side: frozenset[str], in_place: frozenset[str]) -> Iterator[Member]:
    for path, member in overlay.members.items():
        if path in by_side:
            yield member
        elif path in in_place:
            yield member._replace(path=instead(path))


def _figures(version: str, chosen: Chosen) -> Bytecode:
    selection = chosen.selection
    return Bytecode(
        python=version,
        modules=len(selection.beside) + len(selection.instead),
        sourceless=len(selection.instead),
        unpacked=selection.unpacked,
        packed=selection.packed,
        compile_seconds=selection.seconds,
        not_compiled=chosen.refused,
        without=len(selection.without),
    )


def _note(figures: Bytecode) -> str:
    sizes = f"{change(figures.unpacked)} unpacked, {change(figures.packed)} packed"
    parts = [f"bytecode of {count(figures.modules, 'module')} by Python {figures.python}: {sizes}"]
    if figures.sourceless:
        parts.append(f"{figures.sourceless:,} of them in place of the source")
    if figures.modules:
        seconds = f"{figures.compile_seconds:.1f} s"
        parts.append(f"it spares up to {seconds} of compiling at a cold start, as measured where it was made")
    if figures.not_compiled:
        parts.append(f"{figures.not_compiled:,} not compiled")
    if figures.without:
        parts.append(f"no room for that of {figures.without:,}")
    return "; ".join(parts)
