"""Text of a requirements file to logical lines: continuations joined, comments cut, `${NAME}` expanded.

As pip does, in that order. Pure, and linear in the length of the text.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

_VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)\}")
_SHORTEST_SECRET = 4
"""Characters; shorter values are replaced nowhere, since they occur by chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogicalLine:
    """One statement of a requirements file."""

    number: int
    """Of its first physical line, from 1."""
    text: str
    """With variables expanded: may hold secrets."""
    written: str
    """As it stands in the file, for messages."""


def logical_lines(text: str, environ: Mapping[str, str]) -> Iterator[LogicalLine]:
    """Every line that says something, in order."""
    for number, joined in _joined(text.splitlines()):
        written = _without_comment(joined).strip()
        if written:
            yield LogicalLine(number=number, text=expanded(written, environ), written=written)


def hidden(text: str, line: LogicalLine, environ: Mapping[str, str]) -> str:
    """`text`, a message about `line`, with variables by their names instead of their values."""
    for name in set(_VARIABLE.findall(line.written)):
        value = environ.get(name, "")
        if len(value) >= _SHORTEST_SECRET:
            text = text.replace(value, f"${{{name}}}")
    return text


def _joined(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Lines that end in a backslash joined with their followers; a comment line ends a joined line."""
    parts: list[str] = []
    first = 0
    for number, line in enumerate(lines, start=1):
        first = first if parts else number
        comment = line.lstrip().startswith("#")
        if line.endswith("\\") and not comment:
            parts.append(line.strip("\\"))
            continue
        # The blank makes `#` the start of a comment whatever stands before it.
        parts.append(f" {line}" if comment else line)
        yield first, "".join(parts)
        parts.clear()
    if parts:
        yield first, "".join(parts)


def _without_comment(line: str) -> str:
    """What stands before the first `#` that begins the line or follows white space."""
    at = line.find("#")
    while at > 0 and not line[at - 1].isspace():
        at = line.find("#", at + 1)
    return line if at < 0 else line[:at]


def expanded(line: str, environ: Mapping[str, str]) -> str:
    """Unset and empty variables stay as they are written, and values are not expanded again."""
    if "${" not in line:
        return line
    return _VARIABLE.sub(lambda found: environ.get(found[1]) or found[0], line)
