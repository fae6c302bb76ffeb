"""The app's own files."""

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from builder.errors import SourceFileError, SourceLinkError
from builder.link.source import read_source
from manylinux.errors import LbuildError, SeveralErrors


def fill(root: Path, files: Mapping[str, str]) -> Path:
    for path, text in files.items():
        location = root / path
        location.parent.mkdir(parents=True, exist_ok=True)
        location.write_text(text)
    return root


def found(root: Path, output: Path | None = None) -> list[str]:
    return [file.path for file in read_source(root, output)]


def faults(root: Path) -> list[LbuildError]:
    """Every error of one walk."""
    with pytest.raises(LbuildError) as caught:
        read_source(root, None)
    return list(caught.value.errors) if isinstance(caught.value, SeveralErrors) else [caught.value]


def test_finds_files_sorted_with_their_size(tmp_path: Path) -> None:
    """Order is that of the paths' bytes, not of folders."""
    root = fill(tmp_path, {"b/x.py": "12", "a.py": "1", "b.py": "", "\u00e9.py": "", "z": ""})
    files = read_source(root, None)

    assert [file.path for file in files] == ["a.py", "b.py", "b/x.py", "z", "\u00e9.py"]
    assert [file.size for file in files] == [1, 0, 2, 0, 0]


@pytest.mark.parametrize(
    "path",
    [
        *(".git/config", ".hg/x", ".svn/x", "sub/.git", ".gitignore", ".gitattributes"),
        *(
            "pkg/__pycache__/a.cpython-313.pyc",
            "old.pyc",
            ".mypy_cache/x",
            ".pytest_cache/x",
            ".ruff_cache/x",
        ),
        *(
            ".env",
            ".env.production",
            ".envrc",
            "deep/.env.local",
            ".tox/x",
            "node_modules/x/y.js",
            ".DS_Store",
        ),
        *(".aws-sam/build/x", ".serverless/x", "cdk.out/x", ".lbuildignore", "sub/.lbuildignore"),
        *("venv/pyvenv.cfg", "any name/pyvenv.cfg"),
    ],
)
def test_defaults_leave_out(tmp_path: Path, path: str) -> None:
    """Version control, caches, secrets, environments and products of other tools are no part of the app."""
    assert found(fill(tmp_path, {path: "", "app.py": ""})) == ["app.py"]


def test_a_virtual_environment_is_known_by_its_mark(tmp_path: Path) -> None:
    """Its name does not matter, and a folder that only has the name is kept."""
    root = fill(tmp_path, {"e/pyvenv.cfg": "", "e/lib/x.py": "", "venv/own.py": ""})

    assert found(root) == ["venv/own.py"]


@pytest.mark.parametrize(
    ("ignore", "kept"),
    [
        ("", ["a.py", "data/big.csv", "data/small.csv", "tests/t.py"]),
        ("*.csv\n", ["a.py", "tests/t.py"]),
        ("*.csv\n!small.csv\n", ["a.py", "data/small.csv", "tests/t.py"]),
        ("/tests/\n", ["a.py", "data/big.csv", "data/small.csv"]),
        ("data/\n!data/small.csv\n", ["a.py", "tests/t.py"]),
        ("data/*\n!data/small.csv\n", ["a.py", "data/small.csv", "tests/t.py"]),
        ("**/t.py\n# comment\n\n", ["a.py", "data/big.csv", "data/small.csv"]),
        ("!.env\n", [".env", "a.py", "data/big.csv", "data/small.csv", "tests/t.py"]),
        ("*\n!*.py\n", ["a.py"]),
        ("\ufeffa.py\n", ["data/big.csv", "data/small.csv", "tests/t.py"]),
    ],
)
def test_lbuildignore_reads_as_gitignore(tmp_path: Path, ignore: str, kept: list[str]) -> None:
    """The last matching line decides, `!` takes back in, nothing below a left-out folder comes back."""
    root = fill(tmp_path, dict.fromkeys(["a.py", "data/big.csv", "data/small.csv", "tests/t.py", ".env"], ""))
    fill(root, {".lbuildignore": ignore})

    assert found(root) == kept


def test_a_deeper_lbuildignore_overrules(tmp_path: Path) -> None:
    """Patterns are relative to their file's folder, and reach no further."""
    root = fill(tmp_path, {".lbuildignore": "*.txt\n", "pkg/.lbuildignore": "!keep.txt\n/own.py\n"})
    fill(root, dict.fromkeys(["keep.txt", "own.py", "pkg/keep.txt", "pkg/own.py", "pkg/sub/own.py"], ""))

    assert found(root) == ["own.py", "pkg/keep.txt", "pkg/sub/own.py"]


@pytest.mark.parametrize(
    ("ignore", "tree"),
    [
        ("*.log\n!important.log\ndoc/*.txt\n", ["a.log", "important.log", "doc/a.txt", "doc/x/b.txt"]),
        ("a/**/b\nfoo?\n[xy]z\n\\!odd\n", ["a/b", "a/x/y/b", "foo1", "foo", "xz", "az", "!odd"]),
        ("/*\n!/src/\n", ["top.py", "src/a.py", "src/x/b.py"]),
        ("build/\n", ["build/x", "sub/build/y", "builds/z"]),
        ("trailing \nescaped\\ \n", ["trailing", "escaped ", "x"]),
    ],
)
def test_agrees_with_git(tmp_path: Path, ignore: str, tree: list[str]) -> None:
    """git itself, given the same patterns, keeps the same files."""
    root = fill(tmp_path / "src", dict.fromkeys(tree, ""))
    fill(root, {".lbuildignore": ignore, ".gitignore": ignore})
    git = ["git", "-C", str(root)]
    subprocess.run([*git, "init", "-q"], check=True, capture_output=True)
    listing = [*git, "-c", "core.quotePath=false", "ls-files", "-z", "--others", "--exclude-standard"]
    judged = subprocess.run(listing, check=True, capture_output=True, text=True).stdout.split("\0")

    assert found(root) == sorted(path for path in judged if path and "ignore" not in path)


def test_the_output_is_never_part_of_its_own_source(tmp_path: Path) -> None:
    """Neither a zip, nor a directory, nor another run's half-made one; and `!` does not bring it back."""
    root = fill(tmp_path, {"app.py": "", "b.zip": "", ".b.zip.lbuild-1-ab": "", "out/x.py": ""})
    fill(root, {".lbuildignore": "!b.zip\n"})

    assert found(root, root / "b.zip") == ["app.py", "out/x.py"]
    assert "out/x.py" not in found(root, root / "out")


def test_links_inside_the_source_are_followed(tmp_path: Path) -> None:
    """A linked file or folder is in the bundle under the link's name, with the content it leads to."""
    root = fill(tmp_path / "src", {"real/a.py": "1", "b.py": "22"})
    (root / "linked").symlink_to("real")
    (root / "c.py").symlink_to(root / "b.py")
    files = {file.path: file for file in read_source(root, None)}

    assert sorted(files) == ["b.py", "c.py", "linked/a.py", "real/a.py"]
    assert files["c.py"].size == 2
    assert files["linked/a.py"].location.read_text() == "1"


@pytest.mark.parametrize("goal", ["../secret", "/etc", "gone", "link", ".", "..", "pkg/.."])
def test_links_that_may_not_be_followed_are_errors(tmp_path: Path, goal: str) -> None:
    """Outside, nowhere, itself, and folders around it."""
    root = fill(tmp_path / "src", {"pkg/a.py": ""})
    fill(tmp_path, {"secret": "s"})
    (root / "link").symlink_to(goal)
    (error,) = faults(root)

    assert isinstance(error, SourceLinkError)
    assert error.summary == "The link `link` cannot be followed"


def test_two_folders_that_link_to_each_other_end_in_an_error(tmp_path: Path) -> None:
    """A loop over two links is a loop."""
    root = fill(tmp_path, {"a/x.py": "", "b/y.py": ""})
    (root / "a/to_b").symlink_to("../b")
    (root / "b/to_a").symlink_to("../a")

    assert {type(error) for error in faults(root)} == {SourceLinkError}


def test_a_link_that_is_left_out_is_not_judged(tmp_path: Path) -> None:
    """`.lbuildignore` is the way around a link that leads outside."""
    root = fill(tmp_path, {".lbuildignore": "link\n", "app.py": ""})
    (root / "link").symlink_to("/etc")

    assert found(root) == ["app.py"]


def test_the_executable_bit_is_kept(tmp_path: Path) -> None:
    """Any of the three bits counts."""
    root = fill(tmp_path, {"run": "#!/bin/sh\n", "text": "#!/bin/sh\n"})
    (root / "run").chmod(0o641)

    assert [file.executable for file in read_source(root, None)] == [True, False]


def test_without_modes_the_first_bytes_decide(tmp_path: Path) -> None:
    """On Windows a script says so itself."""
    root = fill(tmp_path, {"elf": "\x7fELF..", "run": "#!/bin/sh\n", "text": "x"})
    files = read_source(root, None, has_modes=False)

    assert [file.executable for file in files] == [True, True, False]


def test_everything_that_cannot_stand_in_a_bundle_is_told_at_once(tmp_path: Path) -> None:
    """Pipes, sockets, names no tool agrees on."""
    root = fill(tmp_path, {"app.py": "", "back\\slash": "", "new\nline": ""})
    os.mkfifo(root / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(root / "s"))
        errors = faults(root)

    assert all(isinstance(error, SourceFileError) for error in errors)
    assert sorted(error.summary for error in errors) == [
        "The name of `back\\\\slash` cannot stand in a bundle",
        "The name of `new\\nline` cannot stand in a bundle",
        "`pipe` is no regular file",
        "`s` is no regular file",
    ]


@pytest.mark.skipif(sys.platform == "darwin", reason="the file system refuses such names")
def test_names_that_are_not_utf8_are_errors(tmp_path: Path) -> None:
    """A zip's names are UTF-8; the error shows the odd byte without failing itself."""
    (tmp_path / os.fsdecode(b"caf\xe9.py")).touch()
    (error,) = faults(tmp_path)

    assert error.summary == "The name of `caf\\udce9.py` cannot stand in a bundle"
    assert error.evidence == ("it is not UTF-8",)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"!\n"])
def test_an_lbuildignore_that_means_nothing_is_an_error(tmp_path: Path, content: bytes) -> None:
    """Patterns that cannot be read must not ship what they meant to leave out."""
    fill(tmp_path, {"app.py": ""})
    (tmp_path / ".lbuildignore").write_bytes(content)
    (error,) = faults(tmp_path)

    assert isinstance(error, SourceFileError)
    assert ".lbuildignore" in error.summary


def test_a_source_that_is_no_folder_is_an_error(tmp_path: Path) -> None:
    """A file or a missing folder."""
    assert isinstance(faults(tmp_path / "none")[0], SourceFileError)


def test_a_tree_without_end_is_an_error(tmp_path: Path) -> None:
    """No crash, however deep."""
    deep = tmp_path
    for _ in range(120):
        deep /= "d"
    deep.mkdir(parents=True)
    (error,) = faults(tmp_path)

    assert "deeper than 100 folders" in error.summary


def test_pathspec_is_only_imported_for_an_lbuildignore(tmp_path: Path) -> None:
    """Its import takes longer than a small build."""
    fill(tmp_path, {"app.py": ""})
    code = (
        "import sys; from pathlib import Path; from builder.link.source import read_source\n"
        "read_source(Path(sys.argv[1]), None); print('pathspec' in sys.modules)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, "-c", code, str(tmp_path)]

    assert subprocess.run(command, env=environment, capture_output=True, check=True).stdout == b"False\n"
