"""RECORD as it is written."""

import csv

from manylinux.archive.record import RecordLine, render_record


def test_quotes_what_csv_needs_quoted_and_sorts() -> None:
    """A csv reader gets back the paths, the hashes in urlsafe base64 and itself last, without a hash."""
    lines = [
        RecordLine(path='b/"q",c.py', sha256="ff" * 32, size=3),
        RecordLine(path="a.py", sha256="00" * 32, size=0),
    ]
    text = render_record(lines, "d-1.dist-info/RECORD").decode()

    assert list(csv.reader(text.splitlines())) == [
        ["a.py", "sha256=" + "A" * 43, "0"],
        ['b/"q",c.py', "sha256=" + "_" * 42 + "8", "3"],
        ["d-1.dist-info/RECORD", "", ""],
    ]
    assert text.endswith("\n")
    assert "\r" not in text
