"""What the sizes of wheels, as an index lists them, already say of a bundle; asked before anything comes.

A deflated file is never longer than what it unpacks to, but for a few bytes. So a bundle unpacks to at least
what those members take in their wheels that are part of it. Which these are is only known when a wheel is
here, and it may be few: all of a wheel may be a program, which no bundle has without `--scripts`, and
debug information may be most of a library. Of real wheels (`benchmarks/listed_sizes.py`) such ones are small;
each of more than 50 MB unpacked, with all that lbuild leaves out of it, to more than its own size. So only
large wheels make an error, and only when they are far too large; the rest is a word to the user.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder.errors import TooLargeError
from builder.report.sizes import human

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from builder.budget.limit import Limit
    from prebuilt_index.artefacts import IndexFile

PARTS = 2
"""A bundle unpacks to one part in so many of its large wheels' bytes at least."""
LARGE = 100 * 1024 * 1024
"""Bytes. A smaller wheel may be a program and nothing else."""
_SMALL = 32 * 1024 * 1024
"""Bytes of wheels that are fetched sooner than argued about; of small files a zip's headers are the most."""
_SHOWN = 10


def listed_size(files: Iterable[IndexFile]) -> int:
    """Bytes of the wheels among `files`, as far as sizes are listed."""
    return sum(file.size or 0 for file in files if file.is_wheel)


def check_wheels(files: Sequence[IndexFile], limit: Limit) -> str | None:
    """What is to be told of the wheels that a bundle will be made of, if anything.

    Files without a listed size, and sdists, count nothing. Raises TooLargeError when the bundle cannot fit,
    whatever slimming leaves out.
    """
    total = listed_size(files)
    if total <= max(limit.most, _SMALL):
        return None
    large = listed_size(file for file in files if (file.size or 0) >= LARGE)
    if large <= limit.most * PARTS:
        return f"the wheels alone have {human(total)}, and {limit} unpacked: it will hardly fit"
    raise TooLargeError(
        f"Wheels of {human(total)} are too large for a bundle, and {limit} of what they unpack to",
        evidence=[*_largest(files), "nothing was downloaded: these sizes are the index's"],
        hint="Leave out what is never imported with `--exclude PROJECT`, take a smaller build of the largest "
        f"from another index (`--index-pin PROJECT=URL`; Lambda has no GPU), {_last_way(limit)}",
    )


def _largest(files: Sequence[IndexFile]) -> list[str]:
    sizes = sorted(((file.size or 0, file.filename) for file in files if file.is_wheel), reverse=True)
    rest = sizes[_SHOWN:]
    told = [f"`{name}`: {human(size)}" for size, name in sizes[:_SHOWN]]
    return [*told, f"{len(rest)} more: {human(sum(size for size, _ in rest))}"] if rest else told


def _last_way(limit: Limit) -> str:
    if limit.is_lambdas:
        return "or build for a container image, which holds 10 GB, with `--no-limit -o build/`"
    return "or raise `--max-size`"
