"""Which modules get bytecode. Pure, and by rules that choose alike on every host."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from builder.bytecode.mode import Mode
from builder.bytecode.values import Module, Selection

SHARE = Fraction(4, 5)
"""Of Lambda's limit on what is unpacked, for a bundle with its bytecode in `auto`. Bytecode is the one part
that a bundle can do without: the rest of the limit is left to layers, and to what the next release of a
dependency adds."""


def select(
    modules: Sequence[Module], mode: Mode, *, rest: int, limit: int, reachable: Sequence[str] = ()
) -> Selection:
    """Who gets bytecode.

    rest: unpacked bytes of the bundle without any bytecode; limit: those that Lambda takes. reachable: the
    sources that the handler imports, nearest first. Between equals the path decides.
    """
    match mode:
        case Mode.NONE:
            return Selection()
        case Mode.AUTO:
            return _filled(modules, int(limit * SHARE) - rest, reachable)
        case Mode.ALL:
            return _selection(modules)
        case Mode.ONLY:
            stay = _staying(modules)
            return _selection(
                [module for module in modules if module.path in stay],
                [module for module in modules if module.path not in stay],
            )


def is_full(mode: Mode, *, rest: int, limit: int) -> bool:
    """Whether there is no room for any bytecode, and none need be made to choose from."""
    return mode is Mode.NONE or (mode is Mode.AUTO and rest >= int(limit * SHARE))


def is_tight(modules: Sequence[Module], mode: Mode, *, rest: int, limit: int) -> bool:
    """Whether some modules get no bytecode, so that it matters which come first."""
    return mode is Mode.AUTO and sum(module.size for module in modules) > int(limit * SHARE) - rest


def _filled(modules: Sequence[Module], room: int, reachable: Sequence[str]) -> Selection:
    """What fits into `room` bytes: what the handler reaches, then the largest sources, which take longest."""
    order = {path: place for place, path in reversed(list(enumerate(reachable)))}
    ranked = sorted(
        modules, key=lambda module: (order.get(module.path, len(reachable)), -module.source_size, module.path)
    )
    chosen, left_out = [], []
    for module in ranked:
        if module.size <= room:
            room -= module.size
            chosen.append(module)
        else:
            left_out.append(module.path)
    return _selection(chosen, without=left_out)


def _staying(modules: Sequence[Module]) -> set[str]:
    """Sources that may be read, as far as code says: who reads those of other wheels is not known without
    running it."""
    return {module.path for module in modules if module.keeps_source}


def _selection(
    beside: Sequence[Module], instead: Sequence[Module] = (), without: Iterable[str] = ()
) -> Selection:
    chosen = [*beside, *instead]
    return Selection(
        beside=tuple(sorted(module.path for module in beside)),
        instead=tuple(sorted(module.path for module in instead)),
        without=tuple(sorted(without)),
        unpacked=sum(module.size for module in chosen) - sum(module.source_size for module in instead),
        packed=sum(module.packed for module in chosen) - sum(module.source_packed for module in instead),
        seconds=sum(module.seconds for module in chosen),
    )
