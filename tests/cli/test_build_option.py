"""`--build`, and what stands for it in pyproject.toml."""

import pytest

from builder.build.choice import Mode
from builder.choices.build_choices import build_wishes, compiling
from builder.choices.build_table import BuildTable
from factories.commands import Room
from manylinux.errors import UsageError

MACOS = "cp313-cp313-macosx_14_0_arm64"


def test_the_command_line_goes_before_the_configuration() -> None:
    """For all projects, and for one; names are alike however they are written."""
    table = BuildTable(how={":all:": "zig", "some-thing": "docker", "x": "zig"})
    wishes = build_wishes(["never", "Some.Thing=local"], table)

    assert wishes.default is Mode.NEVER
    assert dict(wishes.projects) == {"some-thing": Mode.LOCAL, "x": Mode.ZIG}
    assert not compiling(wishes).default
    assert compiling(wishes).others == {"some-thing", "x"}


@pytest.mark.parametrize("text", ["gcc", "x=gcc", "", "x="])
def test_a_way_that_does_not_exist_is_refused(text: str) -> None:
    """With those that do."""
    with pytest.raises(UsageError) as error:
        build_wishes([text])

    assert "there are: auto, never, zig, docker, local" in error.value.evidence


def test_a_table_of_something_else_is_refused(room: Room) -> None:
    """Before anything is done."""
    room.write("pyproject.toml", "[tool.lbuild]", "build = 'zig'")
    done = room.lbuild("demo", "-o", "b.zip")

    assert (done.status, done.codes) == (2, ["configuration"])


def test_never_passes_over_what_has_to_be_compiled(room: Room) -> None:
    """Which is why the bundle gets something else, or nothing."""
    room.offer("demo", "1.0", tag=MACOS)
    room.index.add("demo", "demo-1.0.tar.gz", b"")
    done = room.lbuild("demo", "-o", "b.zip", "--build", "never")

    assert done.codes == ["no-compatible-artifact"]
    assert "`--build never` is in force" in done.stderr


def test_what_can_be_compiled_is_resolved(room: Room) -> None:
    """From what its PKG-INFO says; nothing is built for a dry run."""
    from factories.projects import pkg_info, tar_gz

    room.offer("demo", "1.0", tag=MACOS)
    room.offer("other", "1.0")
    info = pkg_info("demo", "1.0", metadata_version="2.2", extra="Requires-Dist: other\n")
    room.index.add("demo", "demo-1.0.tar.gz", tar_gz({"demo-1.0/PKG-INFO": info}))
    done = room.lbuild("demo", "--dry-run", "--json")

    assert done.status == 0, done.stderr
    assert done.versions == {"demo": "1.0", "other": "1.0"}
    assert done.report["packages"][0]["file"] == "demo-1.0.tar.gz"
