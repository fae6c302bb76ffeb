"""Text in the columns of a terminal: made printable, measured, cut to fit."""

from unicodedata import category, east_asian_width

PLAIN = 80
"""Columns of what is no terminal."""
_WIDE = frozenset("WF")
_NO_COLUMN = frozenset({"Mn", "Me"})


def printable(text: str) -> str:
    """`text` on one line, with `?` for whatever a terminal would obey instead of show."""
    return text if text.isprintable() else "".join(c if c.isprintable() else "?" for c in text)


def columns_of(text: str) -> int:
    """How many columns a terminal gives to printable `text`."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def fitted(text: str, columns: int) -> str:
    """Printable `text` in exactly so many columns: filled up, or its middle left out."""
    missing = columns - columns_of(text)
    return text + " " * missing if missing >= 0 else _shortened(text, columns)


def _shortened(text: str, columns: int) -> str:
    """A name's end tells more than its middle."""
    tail = _head(text[::-1], (columns - 1) // 2)[::-1]
    head = _head(text, columns - 1 - columns_of(tail))
    return fitted(f"{head}…{tail}", columns)


def _head(text: str, columns: int) -> str:
    for count, character in enumerate(text):
        columns -= _columns(character)
        if columns < 0:
            return text[:count]
    return text


def _columns(character: str) -> int:
    if character.isascii():
        return 1
    if category(character) in _NO_COLUMN:
        return 0
    return 2 if east_asian_width(character) in _WIDE else 1
