"""The table of wheels that recipes made, as Markdown: from what the farm said, or as a page has it already.

A row is what stands on the page, cell by cell, so that rows of other projects stay as they were when some
are made anew.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

TABLE, INSTALLS = "table", "installs"
"""What stands between comments of these names is replaced."""
TOOLS = ("lbuild", "pip", "uv")
HEAD = (
    *("project", "target", "wheel's tag", "size", "backend", "seconds", "smoke test"),
    *("installed by", "why none is offered"),
)
INSTALLED = HEAD.index("installed by")
Row = tuple[str, ...]
"""Cells in the order of HEAD."""


def row_of(wheel: Mapping[str, Any], installed: Sequence[str] | None) -> Row:
    """A row for one of the farm's; `installed`: by which tools, None where it was not tried."""
    by = "" if installed is None else ", ".join(installed) or "none"
    name = f"{wheel['project']} {wheel['version']}"
    return tuple(map(_cell, (name, wheel["target"], *_result(wheel), by, wheel["why"])))


def _result(wheel: Mapping[str, Any]) -> Row:
    if wheel["state"] == "failed":
        return ("", "", "", "", f"failed: {wheel['error']['summary']}")
    if wheel["state"] == "offered":
        return ("", "", "", "", "offered already")
    tag = "-".join(wheel["wheel"].removesuffix(".whl").split("-")[-3:])
    smoke = wheel["smoke"] or {"ran": False, "how": "there before"}
    tried = f"passed ({smoke['how']})" if smoke["ran"] else f"not run: {smoke['how']}"
    size = f"{wheel['size'] / 1024:.0f} KB" if wheel["size"] is not None else ""
    seconds = f"{wheel['seconds']:.1f}" if wheel["seconds"] is not None else ""
    return (tag, size, wheel["backend"] or "", seconds, tried)


def _cell(text: str) -> str:
    return text.replace("|", " ").replace("\n", " ").strip()


def project(row: Row) -> str:
    """Of a row, as an index spells it."""
    return re.sub(r"[-_.]+", "-", row[0].partition(" ")[0]).lower()


def rows_on(page: str) -> list[Row]:
    """The rows that a page has. Raises ValueError where its table has other columns."""
    lines = [line for line in _block(page, TABLE).splitlines() if line.startswith("|")]
    found = [tuple(cell.strip() for cell in line[1:].rstrip().removesuffix("|").split("|")) for line in lines]
    if found and found[0] != HEAD:
        raise ValueError(f"the page's table has the columns {', '.join(found[0])}")
    return found[2:]


def merged(before: Iterable[Row], new: Sequence[Row], projects: Iterable[str]) -> list[Row]:
    """The rows of a page with those of `projects` replaced; the order is of projects and targets."""
    gone = {project((name,)) for name in projects} | {project(row) for row in new}
    kept = [row for row in before if project(row) not in gone]
    return sorted((*kept, *new), key=lambda row: (project(row), row[0], row[1]))


def with_rows(page: str, rows: Sequence[Row]) -> str:
    """The page with these rows, and with what they say of installs."""
    return _written(_written(page, TABLE, table(rows)), INSTALLS, installs(rows))


def table(rows: Iterable[Row]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (HEAD, ("---",) * len(HEAD), *rows))


def installs(rows: Iterable[Row]) -> str:
    """How many wheels each tool installed of those that were tried."""
    tried = [row[INSTALLED].split(", ") for row in rows if row[INSTALLED]]
    counts = [f"{tool} installs {sum(tool in each for each in tried)} of {len(tried)}" for tool in TOOLS]
    return f"From the index, served on loopback: {', '.join(counts)} wheels for x86_64."


def _block(page: str, name: str) -> str:
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    return page.partition(begin)[2].partition(end)[0]


def _written(page: str, name: str, content: str) -> str:
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, _, rest = page.partition(begin)
    return f"{before}{begin}\n{content}\n{end}{rest.partition(end)[2]}"
