"""Globs over paths in site-packages: the same files on every host, in time that no glob can make long.

| in a glob      | stands for                                                     |
| -------------- | -------------------------------------------------------------- |
| `**`           | any folders, or none; at the end whatever lies below           |
| `*`            | any characters of one name, or none                            |
| `?`            | one character of a name                                        |
| `/` at the end | `/**`                                                          |
| anything else  | itself, case counting                                          |

A star, of names or of folders, takes the least after which what stands behind it matches, and never gives
that back: what comes later can only gain by an earlier start, so nothing is missed and nothing tried twice.
"""

import re
from functools import cache

ANY = "**"


class GlobFault(ValueError):  # noqa: N818 - whoever knows where the glob stands makes an error of it
    """Why a text is no glob, in words that follow it."""

    def __init__(self, reason: str, hint: str | None = None) -> None:
        super().__init__(reason)
        self.hint = hint


@cache
def pattern_of(glob: str) -> re.Pattern[str]:
    """What matches the whole of those paths that `glob` means. Raises GlobFault."""
    runs: list[list[str]] = [[]]
    for part in _parts(glob):
        if part == ANY:
            runs.append([])
        else:
            runs[-1].append(_part(part))
    if len(runs) == 1:
        return re.compile("/".join(runs[0]), re.DOTALL)
    first, *middle, last = runs
    text = "".join(f"{part}/" for part in first)
    for run in filter(None, middle):
        text += "(?>(?:[^/]+/)*?" + "".join(f"{part}/" for part in run) + ")"
    text += "(?:[^/]+/)*" + "/".join(last) if last else ".+"
    return re.compile(text, re.DOTALL)


def _parts(glob: str) -> list[str]:
    if not glob or not glob.isprintable():
        raise GlobFault("is empty" if not glob else "has characters that cannot be shown")
    if "\\" in glob:
        raise GlobFault("has a backslash; folders are parted by `/` on every system")
    parts = glob.split("/")
    if len(parts) > 1 and not parts[-1]:
        parts[-1] = ANY
    if not all(parts):
        raise GlobFault("begins with `/`, or has `//`; paths begin in site-packages")
    for part in parts:
        if part in (".", ".."):
            raise GlobFault(f"has a part `{part}`; paths begin in site-packages")
        if ANY in part and part != ANY:
            raise GlobFault(
                f"has `**` within `{part}`; it stands for whole folders, `*` for what is within one"
            )
    return parts


def _part(part: str) -> str:
    """The pattern of one name."""
    first, *others = (
        "".join("[^/]" if each == "?" else re.escape(each) for each in piece) for piece in part.split("*")
    )
    if not others:
        return first
    *middle, last = others
    return first + "".join(f"(?>[^/]*?{piece})" for piece in middle if piece) + "[^/]*" + last
