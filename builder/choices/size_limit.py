"""`--max-size` and `--fit`: what the user limits, checked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from manylinux.errors import UsageError

if TYPE_CHECKING:
    from builder.choices.bundle_choices import BundleChoices

_SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,9})?)\s*(?:([kmg])i?)?b?", re.IGNORECASE | re.ASCII)
_UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
"""A MB has 1,048,576 bytes, as Lambda counts and as lbuild's sizes are shown."""


def max_size(choices: BundleChoices) -> int | None:
    """Bytes that `--max-size` allows; None without it.

    Raises UsageError for what is no size, and where `--fit` has nothing to fit a bundle into.
    """
    if choices.max_size is not None:
        return _bytes(choices.max_size)
    if choices.fit and choices.no_limit:
        raise UsageError(
            "`--fit` is given with `--no-limit`, and no size is too large then",
            hint="Say how large the bundle may be: `--max-size 500MB`",
        )
    return None


def size_of(text: str) -> int:
    """Bytes; 0 for what is no size."""
    from fractions import Fraction  # most runs limit nothing

    match = _SIZE.fullmatch(text.strip())
    return 0 if match is None else int(Fraction(match[1]) * _UNITS[(match[2] or "").lower()])


def _bytes(text: str) -> int:
    size = size_of(text)
    if size < 1:
        raise UsageError(
            f"`--max-size {text}` is no size",
            hint="Write it as 200MB, 1.5GB or 180MiB (a MB has 1,048,576 bytes), or as a number of bytes",
        )
    return size
