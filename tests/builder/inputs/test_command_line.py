"""What words stand for."""

from pathlib import Path

import pytest

from builder.disk import LocalDisk
from builder.errors import InputNotFoundError, InvalidRequirementError
from builder.inputs import Kind, classify, namesakes, read_inputs
from builder.model import FormatControl, IndexOptions, Inputs
from factories.inputs import CWD, ENVIRONMENT, make_disk, read_words, written
from manylinux.errors import SeveralErrors, UsageError

LISTS = {
    "requirements.txt": "numpy",
    "deps/dev.in": "",
    "deps/list": "",
    "pyproject.toml": "[project]\nname = 'm'\ndependencies = ['scipy']",
    "deps/pyproject.toml": "",
    "pylock.toml": "",
    "pylock.dev.toml": "",
    "discord.py": "",
    "numpy/setup.py": "",
    "uv.lock": "",
    "Pipfile.lock": "",
    "poetry.lock": "",
    "pdm.lock": "",
    "app.py": "import os\n# /// script\n# ///\n",
    "deps/app.py": "",
    "deps/setup.cfg": "",
}


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("requirements.txt", Kind.REQUIREMENTS),
        ("./requirements.txt", Kind.REQUIREMENTS),
        ("/here/requirements.txt", Kind.REQUIREMENTS),
        ("file:///here/requirements.txt", Kind.REQUIREMENTS),
        ("deps/dev.in", Kind.REQUIREMENTS),
        ("deps/list", Kind.REQUIREMENTS),
        ("pyproject.toml", Kind.PYPROJECT),
        ("deps/pyproject.toml", Kind.PYPROJECT),
        ("pylock.toml", Kind.LOCK),
        ("./pylock.dev.toml", Kind.LOCK),
        ("uv.lock", Kind.LOCK),
        ("poetry.lock", Kind.POETRY),
        ("./Pipfile.lock", Kind.PIPENV),
        ("app.py", Kind.SCRIPT),
        ("deps/app.py", Kind.SCRIPT),
        ("-", Kind.STDIN),
        ("numpy", Kind.REQUIREMENT),
        ("scipy<2", Kind.REQUIREMENT),
        ("discord.py", Kind.REQUIREMENT),
        ("a[b]>=1; os_name == 'nt'", Kind.REQUIREMENT),
        ("./numpy", Kind.REQUIREMENT),
        ("pkg/", Kind.REQUIREMENT),
        (".", Kind.REQUIREMENT),
        ("demo-1.0-py3-none-any.whl", Kind.REQUIREMENT),
        ("dist/demo-1.0.tar.gz", Kind.REQUIREMENT),
        ("https://h/x.whl", Kind.REQUIREMENT),
        ("git+https://h/r", Kind.REQUIREMENT),
        ("x @ https://h/requirements.txt", Kind.REQUIREMENT),
        ("x@file:///here/pkg", Kind.REQUIREMENT),
    ],
)
def test_a_word_is_a_file_by_its_suffix_or_separator(word: str, kind: Kind) -> None:
    """Names and folders follow pip's rule: a path has a separator."""
    found = classify(word, CWD, make_disk(LISTS))

    assert found.kind is kind
    assert (found.path is None) == (kind in {Kind.STDIN, Kind.REQUIREMENT})


@pytest.mark.parametrize(
    ("word", "kind", "hint"),
    [
        ("requirments.txt", InputNotFoundError, "Did you mean `requirements.txt`?"),
        ("nowhere/r.txt", InputNotFoundError, None),
        (
            "pyprojekt.toml",
            InputNotFoundError,
            "Did you mean `pyproject.toml`?",
        ),
        ("./pkgs", InputNotFoundError, "Did you mean `pkg`?"),
        ("pdm.lock", UsageError, "Write it out with `pdm export -o requirements.txt`"),
        ("deps/setup.cfg", UsageError, "Inputs are requirements files, pyproject.toml, locks and scripts"),
        ("Pipfile", UsageError, "Name the lock: `pipenv lock` writes Pipfile.lock"),
        ("setup.py", UsageError, "A project's folder is named, with a separator: `./`"),
        ("", UsageError, None),
        ("  ", UsageError, None),
        ("./plain", InvalidRequirementError, None),
        ("my project", InvalidRequirementError, "Write one requirement to a line"),
        (
            "https://h/requirements.txt",
            InvalidRequirementError,
            "Download it, and name the copy as a requirements file",
        ),
        ("numpy=1", InvalidRequirementError, "`=` is no operator: write `==`"),
        ("_mine", InvalidRequirementError, "A path has a separator: write `./_mine`"),
        ("\ud800", InvalidRequirementError, None),
    ],
)
def test_a_word_that_stands_for_nothing_is_told(word: str, kind: type[UsageError], hint: str | None) -> None:
    """Missing files with near names; what cannot be read with what to do."""
    with pytest.raises(UsageError) as caught:
        read_words(word, files={**LISTS, "_mine/setup.py": "", "Pipfile": "", "setup.py": ""})

    assert type(caught.value) is kind
    assert hint is None or caught.value.hint == hint


def test_a_name_that_lies_here_too_is_told() -> None:
    """Who meant the folder would ship what somebody else has under that name."""
    files = {**LISTS, "plain.py": "import os", "notes/x.txt": "", "pinned/pyproject.toml": ""}
    words = [
        "numpy",
        "plain.py",
        "app.py",
        "notes",
        "./numpy",
        "pinned==1",
        "scipy",
        "requirements.txt",
        "no.txt",
    ]

    assert list(namesakes(words, CWD, make_disk(files))) == [
        "`numpy` is taken for a project of an index; the folder here is `./numpy`",
        "`plain.py` is taken for a project of an index: the file here has no script metadata (PEP 723)",
    ]


def test_everything_is_read_into_one_value() -> None:
    """In the order of the words; `-r` files after them, `-c` files as constraints, locks aside."""
    reading = read_words(
        "requirements.txt",
        "pkg/",
        "pyproject.toml",
        "scipy<2",
        "pylock.toml",
        "-",
        requirement_files=["deps/more"],
        constraint_files=["limits.txt"],
        files={**LISTS, "deps/more": "pandas\n--pre", "limits.txt": "numpy<3"},
        stdin=lambda: b"flask # web",
    )

    assert written(reading.inputs.requests) == [
        "requirements.txt:1 numpy",
        "command line file:///here/pkg/",
        "pyproject.toml project.dependencies[0] scipy",
        "command line scipy<2",
        "standard input:1 flask",
        "deps/more:1 pandas",
    ]
    assert written(reading.inputs.constraints) == ["limits.txt:1 numpy<3"]
    assert reading.inputs.allow_prereleases
    assert reading.locks == (CWD / "pylock.toml",)
    assert [path.name for path in reading.inputs.files] == [
        "limits.txt",
        "requirements.txt",
        "pyproject.toml",
        "more",
    ]


def test_files_add_to_what_the_command_line_gives() -> None:
    """A file's `--index-url` replaces that of the command line, as in pip; the rest adds up."""
    given = Inputs(
        requests=(),
        index=IndexOptions(index_url="https://a/", extra_index_urls=("https://b/",)),
        format_control=FormatControl(no_binary=frozenset({"x"})),
    )
    inputs = read_words(
        "requirements.txt",
        files={"requirements.txt": "-i https://c/\n--extra-index-url https://d/\n--only-binary x"},
        given=given,
    ).inputs

    assert inputs.index == IndexOptions(index_url="https://c/", extra_index_urls=("https://b/", "https://d/"))
    assert inputs.format_control == FormatControl(only_binary=frozenset({"x"}))


def test_the_same_file_named_twice_is_read_once() -> None:
    """By whatever path."""
    reading = read_words(
        "requirements.txt", "./requirements.txt", requirement_files=["/here/requirements.txt"], files=LISTS
    )

    assert written(reading.inputs.requests) == ["requirements.txt:1 numpy"]


def test_faults_of_all_words_are_told_together() -> None:
    """A broken word does not hide the next."""
    with pytest.raises(SeveralErrors) as caught:
        read_words(
            "a=1",
            "nope.txt",
            "requirements.txt",
            constraint_files=["https://h/c.txt"],
            files={"requirements.txt": "b=1"},
        )

    assert [error.code for error in caught.value.errors] == [
        "input-not-found",
        "invalid-requirement",
        "invalid-requirement",
        "invalid-requirement",
    ]


def test_extras_of_a_lock_that_is_not_there_are_no_fault_of_their_own() -> None:
    with pytest.raises(InputNotFoundError):
        read_words("uvv.lock", extras=["x"])


def test_lock_and_project_are_recognised_after_dash_r() -> None:
    """`-r pylock.toml` and `-r pyproject.toml` mean what they say."""
    reading = read_words(requirement_files=["pylock.toml", "pyproject.toml"], files=LISTS)

    assert reading.locks == (CWD / "pylock.toml",)
    assert written(reading.inputs.requests) == ["pyproject.toml project.dependencies[0] scipy"]


def test_dash_r_takes_any_file_and_no_folder() -> None:
    """A list may have any suffix there; a project's folder is no list."""
    assert written(read_words(requirement_files=["a.py"], files={"a.py": "numpy"}).inputs.requests) == [
        "a.py:1 numpy"
    ]
    with pytest.raises(UsageError) as caught:
        read_words(requirement_files=["pkg"])

    assert caught.value.summary == "`pkg` is a folder, and a file is needed"


def test_standard_input_has_to_be_offered() -> None:
    """A caller of the library that has none gets an error."""
    with pytest.raises(UsageError, match="standard input cannot be read here"):
        read_words("-")


def test_the_real_disk_is_read(tmp_path: Path) -> None:
    """Files, folders, near names and what cannot be a path."""
    (tmp_path / "requirements.txt").write_bytes(b"\xef\xbb\xbf-r sub/more.txt\r\n./pkg\r\n")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/more.txt").write_text("numpy")
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg/pyproject.toml").touch()
    reading = read_inputs(["requirements.txt"], cwd=tmp_path, environ={}, environment=ENVIRONMENT)

    assert [str(request.origin) for request in reading.inputs.requests] == [
        "sub/more.txt:1",
        "requirements.txt:2",
    ]
    assert reading.inputs.requests[1].direct == (tmp_path / "pkg").as_uri() + "/"
    assert LocalDisk().names(tmp_path) == ("pkg", "requirements.txt", "sub")
    assert LocalDisk().names(tmp_path / "none") == ()
    for odd in ("a\0b", "x" * 5000, "\ud800"):
        assert not LocalDisk().is_file(tmp_path / odd)
        assert not LocalDisk().is_dir(tmp_path / odd)
        assert LocalDisk().names(tmp_path / odd) == ()
