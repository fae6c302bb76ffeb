"""Pictures made of text on standard output: as wide as its terminal, coloured where that is wanted."""

import os
import re
import sys
from collections.abc import Iterable, Mapping
from typing import TextIO

import click

from builder.cli.streams import tell
from builder.cli.terminal import wants_colour
from builder.report.cells import PLAIN

_NARROWEST = 40
_THICK, _THIN = re.compile("[█▌]+"), re.compile("[━╸]+")
_SIGNED = {"+ ": "green", "- ": "red"}
_POOR = str.maketrans({"█": "#", "▌": "#", "░": ".", "━": "=", "╸": "=", "…": "~"})
"""For encodings that have no such characters."""


def columns_for(stream: TextIO, environ: Mapping[str, str]) -> int:
    """The width of the terminal that `stream` is, COLUMNS first; 80 where it is none or does not tell."""
    if not stream.isatty():
        return PLAIN
    told = environ.get("COLUMNS", "")
    try:
        columns = int(told) if told.isdecimal() else os.get_terminal_size(stream.fileno()).columns
    except OSError:
        return PLAIN
    return max(_NARROWEST, columns) if columns else PLAIN


def show(lines: Iterable[str]) -> None:
    """The lines are on standard output; those that do not begin with a space are headings."""
    colour = wants_colour(sys.stdout, os.environ)
    shown = (_styled(line) if colour else line for line in lines)
    tell(encodable("\n".join(shown), sys.stdout))


def encodable(text: str, stream: TextIO) -> str:
    """`text` as `stream` can take it, with plainer characters where its encoding lacks some."""
    encoding = stream.encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_POOR).encode(encoding, "replace").decode(encoding)
    return text


def _styled(line: str) -> str:
    body = line.lstrip()
    if body == line:
        return click.style(line, bold=True)
    if body.startswith("... and "):
        return click.style(line, dim=True)
    if body[:2] in _SIGNED:
        margin = len(line) - len(body)
        line = line[:margin] + click.style(body[0], fg=_SIGNED[body[:2]], bold=True) + body[1:]
    line = _THICK.sub(lambda found: click.style(found[0], fg="cyan"), line)
    return _THIN.sub(lambda found: click.style(found[0], fg="cyan", dim=True), line)
