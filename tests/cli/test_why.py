"""`lbuild why`: the explanation on stdout, talk on stderr."""

import os

import pytest

from factories.commands import Room, on_a_terminal

X86 = "cp313-cp313-manylinux_2_17_x86_64"
NEW = "cp313-cp313-manylinux_2_39_x86_64"


def offered(room: Room) -> Room:
    """An index where the newest `native` is too new for the runtime, and `app` asks for it."""
    room.offer("native", "1.0", tag=X86)
    room.offer("native", "2.0", tag=NEW)
    room.offer("app", "1.0", requires_dist=["native>=0.5"])
    return room


def test_a_project_alone_is_its_own_requirement(room: Room) -> None:
    """As if `lbuild native` were asked."""
    outcome = offered(room).lbuild("why", "native", "--runtime", "3.13")

    assert outcome.status == 0
    assert outcome.stdout.startswith("native 1.0 for python3.13 on x86_64\n")
    assert "  2.0: python3.13 has glibc 2.34, its wheels need 2.39\n" in outcome.stdout
    assert "  command line: native\n" in outcome.stdout
    assert outcome.stderr.startswith("python3.13 on x86_64: Amazon Linux 2023")


def test_a_requirement_alone_names_its_project(room: Room) -> None:
    """What people type."""
    outcome = offered(room).lbuild("why", "Native<2", "--runtime", "3.13", "-q")

    assert "  2.0: excluded by `native<2` (command line)\n" in outcome.stdout
    assert outcome.stderr == ""


def test_requirements_say_who_asked(room: Room) -> None:
    """With file and line, down to the project."""
    offered(room).write("requirements.txt", "# what it needs", "app")
    outcome = room.lbuild("why", "native", "-r", "requirements.txt", "--runtime", "3.13")

    assert "  requirements.txt:2: app -> app 1.0: native>=0.5\n" in outcome.stdout


def test_files_without_a_dash_r_are_requirements_too(room: Room) -> None:
    """As for every other command."""
    offered(room).write("requirements.txt", "app")
    outcome = room.lbuild("why", "native", "requirements.txt", "--runtime", "3.13")

    assert "  requirements.txt:1: app -> app 1.0: native>=0.5\n" in outcome.stdout


def test_all_unfolds(room: Room) -> None:
    """Each file on its own line."""
    outcome = offered(room).lbuild("why", "native", "--runtime", "3.13", "--all")

    assert f"    native-2.0-{NEW}.whl: needs glibc 2.39, the runtime has 2.34\n" in outcome.stdout


def test_json_is_the_only_thing_on_stdout(room: Room) -> None:
    """For programs."""
    outcome = offered(room).lbuild("why", "native", "app", "--runtime", "3.13", "--json")

    assert outcome.report["chosen"]["version"] == "1.0"
    assert outcome.report["asked_by"][0][-1]["by"] == "app 1.0"
    assert outcome.report["newer"][0]["cause"] == "glibc"


def test_a_project_that_is_not_there_exits_1(room: Room) -> None:
    """With the marker that left it out, and where that is written."""
    offered(room).write("requirements.txt", "app", 'pywin32; sys_platform == "win32"')
    outcome = room.lbuild("why", "pywin32", "-r", "requirements.txt", "--runtime", "3.13")

    assert outcome.status == 1
    assert outcome.codes == ["project-not-required"]
    assert 'requirements.txt:2 requires pywin32 only where sys_platform == "win32"' in outcome.stderr
    assert outcome.stdout == ""


def test_a_close_name_is_offered(room: Room) -> None:
    """Of what the resolution holds."""
    outcome = offered(room).lbuild("why", "nativ", "app", "--runtime", "3.13", "--json")

    assert outcome.status == 1
    assert outcome.report["error"]["hint"] == "Did you mean `native`?"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("native==3",), "resolution-impossible"),
        (("nosuch",), "project-not-found"),
        (("native", "--runtime", "3.12"), "no-compatible-artifact"),
    ],
)
def test_what_cannot_be_resolved_is_the_error_of_lock(room: Room, words: tuple[str, ...], code: str) -> None:
    """The same words and the same status."""
    offered(room)
    asked = room.lbuild("why", words[0].partition("=")[0], *words, "-q")
    locked = room.lbuild("lock", *words, "-q")

    assert asked.codes == [code]
    assert (asked.status, asked.stderr) == (locked.status, locked.stderr)


def test_a_project_that_is_for_other_pythons_is_the_error_of_lock(room: Room) -> None:
    """Its own pyproject.toml says so."""
    offered(room).write(
        "pyproject.toml", "[project]", 'name = "x"', 'version = "1"', 'requires-python = ">=3.14"',
        'dependencies = ["native"]',
    )  # fmt: skip
    asked = room.lbuild("why", "native", "pyproject.toml", "--runtime", "3.13", "-q")
    locked = room.lbuild("lock", "pyproject.toml", "--runtime", "3.13", "-q")

    assert asked.codes == ["resolution-impossible"]
    assert asked.stderr == locked.stderr


@pytest.mark.parametrize("name", ["", "native>", "../native", "a b", "-"])
def test_what_is_no_project_is_refused(room: Room, name: str) -> None:
    """A bad command line, never a traceback."""
    outcome = offered(room).lbuild("why", "--runtime", "3.13", "--", name, "app", index=False)

    assert outcome.status == 2
    assert len(outcome.codes) == 1


def test_a_lock_is_no_requirement(room: Room) -> None:
    """It says what was chosen, and no longer why."""
    offered(room).lbuild("lock", "app", "--runtime", "3.13")
    outcome = room.lbuild("why", "native", "pylock.toml")

    assert outcome.status == 2
    assert "is a lock" in outcome.stderr


def test_nothing_is_written(room: Room) -> None:
    """It only looks."""
    before = offered(room).names()
    room.lbuild("why", "native", "--runtime", "3.13")

    assert room.names() == before


def test_a_second_look_asks_no_server(room: Room) -> None:
    """Pages and metadata are kept, those of other targets too."""
    offered(room).lbuild("why", "native", "--runtime", "3.13")
    outcome = room.lbuild("why", "native", "--runtime", "3.13", "--offline")

    assert outcome.status == 0
    assert "python3.14/x86_64" in outcome.stdout


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX's")
@pytest.mark.parametrize(
    ("variables", "bold"), [({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, False)]
)
def test_headings_are_bold_on_a_terminal_unless_declined(
    room: Room, variables: dict[str, str], bold: bool
) -> None:
    """The words are the same."""
    seen = on_a_terminal(offered(room), variables, "why", "native", "--runtime", "3.13", "-q")

    assert ("\x1b[1mAsked for by\x1b[0m" in seen) is bold
    assert "Asked for by" in seen


def test_a_pipe_gets_plain_text(room: Room) -> None:
    """Nothing but words."""
    outcome = offered(room).process("why", "native", "--runtime", "3.13")

    assert "\x1b" not in outcome.stdout


def test_words_a_terminal_cannot_show_are_escaped(room: Room) -> None:
    """A publisher's reason may be in any script."""
    offered(room).index.add("native", f"native-3.0-{X86}.whl", b"", yanked="kaputt für immer")
    outcome = room.process(
        "why", "native", "--runtime", "3.13", env={**room.environ, "PYTHONIOENCODING": "ascii"}
    )

    assert outcome.status == 0
    assert "  3.0: it is yanked: kaputt f\\xfcr immer\n" in outcome.stdout
