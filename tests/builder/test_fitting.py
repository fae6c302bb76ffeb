"""A bundle that is too large, under other options."""

from dataclasses import replace
from pathlib import Path

from builder.bytecode.mode import Mode
from builder.choosing import Choice, Planned
from builder.fitting import Fitting
from builder.model import Slimming
from builder.order import Order, StageLog
from builder.slim.profile import SlimProfile
from factories.bundles import make_target, plan, verified_wheel
from manylinux.errors import NetworkError

MOST = 1000


def make_planned(folder: Path, project: str) -> Planned:
    """A bundle of one project, larger than `MOST`."""
    wheel = verified_wheel(folder, project, {f"{project}.py": b"#" * MOST})
    return Planned(choice=Choice(wheels=(wheel,)), plan=plan([wheel]))


def make_order(slimming: Slimming) -> Order:
    return Order(
        wish="", target=make_target(), target_chosen_by="", max_size=MOST, slimming=SlimProfile(base=slimming)
    )


def test_what_cannot_be_judged_is_told_and_is_no_other_error(tmp_path: Path) -> None:
    """An index that does not say what an excluded project asks for is not why the bundle is too large."""

    def make(order: Order) -> Planned:
        assert order.exclude_runtime_packages
        raise NetworkError("the index is away")

    order, planned = make_order(Slimming.SMALL), make_planned(tmp_path, "six")
    assert order.limit is not None
    fitting = Fitting(order, order.limit, planned, make)

    assert fitting.best(StageLog(lambda stage: None)) is None
    assert "no way: `--exclude-runtime-packages`, because it cannot be judged: the index is away" in (
        fitting.error().evidence
    )


def test_each_set_of_options_is_planned_once(tmp_path: Path) -> None:
    """However often its size is asked for; and none that the order has already."""
    asked: list[Order] = []
    planned = make_planned(tmp_path, "lib")

    def make(order: Order) -> Planned:
        asked.append(order)
        return planned

    order = make_order(Slimming.NONE)
    assert order.limit is not None
    fitting = Fitting(order, order.limit, planned, make)
    fitting.best(StageLog(lambda stage: None))
    fitting.error()

    assert [(each.slimming.base, each.exclude_runtime_packages) for each in asked] == [
        (Slimming.SAFE, False),
        (Slimming.SMALL, False),
    ]


def test_sources_do_not_come_back_where_bytecode_alone_is_smaller(tmp_path: Path) -> None:
    """Else what suffices with `--bytecode only` would no longer do."""
    planned = make_planned(tmp_path, "lib")
    sizes = {(Mode.AUTO, Slimming.SAFE): 3 * MOST, (Mode.AUTO, Slimming.SMALL): 2 * MOST}

    def make(order: Order) -> Planned:
        size = sizes.get((order.bytecode, order.slimming.base), MOST // 2)
        wheel = verified_wheel(tmp_path, "made", {"made.py": b"#" * size})
        return Planned(choice=Choice(wheels=(wheel,)), plan=plan([wheel]))

    order = replace(make_order(Slimming.SAFE), bytecode=Mode.ONLY)
    assert order.limit is not None
    fitted = Fitting(order, order.limit, planned, make).best(StageLog(lambda stage: None))

    assert fitted is not None
    assert fitted[1].options == ("--slim small",)
