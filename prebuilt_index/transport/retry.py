"""When to try again, and how long to wait before. Pure."""

from prebuilt_index.transport.port import HttpPolicy

RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses that may be gone the next time; so may every other 5xx."""


def is_passing(status: int) -> bool:
    """Whether an answer of `status` is worth another try."""
    return status in RETRIED or 500 <= status <= 599


def pause(policy: HttpPolicy, failures: int, chance: float) -> float:
    """Seconds before the next try after `failures` >= 1: full jitter; `chance` is in [0, 1)."""
    ceiling = min(policy.longest_pause, policy.first_pause * 2.0 ** (failures - 1))
    return ceiling * chance


def retry_after(value: str | None, policy: HttpPolicy, now: float) -> float | None:
    """Seconds that a Retry-After header asks for, capped; None when it is absent, past or junk.

    `now` is the epoch time against which a date is read.
    """
    if value is None:
        return None
    text = value.strip()
    # Ten digits are three centuries; more would only make the conversion costly.
    if text.isascii() and text.isdigit():
        return min(float(text[:10]), policy.longest_retry_after)
    moment = _http_date(text)
    if moment is None or moment <= now:
        return None
    return min(moment - now, policy.longest_retry_after)


def _http_date(text: str) -> float | None:
    from email.utils import parsedate_to_datetime  # here: loaded only when a server sends a date

    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None
