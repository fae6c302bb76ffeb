"""The interpreter is found where tools find one, and is what it says it is."""

import os
import sys
from pathlib import Path

import pytest

from builder.errors import NoInterpreterError
from builder.trial.interpreter import find_interpreter

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="bundles can only be tried on Linux")

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"
ABSENT = "3.99"


def script(path: Path, text: str) -> Path:
    """A program that is a shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def bare(tmp_path: Path, **more: str) -> dict[str, str]:
    """An environment in which nothing is found, and `more`."""
    return {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path), **more}


def python_at(path: Path) -> Path:
    """The running Python under another path."""
    return script(path, f'exec "{sys.executable}" "$@"')


def test_the_path_comes_first_and_what_does_not_run_is_passed_over(tmp_path: Path) -> None:
    """pyenv's shims are there for every version and run only some."""
    script(tmp_path / "shims" / f"python{HERE}", "exit 127")
    script(tmp_path / "lying" / f"python{HERE}", "echo '{}'; exit 1")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / f"python{HERE}").symlink_to(sys.executable)
    path = os.pathsep.join(str(tmp_path / name) for name in ("none", "shims", "lying", "bin"))
    found = find_interpreter(HERE, {"PATH": path}, running="/nowhere")

    assert found.version.startswith(f"{HERE}.")
    assert found.machine == os.uname().machine
    assert found.path.parent == tmp_path / "bin"


def test_pyenvs_versions_are_looked_at(tmp_path: Path) -> None:
    """Those of `PYENV_ROOT`, or of the home folder."""
    python_at(tmp_path / ".pyenv" / "versions" / f"{HERE}.7" / "bin" / f"python{HERE}")

    assert find_interpreter(HERE, bare(tmp_path), running="/nowhere").version.startswith(HERE)
    root = str(tmp_path / ".pyenv")
    environ = {"PATH": "/nowhere", "PYENV_ROOT": root}
    assert find_interpreter(HERE, environ, running="/nowhere").version.startswith(HERE)


def test_uv_is_asked(tmp_path: Path) -> None:
    """Its answer is held to what it says."""
    script(
        tmp_path / "bin" / "uv", f'test "$*" = "python find --no-project --offline {HERE}" && echo "$FOUND"'
    )
    environ = bare(tmp_path, FOUND=sys.executable)

    assert find_interpreter(HERE, environ, running="/nowhere").version.startswith(HERE)


def test_the_running_one_is_the_last(tmp_path: Path) -> None:
    """lbuild itself runs on one."""
    found = find_interpreter(HERE, bare(tmp_path))

    assert found.version == ".".join(map(str, sys.version_info[:3]))


def test_one_of_another_version_is_none(tmp_path: Path) -> None:
    """A name is no proof; what was looked at is told, and how to get one."""
    python_at(tmp_path / "bin" / f"python{ABSENT}")
    with pytest.raises(NoInterpreterError) as caught:
        find_interpreter(ABSENT, bare(tmp_path))

    assert any(f"it is cpython {HERE}." in line for line in caught.value.evidence)
    assert f"uv python install {ABSENT}" in (caught.value.hint or "")
