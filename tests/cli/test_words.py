"""Ways to say one thing: order of options, standard input, encodings, URLs, names of commands."""

import os
import subprocess
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest

from factories.commands import Outcome, Room, members
from factories.refusals import HEALTHY, demand_words, stock
from factories.wheels import make_wheel


@pytest.mark.parametrize(
    "words",
    [
        ("demo", "-o", "b.zip", "--runtime", "python3.13"),
        ("-o", "b.zip", "--runtime", "python3.13", "demo"),
        ("--runtime=python3.13", "demo", "-ob.zip"),
        ("--output", "b.zip", "--runtime", "python3.13", "-q", "demo"),
        ("bundle", "-o", "b.zip", "demo", "--runtime", "python3.13"),
        ("--runtime", "python3.13", "-o", "b.zip", "--", "demo"),
        ("demo", "demo", "demo>=1", "-o", "b.zip", "--runtime", "python3.9", "--runtime", "python3.13"),
    ],
)
def test_options_stand_anywhere(room: Room, words: Sequence[str]) -> None:
    """Before, between and after the requirements; of a repeated one the last counts."""
    stock(room)
    usual = room.lbuild("demo", "-o", "usual.zip", "--runtime", "python3.13")
    options = ("--index-url", room.index.index_url, "--cache-dir", str(room.cache))
    at = words.index("--") if "--" in words else len(words)
    done = room.lbuild(*words[:at], *options, *words[at:], index=False, cache=False)

    assert (usual.status, done.status) == (0, 0), done.stderr
    assert (room.folder / "b.zip").read_bytes() == (room.folder / "usual.zip").read_bytes()


@pytest.mark.parametrize("name", ["lock", "cache", "runtimes", "bundle"])
def test_a_project_called_like_a_command_follows_the_command(room: Room, name: str) -> None:
    """`lbuild bundle lock` is what `lbuild lock` cannot be."""
    room.offer(name, "1.0")
    done = room.lbuild("bundle", name, "-o", "b.zip")

    assert done.status == 0, done.stderr
    assert f"{name}.py" in members(room.folder / "b.zip")


def test_requirements_come_from_standard_input(room: Room) -> None:
    """`-` is a file; what it says is read anew every time."""
    stock(room)
    room.write("one.txt", "dep<1.2")
    room.write("two.txt", "demo")
    found = []
    for name in ("one.txt", "two.txt"):
        with (room.folder / name).open() as file:
            found.append(room.process("-", "--dry-run", "--json", stdin=file).versions)

    assert found == [{"dep": "1.0"}, {"demo": "1.0", "dep": "1.2"}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_requirements_may_be_written_on_windows(room: Room, encoding: str) -> None:
    """With a byte order mark, in UTF-16, with CRLF at the ends of lines."""
    stock(room)
    text = "# Übersicht\r\ndemo\r\n\r\ndep \\\r\n  <1.2\r\n"
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    (room.folder / "requirements.txt").write_bytes((mark + text).encode(encoding))
    done = room.lbuild("requirements.txt", "--dry-run", "--json")

    assert done.status == 0, done.stderr
    assert done.versions == {"demo": "1.0", "dep": "1.0"}


@pytest.mark.parametrize("form", ["{url}", "demo @ {url}", "{url}#sha256={sha256}"])
def test_a_url_is_a_requirement(room: Room, form: str) -> None:
    """Named or not, with its hash or without."""
    stock(room)
    digest = sha256(make_wheel("demo", "1.0", requires_dist=["dep>=1"])).hexdigest()
    url = f"{room.index.url}/files/demo-1.0-py3-none-any.whl"
    done = room.lbuild(form.format(url=url, sha256=digest), "-o", "b.zip")

    assert done.status == 0, done.stderr
    assert set(members(room.folder / "b.zip")) >= HEALTHY


def test_a_url_with_another_hash_is_refused(room: Room) -> None:
    """The file is not what the user vouched for."""
    stock(room)
    url = f"{room.index.url}/files/demo-1.0-py3-none-any.whl"
    refused = room.lbuild(f"{url}#sha256={'0' * 64}", "-o", "b.zip")

    assert (refused.status, refused.codes) == (4, ["hash-mismatch"])
    assert "demo-1.0-py3-none-any.whl" in refused.stderr
    assert room.names() == []


def test_a_variable_names_the_cache(room: Room, tmp_path: Path) -> None:
    """`LBUILD_CACHE_DIR` stands for `--cache-dir`."""
    folder = tmp_path / "another cache"
    here = Room(
        folder=room.folder,
        cache=folder,
        index=room.index,
        environ={**room.environ, "LBUILD_CACHE_DIR": str(folder)},
    )
    done = here.lbuild("cache", "dir", index=False, cache=False)

    assert done.stdout == f"{folder}\n"


def test_an_option_that_swallows_the_next_is_told(room: Room) -> None:
    """`-o` without a path."""
    stock(room)
    refused = room.lbuild("demo", "-o", index=False, cache=False)

    demand_words(refused, 2, "usage", ["`-o`"])
    assert room.names() == []


def test_a_project_that_lies_here_as_a_folder_is_told(room: Room) -> None:
    """The index's is bundled, as with pip; the note stands in a second, remembered run too."""
    stock(room)
    room.write("demo/pyproject.toml", "[project]", 'name = "demo"', 'version = "9"')
    for _ in range(2):
        done = room.lbuild("demo", "--dry-run", "--json")
        assert done.versions == {"demo": "1.0", "dep": "1.2"}
        assert "note: `demo` is taken for a project of an index; the folder here is `./demo`" in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="pipes with a path are POSIX's")
@pytest.mark.parametrize(
    ("words", "versions"),
    [
        (["-r", "/dev/stdin"], {"demo": "1.0", "dep": "1.2"}),
        (["/dev/fd/0"], {"demo": "1.0", "dep": "1.2"}),
        (["demo", "-c", "/dev/stdin"], {"demo": "1.0", "dep": "1.2"}),
        (["-r", "/dev/stdin", "-r", "/dev/stdin"], {"demo": "1.0", "dep": "1.2"}),
        (["./named"], {"demo": "1.0", "dep": "1.2"}),
        (["dep", "-r", "/dev/null"], {"dep": "1.2"}),
    ],
)
def test_requirements_come_through_a_pipe(room: Room, words: Sequence[str], versions: dict[str, str]) -> None:
    """It is read once, what it includes is looked for from here, and it is asked anew every time."""
    stock(room)
    room.write("more.txt", "demo")
    os.mkfifo(room.folder / "named")
    for _ in range(2):
        with room.start(*words, "--dry-run", "--json", stdin=subprocess.PIPE) as process:
            if "./named" in words:
                (room.folder / "named").write_text("-r more.txt\n")
            stdout, stderr = process.communicate("-r more.txt\n", timeout=60)
        assert process.returncode == 0, stderr
        assert Outcome(status=0, stdout=stdout, stderr=stderr).versions == versions


@pytest.mark.skipif(os.name != "posix", reason="pipes with a path are POSIX's")
def test_a_pipe_that_says_something_else_has_another_answer(room: Room) -> None:
    """No resolution is remembered for it."""
    stock(room)
    found = []
    for wish in ("dep<1.2", "demo"):
        with room.start("-r", "/dev/stdin", "--dry-run", "--json", stdin=subprocess.PIPE) as process:
            stdout, stderr = process.communicate(wish, timeout=60)
        found.append(Outcome(status=process.returncode, stdout=stdout, stderr=stderr).versions)

    assert found == [{"dep": "1.0"}, {"demo": "1.0", "dep": "1.2"}]


@pytest.mark.skipif(os.name != "posix", reason="pipes with a path are POSIX's")
def test_a_pipe_that_nobody_named_is_not_read(room: Room) -> None:
    """A name without a separator is a project's, whatever lies here: nobody would ever write to it."""
    stock(room)
    os.mkfifo(room.folder / "demo")

    assert room.process("demo", "--dry-run", "--json").versions == {"demo": "1.0", "dep": "1.2"}


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no device that never ends")
def test_requirements_without_end_are_refused(room: Room) -> None:
    """They are read up to a limit."""
    outcome = room.lbuild("-r", "/dev/zero", "-o", "b.zip", index=False)

    assert (outcome.status, outcome.codes) == (2, ["usage"])
    assert "it has more than 67,108,864 bytes" in outcome.stderr


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (["build", "-o", ""], "-o"),
        (["demo", "-o", "b.zip", "--source", ""], "--source"),
        (["index", "list", "--index", ""], "--index"),
        (["inspect", ""], "FILE..."),
    ],
)
def test_an_empty_word_is_no_path(room: Room, words: Sequence[str], option: str) -> None:
    """It is what an unset variable leaves, and the current folder is not what was meant."""
    room.write("lbuild.toml", "[functions.one]", 'requirements = ["demo"]', 'runtime = "python3.12"')
    before = room.names()
    outcome = room.lbuild(*words, index=False, cache=False)

    demand_words(outcome, 2, "usage", ["an empty word names no file or folder", option])
    assert room.names() == before
