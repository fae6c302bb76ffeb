"""What went by a rule explains a difference, and nothing else does."""

from typing import Any

from sweeps.asking import Question
from sweeps.slimming_answers import compared

METADATA, PACKAGES, RESOURCES = Question("metadata", ""), Question("packages", ""), Question("resources", "a")
GONE = frozenset({"a/tests/x.py", "a-stubs/x.pyi"})


def described(**changes: Any) -> dict[str, Any]:
    """What is said of the distribution `a`."""
    made = {
        "version": "1",
        "requires": None,
        "text": [],
        "entry_points": [],
        "files": ["a/x.py"],
        "missing": [],
    }
    return {"a": {**made, **changes}}


def test_files_that_went_by_a_rule_are_no_difference() -> None:
    """Neither in RECORD nor in a folder."""
    before, after = described(files=["a/x.py", "a/tests/x.py"]), described()

    assert compared(METADATA, before, after, GONE) == []
    assert compared(RESOURCES, ["tests/x.py", "x.py"], ["x.py"], GONE) == []


def test_any_other_file_is_one() -> None:
    """Missing, there though it went, or in RECORD without being there."""
    assert compared(RESOURCES, ["x.py", "y"], ["x.py"], GONE) == ["1 files are not listed: y"]
    assert compared(RESOURCES, ["tests/x.py"], ["tests/x.py"], GONE) == ["1 files are listed: tests/x.py"]
    assert compared(METADATA, described(), described(missing=["a/x.py"]), GONE) == [
        "a: 1 files of RECORD do not exist: a/x.py"
    ]


def test_every_other_answer_must_be_the_same() -> None:
    """Version, requirements, entry points, and that the distribution is known at all."""
    assert compared(METADATA, described(), described(version="2"), GONE) == ["a: version differs"]
    assert compared(METADATA, described(), {}, GONE) == ["a is known in one only"]


def test_a_name_whose_files_went_may_have_no_distribution() -> None:
    """A folder of stubs; not one of modules."""
    before = {"a": ["a"], "a-stubs": ["a"]}

    assert compared(PACKAGES, before, {"a": ["a"]}, GONE) == []
    assert compared(PACKAGES, {"b": ["b"]}, {}, GONE) == ["b: b, then none"]
