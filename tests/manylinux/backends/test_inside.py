"""The script that makes environments and runs hooks, with nothing but the standard library."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from factories.wheels import write_wheel
from manylinux.backends.hooks import INSIDE
from manylinux.backends.limits import Limits
from manylinux.backends.order import one_wheel
from manylinux.backends.port import BackendError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="builds for Lambda run on Linux")


@pytest.fixture(params=["env", "an environment"])
def python(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Of an environment that holds a wheel with programs, data and headers."""
    folder = tmp_path / request.param
    wheel = write_wheel(
        tmp_path,
        "demo",
        "1.0",
        {
            "demo/__init__.py": b"def main():\n    print('called')\n",
            "demo.pth": b"import sys; sys.seen = 1\n",
        },
        entry_points={"console_scripts": {"Demo": "demo:main"}},
        data_scripts={"old": b"#!python\nprint('an old script')\n"},
        data={"data/share/x": b"x", "headers/demo.h": b"", "purelib/more.py": b""},
    )
    stored = wheel.rename(tmp_path / "blob")  # its name is the store's affair
    command = [sys.executable, "-I", INSIDE, "environment", folder, stored]
    subprocess.run(command, check=True)
    return folder / "bin/python"


def said(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_a_wheel_is_installed(python: Path) -> None:
    """Modules, `.pth` files, programs, data; and nothing of this machine's packages."""
    where = python.parent
    assert said(python, "-c", "import sys, demo, more; print(sys.seen)") == "1"
    assert said(where / "Demo") == "called"
    assert said(where / "old") == "an old script"
    assert (where.parent / "share/x").is_file()
    assert list(where.parent.glob("include/site/python*/demo.h"))
    assert said(python, "-c", "import importlib.util; print(importlib.util.find_spec('pip'))") == "None"


def order(python: Path, folder: Path, backend: str, hook: str, *arguments: object) -> dict[str, object]:
    """What one hook answers."""
    path = folder / "order.json"
    given = {"backend": backend, "backend_path": ["."], "hook": hook, "arguments": arguments}
    path.write_text(json.dumps({**given, "answer": str(folder / "answer.json")}))
    subprocess.run([python, INSIDE, "hook", path], check=True, cwd=folder)
    found: dict[str, object] = json.loads((folder / "answer.json").read_text())
    return found


def test_a_hook_answers(python: Path, tmp_path: Path) -> None:
    """Of an in-tree backend, and of an object in it."""
    (tmp_path / "own.py").write_text("class there:\n    def build_wheel(a, b): return [a, b]\n")

    assert order(python, tmp_path, "own:there", "build_wheel", 1, {"k": "v"}) == {"answer": [1, {"k": "v"}]}
    assert order(python, tmp_path, "own:there", "other") == {"missing": "hook"}
    assert order(python, tmp_path, "absent.one", "other") == {"missing": "backend"}


def test_a_backend_that_cannot_import_something_else_says_so(python: Path, tmp_path: Path) -> None:
    """What is missing then is not the backend."""
    (tmp_path / "own.py").write_text("import absent\n")
    with pytest.raises(subprocess.CalledProcessError):
        order(python, tmp_path, "own", "build_wheel")


@pytest.mark.parametrize(
    ("written", "name"),
    [((), "a.whl"), (("a.whl", "b.whl"), "a.whl"), (("a.whl",), "../a.whl"), (("a.whl",), None)],
)
def test_a_backend_that_lies_about_its_wheel(written: tuple[str, ...], name: object, tmp_path: Path) -> None:
    """It is told what was found."""
    for each in written:
        (tmp_path / each).touch()
    with pytest.raises(BackendError, match="says that it wrote"):
        one_wheel(tmp_path, name, Limits())
