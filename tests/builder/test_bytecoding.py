"""What of a plan gets bytecode when there is little room."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from builder.bytecode.values import Mode
from builder.bytecode.workshop import BytecodeWorkshop
from builder.bytecoding import bytecoded
from builder.model import BundlePlan
from builder.order import Order
from factories.bundles import make_target, plan, verified_wheel
from factories.interpreters import own_interpreter
from manylinux.target import Target
from prebuilt_index.store import Store

LARGE = b"".join(b"x%d = %d\n" % (number, number) for number in range(2000))
FILES = {"a/large.py": LARGE, "a/small.py": b"x = 1\n"}


@pytest.fixture
def bundle(tmp_path: Path) -> BundlePlan:
    return plan([verified_wheel(tmp_path, "a", FILES)])


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[BytecodeWorkshop]:
    with Store.open(tmp_path / "store") as store, BytecodeWorkshop(store, own_interpreter()) as workshop:
        yield workshop


def filling(bundle: BundlePlan, room: int, mode: Mode) -> Order:
    """An order where `auto` has `room` bytes beside what `bundle` has."""
    target = make_target()
    most = (sum(file.size for file in bundle.files) + room) * 5 // 4 + 1
    limits = replace(target.runtime.limits, unzipped_bytes=most)
    runtime = replace(target.runtime, limits=limits)
    target = Target(runtime=runtime, architecture=target.architecture)
    return Order(wish="", target=target, target_chosen_by="", bytecode=mode)


def added(slimmed: object) -> list[str]:
    """The names of the modules that got bytecode."""
    assert isinstance(slimmed, dict)
    return [Path(member.path).name.partition(".")[0] for each in slimmed.values() for member in each.added]


def test_auto_leaves_out_what_has_no_room(bundle: BundlePlan, workshop: BytecodeWorkshop) -> None:
    """The largest first; what does not fit is told, and what is smaller may still fit."""
    result = bytecoded(bundle, {}, filling(bundle, 1000, Mode.AUTO), lambda: (workshop, ""))

    assert added(result.slimmed) == ["small"]
    assert result.modules == 1
    assert result.note.endswith("; no room for that of 1")


def test_all_asks_for_no_room(bundle: BundlePlan, workshop: BytecodeWorkshop) -> None:
    """Lambda's limit is checked afterwards, as for anything else."""
    result = bytecoded(bundle, {}, filling(bundle, 0, Mode.ALL), lambda: (workshop, ""))

    assert added(result.slimmed) == ["large", "small"]


def test_nothing_is_compiled_for_a_bundle_that_is_full(bundle: BundlePlan) -> None:
    """Not even an interpreter is looked for."""

    def nobody() -> tuple[None, str]:
        raise AssertionError("there is no room")

    result = bytecoded(bundle, {}, filling(bundle, -1, Mode.AUTO), nobody)

    assert result.modules == 0
    assert result.note.startswith("no bytecode: the bundle has ")
