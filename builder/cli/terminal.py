"""Talk: everything for people goes to stderr, styled only where that is wanted and possible."""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TextIO

import click

from builder.cli.streams import last_words, mention, tell
from builder.errors import OutputError
from builder.ports import Progress, Silent
from builder.report.values import Stage
from manylinux.errors import LbuildError


def wants_colour(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """NO_COLOR and FORCE_COLOR decide when set (not empty), else whether `stream` is a terminal."""
    if environ.get("NO_COLOR"):
        return False
    return bool(environ.get("FORCE_COLOR")) or (stream.isatty() and environ.get("TERM") != "dumb")


class Terminal:
    """What is said during a run. `verbosity`: -1 only warnings and errors, 0 normal, 1 and more details."""

    def __init__(self, verbosity: int = 0) -> None:
        self.verbosity = verbosity
        self.interactive = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._colour = wants_colour(sys.stderr, os.environ)

    def say(self, lines: Iterable[str]) -> None:
        if self.verbosity >= 0:
            for line in lines:
                mention(line)

    def detail(self, line: str) -> None:
        if self.verbosity > 0:
            mention(self._styled(line, dim=True))

    def warn(self, line: str) -> None:
        mention(f"{self._styled('warning:', fg='yellow', bold=True)} {line}")

    def note(self, line: str) -> None:
        self.say([f"{self._styled('note:', fg='cyan')} {line}"])

    def stage(self, stage: Stage) -> None:
        self.say(
            [f"{self._styled(f'{stage.name:>8}', fg='green', bold=True)}  {_seconds(stage)}  {stage.detail}"]
        )

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """Bars on a terminal, silence elsewhere."""
        if not self.interactive or self.verbosity < 0:
            yield Silent()
            return
        from builder.cli.progress import Bars

        with Bars() as bars:
            yield bars

    def _styled(self, text: str, **style: object) -> str:
        return click.style(text, **style) if self._colour else text  # type: ignore[arg-type]  # click's own keywords


def show_error(error: LbuildError, *, as_json: bool) -> int:
    """Tell `error` on stderr, and on stdout too when a program listens there; its exit status."""
    from builder.report.json_form import error_as_json, status_of
    from builder.report.text import error_text

    colour = wants_colour(sys.stderr, os.environ)
    for line in error_text(error):
        head, separator, rest = line.partition(":")
        if colour and separator and (head.startswith("error[") or head == "hint"):
            line = click.style(head + separator, fg="red" if head != "hint" else "cyan", bold=True) + rest
        last_words(line)
    if as_json:
        # Standard output may be what is wrong; the error itself has been told.
        with suppress(OutputError):
            tell(json.dumps({"error": error_as_json(error)}, indent=2))
    return status_of(error)


def _seconds(stage: Stage) -> str:
    return f"{stage.seconds:6.2f} s"
