"""How long an answer may be used without asking again, and how to ask. Pure; RFC 9111 for a private cache."""

from collections.abc import Mapping
from dataclasses import dataclass

SILENT_WINDOW = 600.0
"""Seconds an answer is fresh when its server says nothing about that: neither an age nor a validator."""
_LONGEST = 86_400.0
"""Seconds; a server that promises more is asked again all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """What an answer's headers say of its use later."""

    fresh_until: float
    """Epoch seconds."""
    etag: str | None = None
    last_modified: str | None = None

    @property
    def questions(self) -> dict[str, str]:
        """Headers that turn a request into `has it changed?`; empty when there is nothing to compare with."""
        asked = {"if-none-match": self.etag, "if-modified-since": self.last_modified}
        return {name: value for name, value in asked.items() if value is not None}


def validity(headers: Mapping[str, str], now: float) -> Validity:
    """The validity of an answer received at `now`; header names are in lower case.

    With `no-store`, `no-cache` or a validator but no age, it is fresh for no time at all.
    """
    etag, last_modified = headers.get("etag"), headers.get("last-modified")
    lifetime = _lifetime(headers, now)
    if lifetime is None:
        lifetime = 0.0 if etag or last_modified else SILENT_WINDOW
    age = _seconds(headers.get("age")) or 0.0
    span = max(0.0, min(lifetime, _LONGEST) - age)
    return Validity(fresh_until=now + span, etag=etag, last_modified=last_modified)


def _lifetime(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds of life that the headers grant; None when they do not say."""
    directives = _directives(headers.get("cache-control", ""))
    if "no-store" in directives or "no-cache" in directives:
        return 0.0
    if "max-age" in directives:
        return _seconds(directives["max-age"]) or 0.0
    if "expires" in headers:
        return _until(headers["expires"], now)
    return None


def _directives(cache_control: str) -> dict[str, str]:
    found = {}
    for part in cache_control.split(","):
        name, _, value = part.partition("=")
        found[name.strip().lower()] = value.strip().strip('"')
    return found


def _seconds(text: str | None) -> float | None:
    if text is None or not (text.isascii() and text.isdecimal()):
        return None
    # Ten digits are three centuries.
    return float(text[:10])


def _until(date: str, now: float) -> float:
    from email.utils import parsedate_to_datetime  # here: few servers send Expires without max-age

    try:
        return max(0.0, parsedate_to_datetime(date).timestamp() - now)
    except (ValueError, OverflowError):
        # RFC 9111: an invalid date, `0` above all, is in the past.
        return 0.0
