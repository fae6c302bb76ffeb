"""What is answered, before it is HTTP. Pure values."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from prebuilt_index.serving.conditions import Part
from prebuilt_index.serving.folder import OpenFile

Headers = Sequence[tuple[str, str]]

IMMUTABLE: Final = ("Cache-Control", "public, max-age=31536000, immutable")
"""For bytes that a name stands for once and for ever."""
REVALIDATED: Final = ("Cache-Control", "no-cache")
"""Kept, but asked for again each time: that costs a 304, and what was just added is seen at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer. `HEAD` gets the same without the body."""

    status: HTTPStatus
    headers: Headers = ()
    """Without Content-Length, which the body says."""
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAnswer:
    """An answer whose body is in an open file, which whoever sends it closes."""

    status: HTTPStatus
    headers: Headers
    file: OpenFile
    part: Part


def refusal(status: HTTPStatus, text: str, *headers: tuple[str, str]) -> Answer:
    """An answer that says in words why it is not what was asked for."""
    plain = ("Content-Type", "text/plain; charset=utf-8")
    return Answer(status=status, headers=(plain, *headers), body=f"{text}\n".encode())
