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

    try:
        yield
    except (DockerException, OSError) as error:  # the HTTP client's errors are OSErrors
        lines = reason(error)
        full = any(_FULL in line.lower() for line in lines)
        space = "Free space where the engine keeps images and containers"
        raise ContainerError(
            f"The container engine cannot {doing}",
            evidence=lines,
            hint=space if full else "See to the engine",
        ) from error


def reason(error: BaseException) -> tuple[str, ...]:
    """The engine's own words."""
    return tuple(str(getattr(error, "explanation", None) or error).splitlines()) or (type(error).__name__,)
