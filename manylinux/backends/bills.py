"""Bills of materials in a wheel that name the folder it was built in: maturin's, which calls sources by path.

Everywhere a build leaves such a path its bytes differ from run to run. A bill only has to call the same thing
by the same name, so the path can go. Spec: PEP 770, `.dist-info/sboms`; CycloneDX, `bom-ref`.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_BILL = re.compile(r"[^/]+\.dist-info/sboms/.+")
_RECORD = re.compile(r"[^/]+\.dist-info/RECORD")


def anonymized(wheel: Path, folder: Path) -> None:
    """No bill in the wheel has the path of `folder`; RECORD says so. A wheel without one stays as it is.

    Raises what `zipfile` raises for what is no wheel.
    """
    with zipfile.ZipFile(wheel) as archive:
        needle = str(folder).encode()
        bills = {name: archive.read(name) for name in archive.namelist() if _BILL.fullmatch(name)}
        changed = {name: content.replace(needle, b"") for name, content in bills.items() if needle in content}
        if not changed:
            return
        members = [(info, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, content in members:
            if _RECORD.fullmatch(info.filename):
                content = _record(content, changed)  # what is written
            archive.writestr(info, changed.get(info.filename, content))


def _record(content: bytes, changed: dict[str, bytes]) -> bytes:
    """RECORD with the changed files' digests and sizes."""
    rows = list(csv.reader(io.StringIO(content.decode())))
    for row in rows:
        if row and (new := changed.get(row[0])) is not None:
            digest = base64.urlsafe_b64encode(hashlib.sha256(new).digest()).rstrip(b"=").decode()
            row[1:] = [f"sha256={digest}", str(len(new))]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
