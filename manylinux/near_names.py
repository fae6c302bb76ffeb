"""Which name was meant by one that does not exist."""

from collections.abc import Iterable

_LONGEST_NAME = 255
"""Characters that are compared; difflib is quadratic."""
_NEAR = 0.6
"""difflib's ratio, from 0 to 1, from which a name is worth a question."""
_AS_NEAR = 0.12
"""How much less than the nearest one another may have to be named beside it."""


def near_names(name: str, known: Iterable[str], *, most: int = 3) -> tuple[str, ...]:
    """Up to `most` of `known`, nearest first: those that are about as near to `name` as the nearest."""
    from difflib import SequenceMatcher, get_close_matches  # 11 ms that only errors need

    name = name[:_LONGEST_NAME]
    close = get_close_matches(name, sorted(known), n=most, cutoff=_NEAR)
    ratios = [SequenceMatcher(a=each, b=name).ratio() for each in close]
    return tuple(each for each, ratio in zip(close, ratios, strict=True) if ratio >= ratios[0] - _AS_NEAR)


def did_you_mean(name: str, known: Iterable[str], *, most: int = 3) -> str | None:
    """The question as a hint; None where nothing is near."""
    near = near_names(name, known, most=most)
    return f"Did you mean {' or '.join(f'`{each}`' for each in near)}?" if near else None
