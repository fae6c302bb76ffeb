"""`--max-size` and `--fit`: what the user limits, checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from manylinux.errors import UsageError
from manylinux.sizes import size_of

if TYPE_CHECKING:
    from builder.choices.bundle_choices import BundleChoices


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


def _bytes(text: str) -> int:
    size = size_of(text)
    if size < 1:
        raise UsageError(
            f"`--max-size {text}` is no size",
            hint="Write it as 200MB, 1.5GB or 180MiB (a MB has 1,048,576 bytes), or as a number of bytes",
        )
    return size
