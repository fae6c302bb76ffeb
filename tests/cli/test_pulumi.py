"""`lbuild pulumi` in Pulumi projects, and where none is; Pulumi itself runs in tests/deployers/pulumi."""

import pytest

from builder.deployers.pulumi.project import TEMPLATE
from factories.commands import Room


@pytest.mark.parametrize(
    "runtime", ["runtime: python", "runtime: {name: python, options: {virtualenv: venv}}"]
)
def test_the_module_is_written_once(room: Room, runtime: str) -> None:
    room.write("Pulumi.yaml", "name: app", runtime)
    done = room.lbuild("pulumi", index=False, cache=False)
    assert (done.status, done.stdout) == (0, ""), done.stderr
    assert (room.folder / "lbuild_pulumi.py").read_bytes() == TEMPLATE.read_bytes()

    done = room.lbuild("pulumi", index=False, cache=False)
    assert "is as it should be" in done.stderr
    assert room.names() == ["Pulumi.yaml", "lbuild_pulumi.py"]


def test_it_lies_where_the_program_does(room: Room) -> None:
    room.write("Pulumi.yaml", "name: app", "runtime: python", "main: infra/")
    room.write("infra/__main__.py")
    assert room.lbuild("pulumi", index=False, cache=False).status == 0
    assert (room.folder / "infra/lbuild_pulumi.py").exists()


def test_a_file_of_the_users_stays(room: Room) -> None:
    room.write("Pulumi.yaml", "name: app", "runtime: python")
    room.write("lbuild_pulumi.py", "mine = True")
    done = room.lbuild("pulumi", index=False, cache=False)

    assert (done.status, done.codes) == (2, ["deployer-configuration"])
    assert (room.folder / "lbuild_pulumi.py").read_text() == "mine = True\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("runtime: nodejs", "is not in Python"),
        ("name: app", "is not in Python"),
        ("- a list", "cannot be read"),
        ("runtime: [", "cannot be read"),
        ("runtime: python\nmain: nowhere", "is no folder"),
    ],
)
def test_projects_that_it_is_not_for(room: Room, content: str, said: str) -> None:
    room.write("Pulumi.yaml", content)
    done = room.lbuild("pulumi", index=False, cache=False)

    assert (done.status, done.codes) == (2, ["deployer-configuration"])
    assert said in done.stderr
    assert room.names() == ["Pulumi.yaml"]


def test_where_no_project_is(room: Room) -> None:
    done = room.lbuild("pulumi", index=False, cache=False)
    assert (done.status, done.codes) == (2, ["deployer-configuration"])
