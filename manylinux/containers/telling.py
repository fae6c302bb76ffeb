"""What an engine refuses, in the words of lbuild's errors."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from manylinux.errors import ContainerError

if TYPE_CHECKING:
    from collections.abc import Iterator

_FULL = "no space left on device"


@contextmanager
def told(doing: str) -> Iterator[None]:
    """What the engine refuses inside becomes a ContainerError."""
    from docker.errors import DockerException
    from urllib3.exceptions import HTTPError

    try:
        yield
    except (DockerException, OSError, UnicodeError, HTTPError) as error:  # `requests` raises OSErrors
        lines = reason(error)
        if any(_FULL in line.lower() for line in lines):
            hint = "Free space where the engine keeps images and containers"
        elif isinstance(error, DockerException | UnicodeError):
            hint = "See to the engine"
        else:
            # It did answer when it was found.
            hint = "The engine answers no more: start it again; the next build removes what this one left"
        raise ContainerError(f"The container engine cannot {doing}", evidence=lines, hint=hint) from error


def reason(error: BaseException) -> tuple[str, ...]:
    """The engine's own words."""
    return tuple(str(getattr(error, "explanation", None) or error).splitlines()) or (type(error).__name__,)
