"""What a request's conditions and range make of a resource that is there. Pure. Spec: RFC 9110 13 and 14."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from werkzeug.http import http_date, parse_date, parse_etags, parse_range_header


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What tells one state of a resource from another."""

    etag: str
    """Strong, without quotes."""
    modified: int | None = None
    """Epoch seconds; None where no time tells whether it changed."""

    @property
    def headers(self) -> list[tuple[str, str]]:
        """ETag and, where there is a time, Last-Modified."""
        tag = [("ETag", f'"{self.etag}"')]
        return tag if self.modified is None else [*tag, ("Last-Modified", http_date(self.modified))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A run of bytes."""

    offset: int
    length: int


class Verdict(Enum):
    """What to answer, when it is no part."""

    WHOLE = 200
    NOT_MODIFIED = 304
    PRECONDITION_FAILED = 412
    UNSATISFIABLE = 416


def judge(headers: Mapping[str, str], validators: Validators, size: int | None) -> Verdict | Part:
    """The answer to a GET or HEAD whose headers are a WSGI environment's, of a resource of `size` bytes.

    Without a size no parts are given. Headers that make no sense are as good as absent; so is a Range of
    several parts, which a server may answer with the whole.
    """
    refused = _preconditions(headers, validators)
    if refused is not None:
        return refused
    wanted = headers.get("HTTP_RANGE")
    if size is None or wanted is None or not _range_counts(headers.get("HTTP_IF_RANGE"), validators):
        return Verdict.WHOLE
    return _part(wanted, size)


def _preconditions(headers: Mapping[str, str], validators: Validators) -> Verdict | None:
    """By RFC 9110 13.2.2: a date counts only where no tag is given."""
    match, unmodified = headers.get("HTTP_IF_MATCH"), headers.get("HTTP_IF_UNMODIFIED_SINCE")
    if match is not None:
        if not parse_etags(match).contains(validators.etag):
            return Verdict.PRECONDITION_FAILED
    elif (moment := _epoch(unmodified)) is not None and (validators.modified or 0) > moment:
        return Verdict.PRECONDITION_FAILED
    none_match, modified = headers.get("HTTP_IF_NONE_MATCH"), headers.get("HTTP_IF_MODIFIED_SINCE")
    if none_match is not None:
        return Verdict.NOT_MODIFIED if parse_etags(none_match).contains_weak(validators.etag) else None
    since = _epoch(modified)
    if since is None or validators.modified is None or validators.modified > since:
        return None
    return Verdict.NOT_MODIFIED


def _range_counts(if_range: str | None, validators: Validators) -> bool:
    """Whether the client's part is of this state. A weak tag never is, and a date must be the very same."""
    if if_range is None:
        return True
    stripped = if_range.strip()
    if stripped.startswith(('"', "W/")):
        return stripped == f'"{validators.etag}"'
    return validators.modified is not None and _epoch(stripped) == validators.modified


def _part(wanted: str, size: int) -> Verdict | Part:
    parsed = parse_range_header(wanted)
    if parsed is None or parsed.units != "bytes" or len(parsed.ranges) != 1:
        return Verdict.WHOLE
    first, end = parsed.ranges[0]
    if first < 0:  # the last bytes: as many as there are
        first, end = max(size + first, 0), size
    end = size if end is None else min(end, size)
    return Part(offset=first, length=end - first) if first < end else Verdict.UNSATISFIABLE


def _epoch(date: str | None) -> int | None:
    try:
        moment: datetime | None = parse_date(date)
        return None if moment is None else int(moment.astimezone(UTC).timestamp())
    except (ValueError, OverflowError):
        return None
