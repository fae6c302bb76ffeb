"""Who gets bytecode: by mode, room, reach and size, and alike whatever the order of what is given."""

from itertools import permutations

import pytest

from builder.bytecode.mode import Mode
from builder.bytecode.selecting import SHARE, is_full, is_tight, select
from builder.bytecode.values import Module, Selection

LIMIT = 1000
ROOM = int(LIMIT * SHARE)


def module(path: str, source_size: int, size: int, *, keeps_source: bool = False) -> Module:
    return Module(
        path=path,
        source_size=source_size,
        source_packed=source_size // 10,
        size=size,
        packed=size // 2,
        keeps_source=keeps_source,
        seconds=size / 1000,
    )


MODULES = (
    module("a.py", 100, 120),
    module("b.py", 300, 350),
    module("c.py", 300, 350),
    module("d.py", 10, 20, keeps_source=True),
)


def chosen(mode: Mode, *, rest: int, reachable: tuple[str, ...] = ()) -> Selection:
    return select(MODULES, mode, rest=rest, limit=LIMIT, reachable=reachable)


def test_none_is_none() -> None:
    """And costs nothing."""
    assert chosen(Mode.NONE, rest=0) == Selection()


def test_auto_takes_all_when_all_fit() -> None:
    """The share of the limit may be used to its last byte."""
    selection = chosen(Mode.AUTO, rest=ROOM - 840)

    assert selection.beside == ("a.py", "b.py", "c.py", "d.py")
    assert (selection.unpacked, selection.packed, selection.without) == (840, 420, ())
    assert selection.seconds == pytest.approx(0.84)
    assert not is_tight(MODULES, Mode.AUTO, rest=ROOM - 840, limit=LIMIT)


def test_auto_takes_the_largest_sources_first() -> None:
    """They take longest to compile; between equals the path decides, and what is small fills what is left."""
    selection = chosen(Mode.AUTO, rest=ROOM - 400)

    assert selection.beside == ("b.py", "d.py")
    assert selection.without == ("a.py", "c.py")
    assert selection.unpacked == 370
    assert is_tight(MODULES, Mode.AUTO, rest=ROOM - 400, limit=LIMIT)


def test_auto_takes_what_the_handler_reaches_before_the_rest() -> None:
    """In the order given; paths that have no bytecode are passed over."""
    selection = chosen(Mode.AUTO, rest=ROOM - 500, reachable=("x.py", "d.py", "a.py", "d.py"))

    assert selection.beside == ("a.py", "b.py", "d.py")


def test_auto_takes_nothing_above_its_share() -> None:
    """What is larger than that has no bytecode made for it either."""
    assert chosen(Mode.AUTO, rest=ROOM + 1).beside == ()
    assert is_full(Mode.AUTO, rest=ROOM, limit=LIMIT)
    assert not is_full(Mode.AUTO, rest=ROOM - 1, limit=LIMIT)


def test_all_does_not_look_at_the_limit() -> None:
    """Lambda's own is checked afterwards, as for any bundle."""
    selection = chosen(Mode.ALL, rest=10 * LIMIT)

    assert selection.beside == ("a.py", "b.py", "c.py", "d.py")
    assert not is_full(Mode.ALL, rest=10 * LIMIT, limit=LIMIT)


def test_only_takes_the_place_of_sources_that_nobody_reads() -> None:
    """The others keep their sources, with bytecode beside them; what goes counts against what comes."""
    selection = chosen(Mode.ONLY, rest=0)

    assert selection.instead == ("a.py", "b.py", "c.py")
    assert selection.beside == ("d.py",)
    assert (selection.unpacked, selection.packed) == (840 - 700, 420 - 70)


@pytest.mark.parametrize("mode", Mode)
def test_the_order_of_what_is_given_does_not_matter(mode: Mode) -> None:
    """Nor does that of a host's files."""
    assert len({select(order, mode, rest=ROOM - 400, limit=LIMIT) for order in permutations(MODULES)}) == 1
