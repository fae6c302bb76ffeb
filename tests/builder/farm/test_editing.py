"""A recipe's changes to a project's sources."""

from pathlib import Path

import pytest

from builder.errors import EditError
from builder.farm.editing import Editing
from prebuilt_index.recipes import Edit


def edits(*changes: tuple[str, str, str]) -> Editing:
    return Editing(project="demo", edits=[Edit(file=file, find=a, replace=b) for file, a, b in changes])


def test_texts_are_changed_one_after_another(tmp_path: Path) -> None:
    (tmp_path / "setup.py").write_bytes(b"one\r\ntwo\n")
    edits(("setup.py", "one", "three"), ("setup.py", "three\r\ntwo", "four"))(tmp_path)
    assert (tmp_path / "setup.py").read_bytes() == b"four\n"


def test_all_that_does_not_fit_is_told_and_nothing_is_changed(tmp_path: Path) -> None:
    (tmp_path / "setup.py").write_text("one one two")
    (tmp_path / "binary").write_bytes(b"\xff")
    (tmp_path / "out").symlink_to("/etc/passwd")
    with pytest.raises(EditError) as told:
        edits(
            ("setup.py", "two", "2"),
            ("setup.py", "one", "1"),
            ("setup.py", "three", "3"),
            ("missing", "a", "b"),
            ("binary", "a", "b"),
            ("out", "root", "x"),
        )(tmp_path)
    assert len(told.value.evidence) == 5
    assert "`setup.py` has `one` 2 times, not once" in told.value.evidence
    assert (tmp_path / "setup.py").read_text() == "one one two"
