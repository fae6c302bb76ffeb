from pathlib import Path

import pytest

import manylinux.runtimes
from manylinux.runtime_table import parse_table

TABLE = Path(manylinux.runtimes.__file__).with_name("runtimes.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("layers = 5", "layers = 5\nfunctions = 1", "limits: unknown key `functions`"),
        ("layers = 5", 'layers = "5"', "limits: `layers` is no int: '5'"),
        ("layers = 5", "layers = true", "limits: `layers` is no int: True"),
        ("layers = 5", "", "limits: `layers` is missing"),
        ('glibc = "2.26"', 'glibc = "2.26.1"', "os.al2: `glibc` is not 2 numbers: '2.26.1'"),
        ('glibc = "2.26"', "glibc = 2.26", "os.al2: `glibc` is no str: 2.26"),
        ('os = "al2"\n', 'os = "al3"\n', "runtime[0]: `os` is none of al2, al2023: 'al3'"),
        ('id = "python3.9"', 'id = "python3.8"', "runtime[0]: `python3.8` with Python 3.9"),
        ('"3.9.11"', '"3.9"', "runtime[0]: `python_release` is not 3 numbers: '3.9'"),
        ("deprecated = 2025-12-15", "retired = 2025-12-15", "runtime[0]: unknown key `retired`"),
        ("deprecated = 2025-12-15", 'deprecated = "soon"', "runtime[0]: `deprecated` is no date: 'soon'"),
        ('["x86_64", "arm64"]', '["sparc"]', "'sparc' is not a valid Architecture"),
        ('sdk = "2025"', 'sdk = "1999"', "runtime[1]: `sdk` is none of 2025, 2026: '1999'"),
        ("[limits]", "[limit]", "table: `limits` is missing"),
        ("[limits]", "surprise = 1\n[limits]", "table: unknown key `surprise`"),
    ],
)
def test_a_slip_in_the_table_is_told_with_its_place(old: str, new: str, complaint: str) -> None:
    """Nothing in the table is ignored, so that a misspelt key cannot pass for a missing one."""
    assert old in TABLE
    with pytest.raises(ValueError, match="^" + complaint.replace("[", r"\[") + "$"):
        parse_table(TABLE.replace(old, new, 1))


def test_a_runtime_stands_in_the_table_once() -> None:
    """Two rows for one runtime would hide one."""
    row = TABLE[TABLE.rindex("[[runtime]]") :]

    with pytest.raises(ValueError, match="an id stands twice"):
        parse_table(TABLE + row)
