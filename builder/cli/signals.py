"""SIGTERM as an exception, so that every `finally` runs before the process ends."""

from types import FrameType


class Terminated(BaseException):
    """The process has been asked to end."""


def terminate(signum: int, frame: FrameType | None) -> None:
    """A signal handler. Raises Terminated."""
    raise Terminated
