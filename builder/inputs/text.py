"""Bytes of a requirements file to text: a byte order mark, else a PEP 263 coding line, else UTF-8.

As pip does, but for one thing: pip falls back to the locale of the host, here such a file is an error.
"""

import codecs
import re

from builder.errors import InvalidRequirementError
from prebuilt_index import charsets

# UTF-32 first: the mark of UTF-16 LE begins that of UTF-32 LE.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
)
_CODING = re.compile(rb"coding[:=]\s*([-\w.]+)")


def decode(content: bytes) -> str:
    """The text of a requirements file; raises InvalidRequirementError that tells the first bad byte."""
    skipped, encoding = _encoding(content)
    try:
        text = charsets.decoded(content[skipped:], encoding)
    except LookupError:
        raise InvalidRequirementError(
            f"its coding line names `{encoding}`, which is no text encoding",
            hint="Save the file as UTF-8 and remove the coding line",
        ) from None
    except UnicodeError as error:
        raise _not_decodable(content, skipped, encoding, error) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InvalidRequirementError(
            f"it holds a NUL character on line {line}",
            hint="If it is UTF-16 without a byte order mark, save it as UTF-8",
        )
    return text


def _encoding(content: bytes) -> tuple[int, str]:
    """How many bytes to skip, and the encoding of the rest."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return len(mark), encoding
    for line in content.split(b"\n", 2)[:2]:
        found = _CODING.search(line) if line.startswith(b"#") else None
        if found is not None:
            return 0, found[1].decode("ascii")
    return 0, "utf-8"


def _not_decodable(
    content: bytes, skipped: int, encoding: str, error: UnicodeError
) -> InvalidRequirementError:
    where = ""
    if isinstance(error, UnicodeDecodeError):
        offset = skipped + error.start
        line = content.count(b"\n", 0, offset) + 1
        where = f" at byte {offset} (line {line})"
    return InvalidRequirementError(
        f"it is not {encoding}{where}",
        hint="Save it as UTF-8, or name its encoding in the first line: `# -*- coding: latin-1 -*-`",
    )
