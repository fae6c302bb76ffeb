"""The table of the prebuilt index: rows from the farm's answers, and from the page itself."""

from pathlib import Path
from typing import Any

import pytest

from sweeps.prebuilt_table import HEAD, installs, merged, project, row_of, rows_on, with_rows

PAGE = (
    "# Wheels\n\n<!-- table -->\n<!-- end of table -->\n\nBetween.\n\n"
    "<!-- installs -->\n<!-- end of installs -->\nAfter.\n"
)
BUILT: dict[str, Any] = {
    "project": "python-lzo", "version": "1.15", "target": "python3.11/x86_64", "state": "built",
    "wheel": "python_lzo-1.15-cp311-cp311-manylinux_2_14_x86_64.whl", "size": 53248, "backend": "zig",
    "seconds": 2.34, "smoke": {"ran": True, "how": "Python 3.11.7"}, "why": "only an | sdist",
    "error": None,
}  # fmt: skip
NOTHING = {"wheel": None, "size": None, "backend": None, "seconds": None, "smoke": None}
FAILED = BUILT | NOTHING | {"state": "failed", "error": {"summary": "it broke"}}
OFFERED = BUILT | NOTHING | {"state": "offered"}


def named(name: str, target: str = "python3.11/x86_64", *, by: tuple[str, ...] = ("pip",)) -> tuple[str, ...]:
    return row_of(BUILT | {"project": name, "target": target}, by)


def test_a_row_says_what_the_farm_said() -> None:
    assert row_of(BUILT, ("lbuild", "pip")) == (
        *("python-lzo 1.15", "python3.11/x86_64", "cp311-cp311-manylinux_2_14_x86_64", "52 KB", "zig", "2.3"),
        *("passed (Python 3.11.7)", "lbuild, pip", "only an   sdist"),
    )
    assert row_of(FAILED, None)[2:8] == ("", "", "", "", "failed: it broke", "")
    assert row_of(OFFERED, None)[6] == "offered already"
    assert row_of(BUILT | {"smoke": {"ran": False, "how": "no qemu"}}, ())[6:8] == (
        "not run: no qemu",
        "none",
    )


def test_a_page_gives_back_the_rows_that_were_written() -> None:
    rows = [row_of(BUILT, ("lbuild", "pip", "uv")), row_of(FAILED, None)]
    written = with_rows(PAGE, rows)
    assert rows_on(written) == rows
    assert with_rows(written, rows_on(written)) == written
    assert written.startswith("# Wheels\n")
    assert "\n\nBetween.\n\n" in written
    assert written.endswith("\nAfter.\n")
    assert with_rows(written, []).count("python-lzo") == 0


def test_only_rows_of_the_named_projects_are_replaced() -> None:
    before = [named("annoy"), named("Python_LZO"), named("python-lzo", "python3.12/x86_64"), named("zope")]
    new = [named("python-lzo", by=()), named("crcmod")]
    found = merged(before, new, ["Python.LZO", "crcmod"])
    assert [project(row) for row in found] == ["annoy", "crcmod", "python-lzo", "zope"]
    assert found[2] == new[0]
    assert merged(before, [], ["python-lzo"]) == [before[0], before[3]], "what is not built any more is gone"
    assert merged(reversed(before), new, ["python-lzo"]) == found, "the order is that of names"


def test_installs_are_counted_over_all_rows() -> None:
    rows = [named("a", by=("lbuild", "pip", "uv")), named("b", by=("pip",)), named("c", by=())]
    said = installs([*rows, row_of(OFFERED, None)])
    assert "lbuild installs 1 of 3, pip installs 2 of 3, uv installs 1 of 3" in said


def test_a_page_of_other_columns_is_refused() -> None:
    page = with_rows(PAGE, [named("a")]).replace("installed by", "put there by")
    with pytest.raises(ValueError, match="put there by"):
        rows_on(page)


def test_the_shipped_page_reads_as_it_is_written() -> None:
    page = (Path(__file__).parents[2] / "docs" / "prebuilt-table.md").read_text(encoding="utf-8")
    rows = rows_on(page)
    assert rows
    assert all(len(row) == len(HEAD) for row in rows)
    assert with_rows(page, merged(rows, [], [])) == page
