"""The standard streams: there whatever the caller closed, and no trouble at the end when nobody listens."""

import os
import sys
from contextlib import suppress

import click

from builder.errors import OutputError

_NAMES = ("stdin", "stdout", "stderr")
"""By descriptor."""


def open_closed_streams() -> None:
    """Descriptors 0 to 2 and their streams exist; what the caller closed leads nowhere.

    Otherwise the next file that is opened, the bundle for one, would get the number, and whatever is said.
    """
    closed = [number for number, name in enumerate(_NAMES) if getattr(sys, name) is None]
    if not closed:
        return
    while (descriptor := os.open(os.devnull, os.O_RDWR)) < len(_NAMES):
        pass
    os.close(descriptor)
    for number in closed:
        setattr(sys, _NAMES[number], open(number, "w" if number else "r", encoding="utf-8"))  # noqa: SIM115  # to the end


def tell(text: str) -> None:
    """`text` is on standard output, which is for data. Raises OutputError when it takes no more."""
    try:
        click.echo(text)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(
            "Standard output cannot be written",
            evidence=[error.strerror or str(error)],
            hint="Free some space, or send it elsewhere",
        ) from error


def mention(text: str, *, nl: bool = True) -> None:
    """`text` is on standard error, which is for people: work goes on where that takes no more.

    Raises BrokenPipeError when whoever read it has gone.
    """
    try:
        click.echo(text, nl=nl, err=True)
    except BrokenPipeError:
        raise
    except OSError:
        return


def last_words(text: str) -> None:
    """`text` is on standard error, if anybody listens: the status tells the same."""
    with suppress(BrokenPipeError):
        mention(text)


def flush() -> None:
    """What was said is out; what nobody takes is forgotten, so that leaving does not try it again."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
