"""What of a plan gets bytecode, and what a second build does again of that."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from builder.bytecode.mode import Mode
from builder.bytecode.workshop import BytecodeWorkshop
from builder.bytecoding import Bytecoded, Bytecoding
from builder.errors import CompilerError
from builder.interpreter.values import Interpreter
from builder.model import BundlePlan, LayoutKind, LinkOptions, Slimmed, SourceFile
from builder.order import Order
from factories.bundles import make_source, make_target, plan, verified_wheel
from factories.interpreters import own_interpreter
from manylinux.target import Target
from prebuilt_index.store import Store

LARGE = b"".join(b"x%d = %d\n" % (number, number) for number in range(2000))
FILES = {"a/large.py": LARGE, "a/small.py": b"x = 1\n"}
NOBODY = replace(own_interpreter(), path=Path("/nowhere/python"))
"""The Python that runs the tests as far as it says; whoever starts it fails."""


@pytest.fixture
def bundle(tmp_path: Path) -> BundlePlan:
    return plan([verified_wheel(tmp_path, "a", FILES)])


@pytest.fixture
def bench(tmp_path: Path) -> Iterator["Bench"]:
    with Store.open(tmp_path / "store") as store, ExitStack() as stack:
        yield Bench(store, stack)


def filling(bundle: BundlePlan, room: int, mode: Mode) -> Order:
    """An order where `auto` has `room` bytes beside what `bundle` has."""
    target = make_target()
    most = (sum(file.size for file in bundle.files) + room) * 5 // 4 + 1
    limits = replace(target.runtime.limits, unzipped_bytes=most)
    runtime = replace(target.runtime, limits=limits)
    target = Target(runtime=runtime, architecture=target.architecture)
    return Order(wish="", target=target, target_chosen_by="", bytecode=mode)


class Bench:
    """Where bundles get bytecode; no process is left behind."""

    def __init__(self, store: Store, stack: ExitStack) -> None:
        self.store = store
        self.stack = stack

    def coding(
        self,
        order: Order,
        bundle: BundlePlan,
        source: tuple[SourceFile, ...] = (),
        *,
        slimmed: dict[str, Slimmed] | None = None,
        interpreter: Interpreter | None = None,
    ) -> Bytecoding:
        workshop = self.stack.enter_context(BytecodeWorkshop(self.store, interpreter or own_interpreter()))
        find = lambda: (workshop, "")  # noqa: E731
        return Bytecoding(order, bundle.wheels, source, slimmed or {}, find, self.store)


def added(result: Bytecoded) -> list[str]:
    """The names of the modules of wheels that got bytecode."""
    members = [member for each in result.slimmed.values() for member in each.added]
    return [Path(member.path).name.partition(".")[0] for member in members]


def test_auto_leaves_out_what_has_no_room(bundle: BundlePlan, bench: Bench) -> None:
    """The largest first; what does not fit is told, and what is smaller may still fit."""
    result = bench.coding(filling(bundle, 1000, Mode.AUTO), bundle).make(bundle)

    assert added(result) == ["small"]
    assert result.figures is not None
    assert (result.figures.modules, result.figures.without) == (1, 1)
    assert result.note.endswith("; no room for that of 1")


def test_all_asks_for_no_room(bundle: BundlePlan, bench: Bench) -> None:
    """Lambda's limit is checked afterwards, as for anything else."""
    result = bench.coding(filling(bundle, 0, Mode.ALL), bundle).make(bundle)

    assert added(result) == ["large", "small"]


def test_without_a_limit_there_is_room_for_all(bundle: BundlePlan, bench: Bench) -> None:
    """Of a container image, which no limit of bundles concerns."""
    order = replace(filling(bundle, -1, Mode.AUTO), limited=False)

    assert added(bench.coding(order, bundle).make(bundle)) == ["large", "small"]


def test_nothing_is_compiled_for_a_bundle_that_is_full(bundle: BundlePlan, bench: Bench) -> None:
    """No interpreter is started."""
    result = bench.coding(filling(bundle, -1, Mode.AUTO), bundle, interpreter=NOBODY).make(bundle)

    assert result.figures is None
    assert result.note.startswith("no bytecode: the bundle has ")


def test_a_python_that_does_not_run_is_a_note_where_nobody_asked_for_it(
    bundle: BundlePlan, bench: Bench
) -> None:
    """By default a bundle does without; who wants all of it, or only it, is told that there is none."""
    order = filling(bundle, 100_000, Mode.AUTO)
    result = bench.coding(order, bundle, interpreter=NOBODY).make(bundle)

    assert result.figures is None
    assert result.note.startswith("no bytecode: `/nowhere/python` cannot compile")
    for mode in (Mode.ALL, Mode.ONLY):
        with pytest.raises(CompilerError):
            bench.coding(replace(order, bytecode=mode), bundle, interpreter=NOBODY).make(bundle)


def test_what_the_app_imports_goes_first(tmp_path: Path, bench: Bench) -> None:
    """Nearest first, then by size; modules of its own are nearest of all."""
    names = {"near": b"import far\n", "far": b"", "other": LARGE}
    bundle = plan([verified_wheel(tmp_path, "a", {f"{name}.py": text for name, text in names.items()})])
    source = make_source(tmp_path / "src", {"handlers/get.py": b"import near\n"})
    everything = bench.coding(filling(bundle, 0, Mode.ALL), bundle).make(bundle)
    (all_added,) = (each.added for each in everything.slimmed.values())
    sizes = {Path(each.path).name.partition(".")[0]: each.size for each in all_added}
    order = filling(bundle, sizes["other"], Mode.AUTO)

    assert added(bench.coding(order, bundle).make(bundle)) == ["other"]
    with_app = plan(bundle.wheels, source)
    result = bench.coding(order, with_app, source).make(with_app)
    assert added(result) == ["far", "near"]
    tag = own_interpreter().cache_tag
    assert list(result.made) == ["handlers/get.py", f"handlers/__pycache__/get.{tag}.pyc"]


def test_a_second_build_knows_it_all(bundle: BundlePlan, tmp_path: Path, bench: Bench) -> None:
    """Without a plan to look at, and without the interpreter."""
    source = make_source(tmp_path / "src", {"app.py": b"import a\n"})
    order = filling(bundle, 100_000, Mode.AUTO)
    first = bench.coding(order, bundle, source)
    assert first.known() is None

    made = first.make(plan(bundle.wheels, source))
    assert made.figures is not None
    assert made.figures.modules == 3
    assert bench.coding(order, bundle, source, interpreter=NOBODY).known() == made


def test_a_choice_is_known_for_what_it_follows_from_alone(
    bundle: BundlePlan, tmp_path: Path, bench: Bench
) -> None:
    """Another limit, mode, layout, interpreter, slimming or app may come to another."""
    order = filling(bundle, 100_000, Mode.AUTO)
    source = make_source(tmp_path / "src", {"app.py": b"import a\n"})
    bench.coding(order, bundle, source).make(plan(bundle.wheels, source))
    edited = make_source(tmp_path / "other", {"app.py": b"import b\n"})
    patched = replace(own_interpreter(), build="another")
    dropped = {bundle.wheels[0].sha256: Slimmed(drops={"a/small.py": "a rule"})}
    others = [
        bench.coding(filling(bundle, 99_000, Mode.AUTO), bundle, source),
        bench.coding(replace(order, bytecode=Mode.ALL), bundle, source),
        bench.coding(replace(order, link=LinkOptions(layout=LayoutKind.LAYER)), bundle, source),
        bench.coding(order, bundle, source, interpreter=patched),
        bench.coding(order, bundle, source, slimmed=dropped),
        bench.coding(order, bundle, edited),
        bench.coding(order, bundle),
    ]

    assert bench.coding(order, bundle, source).known() is not None
    assert [each.known() for each in others] == [None] * len(others)


def test_bytecode_that_is_lost_is_made_anew(bundle: BundlePlan, bench: Bench) -> None:
    """As when the cache was pruned."""
    order = filling(bundle, 100_000, Mode.ALL)
    made = bench.coding(order, bundle).make(bundle)
    overlay = made.slimmed[bundle.wheels[0].sha256].added_overlay
    assert overlay is not None
    overlay.unlink()

    assert bench.coding(order, bundle).known() is None
    assert bench.coding(order, bundle).make(bundle).slimmed == made.slimmed


def test_only_leaves_sources_out_by_their_names_in_the_wheel(tmp_path: Path, bench: Bench) -> None:
    """A file below `.data` is called otherwise there; what is contested, taken or read stays."""
    files = {
        "a/__init__.py": b"",
        "a/reads.py": b"import inspect\nx = inspect.getsource(f)\n",
        "a/old.py": b"print 1\n",
        "a/taken.py": b"",
        "a/taken.pyc": b"theirs",
        "a/shared.py": b"x = 1\n",
        "a-1.0.data/purelib/moved.py": b"",
    }
    wheels = [
        verified_wheel(tmp_path, "a", files),
        verified_wheel(tmp_path, "b", {"a/shared.py": files["a/shared.py"]}),
    ]
    source = make_source(tmp_path / "src", {"app.py": b"import a\n"})
    bundle = plan(wheels, source)
    result = bench.coding(filling(bundle, 0, Mode.ONLY), bundle, source).make(bundle)
    slimmed = {wheel.name: result.slimmed.get(wheel.sha256) for wheel in bundle.wheels}["a"]
    assert slimmed is not None

    assert slimmed.drops == {"a/__init__.py": "sourceless", "a-1.0.data/purelib/moved.py": "sourceless"}
    places = {member.path for member in slimmed.added}
    assert {"a/__init__.pyc", "moved.pyc"} <= places
    beside = {place for place in places if "__pycache__" in place}
    assert {Path(place).name.partition(".")[0] for place in beside} == {"reads", "taken", "shared"}
    assert "app.py" in result.made
    assert bench.coding(filling(bundle, 0, Mode.ONLY), bundle, source).known() == result
