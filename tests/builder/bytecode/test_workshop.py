"""Bytecode of wheels and of loose files: made once, kept by all that it follows from, never stale."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from builder.bytecode.compiling import Compilers
from builder.bytecode.kept import wheel_key
from builder.bytecode.names import beside
from builder.bytecode.values import Compiled, Overlay, Refused
from builder.bytecode.workshop import TASK, BytecodeWorkshop
from builder.interpreter.values import Interpreter
from builder.link.contents import read_content
from builder.ports import Silent
from factories.bundles import verified_wheel
from factories.interpreters import own_interpreter
from prebuilt_index.store import Store
from prebuilt_index.wheel_archive import VerifiedWheel

FILES = {
    "a/__init__.py": b"x = 1\n" * 50,
    "a/empty.py": b"",
    "a/old.py": b"print 1\n",
    "a/reads.py": b"import inspect\nx = inspect.getsource(inspect)\n",
    "a/data.txt": b"x\n",
}


class Seen(Silent):
    """A Progress that knows what it was told."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, int]] = []

    def start(self, task: str, total: int | None = None) -> None:
        assert task == TASK
        self.steps.append(("start", total or 0))

    def advance(self, task: str, amount: int) -> None:
        self.steps.append(("advance", amount))

    def finish(self, task: str) -> None:
        self.steps.append(("finish", 0))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store") as store:
        yield store


@pytest.fixture
def wheel(tmp_path: Path) -> VerifiedWheel:
    return verified_wheel(tmp_path, "a", FILES)


def overlay(store: Store, wheel: VerifiedWheel, interpreter: Interpreter | None = None) -> Overlay:
    """The bytecode of all sources of `wheel`."""
    sources = {member.path: member for member in wheel.members if member.path.endswith(".py")}
    with BytecodeWorkshop(store, interpreter or own_interpreter()) as workshop:
        return workshop.wheel(wheel, sources)


def unable(interpreter: Interpreter) -> Interpreter:
    """The same, as far as it says, and not there: whoever starts it fails."""
    return replace(interpreter, path=Path("/nowhere/python"))


def test_an_overlay_holds_the_bytecode_as_a_zip_does(store: Store, wheel: VerifiedWheel) -> None:
    """Each member is what the interpreter makes of its source, in its place."""
    found = overlay(store, wheel)
    with Compilers(own_interpreter()) as compilers:
        made = {path: compilers.compile(path, FILES[path]) for path in found.members}

    assert list(found.members) == ["a/__init__.py", "a/empty.py", "a/reads.py"]
    assert {
        path: Compiled(content=read_content(found.path, each)) for path, each in found.members.items()
    } == made
    tag = own_interpreter().cache_tag
    assert [member.path for member in found.members.values()] == [beside(path, tag) for path in found.members]
    assert list(found.reasons) == ["a/old.py"]
    assert found.readers == {"a/reads.py"}


def test_what_was_made_is_found_again_without_the_interpreter(store: Store, wheel: VerifiedWheel) -> None:
    """A warm build starts no process."""
    made = overlay(store, wheel)

    again = overlay(store, wheel, unable(own_interpreter()))

    assert again == made
    assert again.seconds == made.seconds


def test_progress_is_told_while_there_is_work(store: Store, wheel: VerifiedWheel) -> None:
    """One task for all wheels, of as many bytes as their sources have; none where all is known."""
    sources = {member.path: member for member in wheel.members if member.path.endswith(".py")}
    parts = [{path: member} for path, member in sources.items()]
    seen = Seen()
    with BytecodeWorkshop(store, own_interpreter(), seen) as workshop:
        workshop.wheels([(wheel, part) for part in parts])
        total = sum(member.size for member in sources.values())

        assert seen.steps[0] == ("start", total)
        assert sum(amount for step, amount in seen.steps if step == "advance") == total
        assert seen.steps[-1] == ("finish", 0)

        seen.steps.clear()
        workshop.wheels([(wheel, part) for part in parts])
        assert seen.steps == []


def test_every_store_gets_the_same_blob(store: Store, wheel: VerifiedWheel, tmp_path: Path) -> None:
    """Whatever the threads were faster at."""
    with Store.open(tmp_path / "another") as another:
        assert overlay(another, wheel).sha256 == overlay(store, wheel).sha256


def test_a_blob_that_is_lost_is_made_anew(store: Store, wheel: VerifiedWheel) -> None:
    """As one that was pruned."""
    made = overlay(store, wheel)
    made.path.unlink()

    assert overlay(store, wheel) == made
    assert made.path.is_file()


def test_the_key_holds_all_that_the_bytecode_follows_from(wheel: VerifiedWheel) -> None:
    """Another path, another source, another build of the interpreter: another overlay."""
    interpreter = own_interpreter()
    member = next(member for member in wheel.members if member.path == "a/__init__.py")
    other = next(member for member in wheel.members if member.path == "a/empty.py")
    keys = {
        wheel_key({"a/__init__.py": member}, interpreter),
        wheel_key({"b/__init__.py": member}, interpreter),
        wheel_key({"a/__init__.py": other}, interpreter),
        wheel_key({"a/__init__.py": member, "a/empty.py": other}, interpreter),
        wheel_key({"a/__init__.py": member}, replace(interpreter, build="another")),
        wheel_key({"a/__init__.py": member}, replace(interpreter, magic=1)),
    }

    assert len(keys) == 6


def test_a_wheel_without_sources_has_an_empty_overlay(store: Store, wheel: VerifiedWheel) -> None:
    """Which is kept as any other."""
    with BytecodeWorkshop(store, unable(own_interpreter())) as workshop:
        assert workshop.wheel(wheel, {}).members == {}
        assert workshop.wheel(wheel, {}).members == {}


def test_loose_files_are_kept_each_by_itself(store: Store) -> None:
    """After an edit only the file that was edited is compiled."""
    sources = {"app.py": b"x = 1\n", "old.py": b"print 1\n"}
    with BytecodeWorkshop(store, own_interpreter()) as workshop:
        made = workshop.files(sources)
    with BytecodeWorkshop(store, unable(own_interpreter())) as workshop:
        again = workshop.files(sources)
    seen = Seen()
    with BytecodeWorkshop(store, own_interpreter(), seen) as workshop:
        edited = workshop.files({**sources, "app.py": b"x = 22\n"})

    assert again == made
    assert isinstance(made["old.py"], Refused)
    assert edited["app.py"] != made["app.py"]
    assert seen.steps == [("start", 7), ("advance", 7), ("finish", 0)]
