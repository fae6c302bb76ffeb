"""RECORD: the list a wheel carries of its own files (binary distribution format; rules Z29, Z30).

RECORD cannot hold its own hash, and the two signature files are made after it: those three are exempt.
"""

import base64
import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from prebuilt_index.errors import BadArchiveError
from prebuilt_index.wheel_archive.rules import RULES, refusal, shown
from prebuilt_index.wheel_archive.walker import MAX_ENTRIES

MAX_SIZE: Final = 16 << 20
"""Bytes."""
STRONG: Final = frozenset({"sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512"})
_SIGNATURES: Final = (".jws", ".p7s")
_SHOWN: Final = 5


class Line(NamedTuple):
    """What RECORD says of one file."""

    algorithm: str
    digest: str
    """As written: urlsafe base64 without padding, or hex."""
    size: int | None
    """Bytes; None when RECORD leaves it out."""


def parse(raw: bytes, record_path: str) -> Mapping[str, Line]:
    """Path to what RECORD says of it, for all files but RECORD itself."""
    lines: dict[str, Line] = {}
    seen = set()
    for row in _rows(raw, record_path):
        path = row[0]
        if len(row) != 3:
            raise refusal("Z29", f"RECORD has a line of {len(row)} fields for `{shown(path)}`", record_path)
        if path in seen:
            raise refusal("Z29", f"RECORD lists `{shown(path)}` twice", record_path)
        seen.add(path)
        if path != record_path:
            lines[path] = _line(path, row[1], row[2])
        elif row[1]:
            raise refusal("Z30", "RECORD claims to know its own hash", record_path)
    return lines


def _rows(raw: bytes, record_path: str) -> Iterator[list[str]]:
    """The lines that are not empty, one at a time: there is room for millions."""
    try:
        rows = filter(None, csv.reader(io.StringIO(raw.decode("utf-8"), newline=""), strict=True))
        for number, row in enumerate(rows):
            if number > MAX_ENTRIES:
                raise refusal("Z29", f"RECORD lists more than {MAX_ENTRIES} files", record_path)
            yield row
    except (UnicodeDecodeError, csv.Error) as error:
        raise refusal("Z29", f"RECORD cannot be read: {error}", record_path) from error


def _line(path: str, hashed: str, size: str) -> Line:
    algorithm, _, digest = hashed.partition("=")
    if algorithm not in STRONG or not digest:
        raise refusal("Z30", f"RECORD has no strong hash, but `{shown(hashed)}`", path)
    if size and not (size.isascii() and size.isdecimal() and len(size) < 20):
        raise refusal("Z30", f"RECORD has no size, but `{shown(size)}`", path)
    return Line(algorithm, digest.rstrip("="), int(size) if size else None)


def compare_names(lines: Mapping[str, Line], files: Iterable[str], record_path: str) -> None:
    """RECORD lists what the archive holds. Raises BadArchiveError that names what differs."""
    held = frozenset(files) - {record_path}
    listed = lines.keys()
    exempt = {record_path + suffix for suffix in _SIGNATURES}
    missing = sorted(held - listed - exempt)
    extra = sorted(listed - held)
    if missing or extra:
        raise BadArchiveError(
            "RECORD does not list what the archive holds",
            rule="Z29",
            evidence=(
                *_examples("in the archive only", missing),
                *_examples("in RECORD only", extra),
                f"rule Z29: {RULES['Z29']}",
            ),
        )


def _examples(what: str, paths: list[str]) -> Iterable[str]:
    if paths:
        more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
        yield f"{what}: {', '.join(f'`{shown(path)}`' for path in paths[:_SHOWN])}{more}"


def check_content(line: Line, path: str, hex_digest: str, size: int) -> None:
    """The content has the hash, by the line's algorithm, and the size that RECORD says."""
    if line.size is not None and line.size != size:
        raise refusal("Z30", f"RECORD says {line.size} bytes, the member has {size}", path)
    # Some writers use hex: no sanctioned form, but as strong and of one meaning.
    if line.digest.lower() == hex_digest:
        return
    found = base64.urlsafe_b64encode(bytes.fromhex(hex_digest)).rstrip(b"=").decode()
    if line.digest != found:
        raise refusal(
            "Z30", f"RECORD says {line.algorithm}={shown(line.digest)}, the member has {found}", path
        )
