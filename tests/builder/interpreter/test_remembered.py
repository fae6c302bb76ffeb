"""A search is remembered with all that decided over it, and made anew when that has changed."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from builder.interpreter.remembered import find_remembered
from builder.interpreter.values import Interpreter
from factories.interpreters import shell_script
from prebuilt_index.store import Store

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the programs are shell scripts")

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"
ABSENT = "3.99"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store") as store:
        yield store


def any_will_do(interpreter: Interpreter) -> str:
    return ""


def none_will_do(interpreter: Interpreter) -> str:
    return "it is not wanted"


class Machine:
    """Folders on PATH with Pythons that note each time they are started."""

    def __init__(self, root: Path, store: Store) -> None:
        self.root, self.store = root, store
        self.started = root / "started"
        self.started.write_text("")
        self.environ = {"PATH": f"{root / 'first'}:{root / 'second'}", "PYENV_ROOT": str(root / "pyenv")}

    def python(self, folder: str, name: str = HERE) -> Path:
        text = f'echo {folder} >> "{self.started}"; exec "{sys.executable}" "$@"'
        return shell_script(self.root / folder / f"python{name}", text)

    def find(self, python: str = HERE) -> Interpreter | None:
        return find_remembered(python, self.environ, any_will_do, self.store, running="/nowhere")

    def starts(self) -> list[str]:
        return self.started.read_text().split()


@pytest.fixture
def machine(tmp_path: Path, store: Store) -> Machine:
    return Machine(tmp_path, store)


def test_what_was_found_is_not_asked_again(machine: Machine) -> None:
    """The second answer is the first one, from the store."""
    machine.python("second")
    first, second = machine.find(), machine.find()

    assert first is not None
    assert second == first
    assert machine.starts() == ["second"]


def test_that_there_is_none_is_remembered_too(machine: Machine) -> None:
    """Or every warm build without a Python of the runtime's would search for one."""
    machine.python("second", ABSENT)

    assert machine.find(ABSENT) is None
    assert machine.find(ABSENT) is None
    assert machine.starts() == ["second"]


def test_one_that_comes_before_it_is_noticed(machine: Machine) -> None:
    """It would have been found in its place."""
    machine.python("second")
    machine.find()
    machine.python("first")
    machine.find()

    assert machine.starts() == ["second", "first"]


def test_one_that_was_replaced_is_asked_again(machine: Machine) -> None:
    """A package manager's update leaves the path and changes the file."""
    machine.python("first").write_text("#!/bin/sh\nexit 1\n")
    machine.python("second")
    machine.find()
    (machine.root / "second" / f"python{HERE}").unlink()
    machine.python("second")
    machine.find()

    assert machine.starts() == ["second", "second"]


def test_a_version_that_pyenv_installs_is_noticed(machine: Machine) -> None:
    """Its folder of versions has changed."""
    assert machine.find() is None
    machine.python(f"pyenv/versions/{HERE}.1/bin")

    assert machine.find() is not None


def test_another_purpose_is_another_search(machine: Machine) -> None:
    """What is fit to run a bundle may not be fit to compile."""
    machine.python("first")

    assert machine.find() is not None
    assert find_remembered(HERE, machine.environ, none_will_do, machine.store, running="/nowhere") is None
