"""Sizes as people write them."""

from __future__ import annotations

import re

_SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,9})?)\s*(?:([kmg])i?)?b?", re.IGNORECASE | re.ASCII)
_UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
"""A MB has 1,048,576 bytes, as Lambda counts and as lbuild's sizes are shown."""


def size_of(text: str) -> int:
    """Bytes; 0 for what is no size."""
    from fractions import Fraction  # most runs limit nothing

    match = _SIZE.fullmatch(text.strip())
    return 0 if match is None else int(Fraction(match[1]) * _UNITS[(match[2] or "").lower()])
