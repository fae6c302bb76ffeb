"""`lbuild chalice` where there is no project, no Chalice, or one that cannot be understood.

Chalice itself runs in tests/deployers/chalice; here something else stands in its place.
"""

import json
import os
import sys
from pathlib import Path

import pytest

from builder.deployers.interpreters import interpreter_of
from builder.errors import NoDeployerError
from factories.commands import Room

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="programs are scripts here")


def environment(folder: Path, *, module: str | None = None) -> Path:
    """A virtual environment of this Python with a `chalice`; `module` is what importing Chalice does."""
    (folder / "bin").mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text("")
    modules = folder / "modules"
    modules.mkdir()
    if module is not None:
        (modules / "chalice.py").write_text(module)
    python = folder / "bin/python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH="{modules}" exec "{sys.executable}" -S "$@"\n')
    python.chmod(0o755)
    program = folder / "bin/chalice"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return program


def project(room: Room, configuration: object = None) -> None:
    text = configuration if isinstance(configuration, str) else json.dumps(configuration or {})
    room.write(".chalice/config.json", text)


def test_where_no_project_is(room: Room, tmp_path: Path) -> None:
    done = room.lbuild("chalice", index=False)
    assert (done.status, done.codes) == (2, ["deployer-configuration"])
    assert "There is no Chalice project" in done.stderr

    done = room.lbuild("chalice", "--project-dir", str(tmp_path), index=False)
    assert done.codes == ["deployer-configuration"]
    assert room.names() == []


@pytest.mark.parametrize("configuration", ["{", "[]", "", "[" * 100_000])
def test_a_configuration_that_cannot_be_read(room: Room, configuration: str) -> None:
    project(room, configuration)
    done = room.lbuild("chalice", index=False)

    assert (done.status, done.codes) == (2, ["deployer-configuration"])


def test_a_stage_that_is_not_there(room: Room) -> None:
    project(room, {"stages": {"production": {}}})
    done = room.lbuild("chalice", "--stage", "prodution", index=False)

    assert (done.status, done.codes) == (2, ["unknown-resource"])
    assert "Did you mean `production`?" in done.stderr


def test_where_chalice_is_not(room: Room, tmp_path: Path) -> None:
    project(room)
    nowhere = Room(
        folder=room.folder, cache=room.cache, index=room.index, environ={**room.environ, "PATH": "/nowhere"}
    )
    done = nowhere.lbuild("chalice", index=False)
    assert (done.status, done.codes) == (6, ["no-deployer"])
    assert "`--chalice`" in done.stderr

    done = room.lbuild("chalice", "--chalice", str(environment(tmp_path / "empty")), index=False)
    assert (done.status, done.codes) == (6, ["no-deployer"])
    assert "No module named 'chalice'" in done.stderr


@pytest.mark.parametrize(
    "module",
    ["raise RuntimeError('not understood')", "import sys; sys.exit(0)", "print('[]'); raise SystemExit"],
)
def test_where_chalice_does_not_answer(room: Room, tmp_path: Path, module: str) -> None:
    project(room)
    done = room.lbuild("chalice", "--chalice", str(environment(tmp_path / "odd", module=module)), index=False)

    assert (done.status, done.codes) == (2, ["deployer-configuration"])
    assert "Chalice does not understand this project" in done.stderr
    assert room.names() == [".chalice"]


def test_the_python_beside_a_program_runs_it(tmp_path: Path) -> None:
    """Links, as pipx makes them, are followed to the environment and no further."""
    program = environment(tmp_path / "venv")
    link = tmp_path / "chalice"
    link.symlink_to(program)

    assert interpreter_of("chalice", link) == tmp_path / "venv/bin/python"


@pytest.mark.parametrize("line", [f"#!{sys.executable}", f"#! {sys.executable}", "#!/usr/bin/env python3"])
def test_else_the_first_line_says_it(tmp_path: Path, line: str) -> None:
    program = tmp_path / "chalice"
    program.write_text(f"{line}\n")
    program.chmod(0o755)

    assert os.access(interpreter_of("chalice", program), os.X_OK)


@pytest.mark.parametrize("content", [b"", b"#!/bin/sh\n", b"\x7fELF\x00", b"#!\xff\xfe python-of-nobody\n"])
def test_what_is_run_by_no_python(tmp_path: Path, content: bytes) -> None:
    program = tmp_path / "chalice"
    program.write_bytes(content)
    program.chmod(0o755)

    with pytest.raises(NoDeployerError):
        interpreter_of("chalice", program)
