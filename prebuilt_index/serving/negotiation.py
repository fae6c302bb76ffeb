"""Which form of a page a client wants. Pure. Specs: PEP 691 (media types, `format`), RFC 9110 12.5."""

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from prebuilt_index.tree.layout import HTML, JSON

V1_JSON: Final = "application/vnd.pypi.simple.v1+json"
V1_HTML: Final = "application/vnd.pypi.simple.v1+html"
PLAIN_HTML: Final = "text/html"
_ANSWERED: Final = {
    PLAIN_HTML: PLAIN_HTML,
    V1_HTML: V1_HTML,
    V1_JSON: V1_JSON,
    "application/vnd.pypi.simple.latest+html": V1_HTML,
    "application/vnd.pypi.simple.latest+json": V1_JSON,
}
"""What may be asked for, and the type of the answer, which always says its version. Where a client likes
several equally, the first: old clients and people say `*/*` or nothing, and read HTML."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form of a page."""

    media_type: str
    file: str
    """The file of the index that holds it."""


class NoForm(Enum):
    """Why none was chosen."""

    NOT_ACCEPTABLE = "not acceptable"
    UNKNOWN_FORMAT = "unknown format"


FORMS: Final = tuple(_ANSWERED)
"""Every media type that may be asked for."""


@lru_cache(maxsize=1024)
def choose_form(accept: str | None, asked: str | None = None) -> Form | NoForm:
    """The form for an Accept header and the value of `?format=`, which goes first.

    A parameter of a media type (`charset`) is no reason to refuse it.
    """
    if asked is not None:
        return _form(_ANSWERED[asked]) if asked in _ANSWERED else NoForm.UNKNOWN_FORMAT
    if not accept:
        return _form(PLAIN_HTML)
    wanted = parse_accept_header(accept, MIMEAccept)
    # PEP 691 has them without parameters; browsers and tools append `charset` all the same.
    bare = MIMEAccept([(value.partition(";")[0].strip().lower(), quality) for value, quality in wanted])
    best = bare.best_match(FORMS)
    return NoForm.NOT_ACCEPTABLE if best is None else _form(_ANSWERED[best])


@lru_cache(maxsize=1024)
def takes_gzip(accept_encoding: str | None) -> bool:
    """Whether an Accept-Encoding header admits gzip."""
    if not accept_encoding:
        return False
    wanted = parse_accept_header(accept_encoding)
    named = {value.lower(): quality for value, quality in wanted}
    return named.get("gzip", named.get("x-gzip", named.get("*", 0))) > 0


def _form(media_type: str) -> Form:
    return Form(media_type=media_type, file=JSON if media_type == V1_JSON else HTML)
