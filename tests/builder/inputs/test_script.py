"""Scripts with a block of metadata (PEP 723) to requests."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.disk import LocalDisk
from builder.inputs.script import blocks
from builder.inputs.words import classify
from builder.model import Inputs
from factories.inputs import read_words, written
from manylinux.errors import LbuildError, SeveralErrors, UsageError

SCRIPT = """#!/usr/bin/env python3
# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "numpy>=2",
#
#   "rich ; os_name == 'nt'",
# ]
# ///

# /// other
# dependencies = ["no"]
# ///
print("hello")
"""


def read_script(text: str | bytes) -> Inputs:
    return read_words("./app.py", files={"app.py": text}).inputs


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_the_dependencies_of_a_script_are_asked_for(ending: str) -> None:
    """With their place in the block, and what Python the script needs."""
    inputs = read_script(SCRIPT.replace("\n", ending))

    assert written(inputs.requests) == [
        "app.py dependencies[0] numpy>=2",
        'app.py dependencies[1] rich; os_name == "nt"',
    ]
    assert inputs.requires_python == ">=3.11"


def test_a_script_may_need_nothing() -> None:
    assert read_script("# /// script\n# requires-python = '>=3.9'\n# ///\n").requests == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("print()", "it has no block of script metadata (PEP 723)"),
        (SCRIPT.partition("print")[0] + SCRIPT, "it has several blocks of script metadata"),
        ("# /// script\n# x = [\n# ///\n", "it is no TOML"),
        ("# /// script\n# dependencies = 'numpy'\n# ///\n", "`dependencies` is no list"),
        ("# /// script\n# dependencies = [1]\n# ///\n", "`dependencies[0]` is no string"),
        ("# /// script\n# requires-python = 'new'\n# ///\n", "which is no version specifier"),
        ("# /// script\n# dependencies = ['a b']\n# ///\n", "dependencies[0]: `a b` is no requirement"),
        (b"\xff\xff", "it is not utf-8"),
    ],
)
def test_what_is_wrong_with_a_script_is_told(text: str | bytes, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_script(text)

    assert words in caught.value.summary
    assert caught.value.summary.startswith("app.py")


def test_all_faults_of_a_block_are_told_together() -> None:
    with pytest.raises(SeveralErrors) as caught:
        read_script("# /// script\n# dependencies = ['a b', 'c d']\n# ///\n")

    assert len(caught.value.errors) == 2
    assert all(isinstance(each, LbuildError) for each in caught.value.errors)


_SPECIFIED = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$")
"""As PEP 723 gives it, which takes time that is quadratic in the number of lines."""


@given(
    st.lists(
        st.sampled_from(["# /// script", "# /// a-b", "# /// a b", "# ///", "#", "# x", "#x", "", " ", "x"]),
        max_size=14,
    )
)
def test_blocks_are_those_of_the_specification(lines: list[str]) -> None:
    text = "\n".join(lines) + "\n"
    expected = [(each["type"], each["content"].split("\n")[:-1]) for each in _SPECIFIED.finditer(text)]

    assert list(blocks(text)) == expected


def test_many_beginnings_without_an_end_take_no_longer() -> None:
    """Thirty thousand would take the specification's expression half an hour."""
    with pytest.raises(UsageError, match="it has no block"):
        read_script("# /// x\n" * 30_000)


def test_a_script_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """A word that could be a project's name has its file looked into."""
    (tmp_path / "x.py").symlink_to("/proc/self/mem")
    with pytest.raises(UsageError, match=r"`x\.py` cannot be read"):
        classify("x.py", tmp_path, LocalDisk())
