"""What was left out, read from a report and told."""

import json

import pytest

from builder.errors import NoReportError
from builder.inspection.dropped import Dropped, dropped_of, parse_report
from builder.inspection.dropped_text import dropped_text
from builder.model import Drop
from builder.report.cells import columns_of

SHA256 = "a" * 64
ROWS = (
    ("numpy 2.0", "numpy/tests/test_a.py", "tests", 60_000),
    ("numpy 2.0", "numpy/tests/test_b.py", "tests", 40_000),
    ("numpy 2.0", "numpy-2.0.data/scripts/f2py", "scripts", 1_000),
    ("six 1.0", "six-nspkg.pth", "nspkg-pth", 500),
)
WHOLE = """\
b.zip: left out 4 files, 99.1 KB

By rule             size  share  files
  tests          97.7 KB   99 %      2  ████████████████████████████████████████
  scripts         1000 B    1 %      1  ▌
  nspkg-pth        500 B   <1 %      1  ▌

By distribution     size  share  files
  numpy 2.0      98.6 KB  100 %      3  ████████████████████████████████████████
    tests        97.7 KB   99 %      2  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╸
    scripts       1000 B    1 %      1  ╸
  six 1.0          500 B   <1 %      1  ▌

Not in it at all
  boto3: the runtime has it
"""


def drops(*rows: tuple[str, str, str, int]) -> Dropped:
    return Dropped(
        drops=tuple(
            Drop(owner=owner, path=path, rule=rule, size=size) for owner, path, rule, size in rows or ROWS
        ),
        excluded={} if rows else {"boto3": "the runtime has it"},
    )


def test_the_picture_is_this_one() -> None:
    """By rule, by distribution, and what is not there at all."""
    assert list(dropped_text("b.zip", drops())) == WHOLE.splitlines()


def test_everything_names_every_path() -> None:
    """With its rule and bytes."""
    assert "    numpy/tests/test_b.py: tests, 39.1 KB" in dropped_text("b.zip", drops(), everything=True)


def test_nothing_left_out_is_one_line() -> None:
    """No headings over nothing."""
    nothing = Dropped(drops=(), excluded={})

    assert list(dropped_text("b.zip", nothing)) == ["b.zip: left out 0 files, 0 B"]


def test_names_cannot_disturb_the_terminal() -> None:
    """A report may come from anywhere."""
    rows = [(f"o\x1b{number}", "p\r" * 500, "r\n", number) for number in range(500)]
    lines = [*dropped_text("b\n.zip", drops(*rows)), *dropped_text("b", drops(*rows), everything=True)]

    assert all(line.isprintable() and columns_of(line) <= 80 for line in lines)


def test_reads_what_a_report_says() -> None:
    """Largest first."""
    rows = [{"owner": "a 1", "path": f"p{size}", "rule": "tests", "size": size} for size in (1, 3, 2)]
    form = {"bundle": {"sha256": SHA256}, "dropped": rows, "excluded": {"boto3": "why"}}
    found = dropped_of(parse_report(json.dumps(form), "r.json", SHA256), "r.json")

    assert [drop.size for drop in found.drops] == [3, 2, 1]
    assert found.excluded == {"boto3": "why"}
    assert found.size == 6


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "[1]",
        "{}",
        '{"bundle": null}',
        '{"bundle": {"sha256": 1}}',
        '{"bundle": {"sha256": "' + "b" * 64 + '"}}',
        "[" * 100_000,
    ],
)
def test_what_is_no_report_of_the_bundle_is_an_error(text: str) -> None:
    """Never a bug."""
    with pytest.raises(NoReportError):
        parse_report(text, "r.json", SHA256)


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"dropped": None, "excluded": {}},
        {"dropped": [1], "excluded": {}},
        {"dropped": [{"owner": "a", "path": "b", "rule": "c"}], "excluded": {}},
        {"dropped": [{"owner": "a", "path": "b", "rule": "c", "size": "x"}], "excluded": {}},
        {"dropped": [{"owner": "a", "path": "b", "rule": "c", "size": float("inf")}], "excluded": {}},
        {"dropped": [], "excluded": 3},
        {"dropped": []},
    ],
)
def test_a_report_of_another_shape_is_an_error(form: dict[str, object]) -> None:
    """As a file by hand may be."""
    with pytest.raises(NoReportError):
        dropped_of(form, "r.json")
