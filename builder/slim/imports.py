"""Import statements in code, at any depth and under any condition."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from builder.slim.names import resolved

_SPACE = r"(?:[ \t\f]|\\\n)*+"
_PART = r"(?!(?:from|import)\b)\w++"
_DOTTED = rf"{_PART}(?:{_SPACE}\.{_SPACE}{_PART})*+"
_STATEMENT = re.compile(
    rf"(?<![\w.])(?:"
    rf"from\b(?P<dots>(?:[ \t\f.]|\\\n)*+)(?P<name>(?:{_DOTTED})?+){_SPACE}import\b{_SPACE}"
    rf"(?P<names>\([\w\s,*.\\]*+|(?:[^\n;\\]|\\\n)*+)"
    rf"|import\b(?P<modules>(?:[^\n;\\]|\\\n)*+)"
    rf")"
)
_BLANK = re.compile(r"[\s\\()]+")


class Import(NamedTuple):
    """One name that one statement imports."""

    level: int
    """Leading dots."""
    module: str
    name: str | None
    """What is taken from the module, `*` too; None for `import module`."""
    bound: str
    """The name that the file then knows it by."""


def imports_in(code: str, wanted: re.Pattern[str] | None = None) -> Iterator[Import]:
    """All imports of code without strings and comments; with `wanted`, only of statements that match it."""
    for found in _STATEMENT.finditer(code):
        if wanted is not None and wanted.search(found[0]) is None:
            continue
        if (modules := found["modules"]) is not None:
            yield from _modules(modules)
            continue
        level, module = found["dots"].count("."), _BLANK.sub("", found["name"])
        for item in found["names"].split(","):
            words = _BLANK.sub(" ", item).split()
            if words:
                yield Import(level, module, words[0], words[-1])


def _modules(text: str) -> Iterator[Import]:
    for item in text.split(","):
        name, _, alias = _BLANK.sub(" ", item).strip().partition(" as ")
        if name := name.replace(" ", ""):
            yield Import(0, name, None, alias.strip() or name.partition(".")[0])


def targets(found: Import, home: str) -> Iterator[str]:
    """The absolute names it may import into a module of the package `home`: `from a import b`: `a`, `a.b`."""
    module = resolved(home, found.level, found.module)
    if module is None:
        return
    yield module
    if found.name not in (None, "*"):
        yield f"{module}.{found.name}"
