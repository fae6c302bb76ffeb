"""RECORD of a wheel as it was placed.

A shipped RECORD stays, byte for byte, while every line of it is true in the bundle. When a file of the
wheel was moved, rewritten or left out, RECORD is made anew from the member table, so that
`importlib.metadata.files()` names exactly what is there: paths from the library folder, `sha256=` and
urlsafe base64 without padding, sizes in bytes, RECORD itself last and without a hash (PEP 376, PEP 427).
Lines are sorted, so equal content gives equal bytes.
"""

import csv
import io
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLine:
    """One file a RECORD vouches for."""

    path: str
    """From the library folder; may begin with `../`."""
    sha256: str
    """Hex digest."""
    size: int
    """Bytes."""


def render_record(lines: Iterable[RecordLine], record_path: str) -> bytes:
    """The text of a RECORD that lists `lines` and itself."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for line in sorted(lines, key=lambda line: line.path):
        digest = urlsafe_b64encode(bytes.fromhex(line.sha256)).rstrip(b"=").decode()
        writer.writerow((line.path, f"sha256={digest}", line.size))
    writer.writerow((record_path, "", ""))
    return text.getvalue().encode()
