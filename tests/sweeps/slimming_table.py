"""The slimming sweep's results as a page of Markdown, from its rows alone."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

Row = dict[str, Any]
SLIM = ("safe", "small")
HARM: tuple[Callable[[Row], Any], ...] = (
    lambda row: any(row[profile]["lost"] for profile in SLIM if profile in row),
    lambda row: any(row[profile]["metadata_bytes"] for profile in SLIM if profile in row),
)
"""What makes a project one that lost something."""
_COLUMNS = (
    *("project", "distributions", "none, MB", "safe, MB", "small, MB", "serverless, MB"),
    *("modules", "lost: safe", "small", "serverless"),
    *("entry points", "lost: safe", "small", "serverless", "tests gone"),
)
_HEAD = """# What slimming loses

Made by `make sweep-slim` (`python tests/sweeps/slimming.py --write docs/sweep-slim.md`); do not edit.

Each project is bundled with all it depends on, by `lbuild --bytecode none`, with `--slim none`, `safe` and
`small`. An interpreter of the runtime's minor version is asked the same of each bundle, in processes with
time limits, in the same order; it sees nothing but its standard library and the folder. What has another
answer is asked once more, in a process of its own.

- *Modules*: every module of the folder, by its file, that can be imported from the bundle with everything in
  it; folders that are namespaces too; a distribution in several bundles counts in each. *Lost*: it cannot be
  imported from the slim bundle, or is a package where it was a namespace, or the reverse.
- *Entry points*: those of all distributions, of any group, that load.
- *Tests gone*: modules that rule `test-modules` leaves out, and folders with nothing else. They are not
  counted as lost.
- *serverless*: the same folder by the rules of serverless-python-requirements 6.1 with `slim: true`: GNU
  strip on `*.so`, without `**/*.py[c|o]`, `**/__pycache__*` and `**/*.dist-info*`. Its losses are counted in
  one run.
- What importlib.metadata says (name, version, requirements, all other metadata, entry points, files, and that
  each of these exists), every file below dist-info but RECORD, packages_distributions, and the files that
  importlib.resources lists in each outermost package must be the same but for files that a rule left out; a
  difference counts as lost.
"""


def page(rows: Sequence[Row], listed: Sequence[str]) -> str:
    """The page; `listed` are all projects of the sweep, whether they were run or not."""
    built = [row for row in rows if not row["reason"]]
    return "\n".join(
        [
            _HEAD,
            *_run(rows, built, listed),
            *_table(built),
            *_section("Lost", _differences(built, "lost")),
            *_section("Files below dist-info that differ", _metadata(built)),
            *_section("Neither before nor after, but with other words", _differences(built, "otherwise")),
            *_section("Names that packages_distributions lost with all their files", _explained(built)),
            *_section("Not built", (f"- {row['project']}: {row['reason']}" for row in rows if row["reason"])),
        ]
    )


def _run(rows: Sequence[Row], built: Sequence[Row], listed: Sequence[str]) -> Iterator[str]:
    known = {row["project"] for row in rows}
    pythons = ", ".join(sorted({f"{row['runtime']} by Python {row['python']}" for row in built}))
    distributions = {each for row in built for each in row["packages"].items()}
    asked = (
        f"{_sum(built, 'resources'):,} outermost packages listed, {_sum(built, 'namespaces'):,} namespaces"
    )
    bundled = f"{len(built)} projects of {len(listed)} ({pythons}; x86_64)"
    yield f"{bundled}, with {len(distributions)} distributions; {asked}."
    left = [name for name in listed if name not in known]
    if left:
        yield f"Not run ({len(left)}): {', '.join(left)}."
    yield ""


def _table(rows: Sequence[Row]) -> Iterator[str]:
    yield f"| {' | '.join(_COLUMNS)} |"
    yield f"| --- |{' ---: |' * (len(_COLUMNS) - 1)}"
    yield _line("**all**", rows)
    for row in rows:
        yield _line(row["project"], [row])
    yield ""


def _line(title: str, rows: Sequence[Row]) -> str:
    sizes = {name: sum(row["bytes"][name] for row in rows) for name in ("none", *SLIM, "serverless")}
    cells = [title, f"{_sum(rows, 'distributions'):,}", f"{sizes['none'] / 1e6:,.1f}"]
    cells += [
        f"{sizes[name] / 1e6:,.1f} ({100 * sizes[name] / max(sizes['none'], 1):.0f} %)"
        for name in (*SLIM, "serverless")
    ]
    for counted, kind in (("importable", "import"), ("entry_points", "entry")):
        lost = [sum(each[0] == kind for row in rows for each in row[profile]["lost"]) for profile in SLIM]
        theirs = sum(row["serverless"][kind] for row in rows)
        cells += [f"{_sum(rows, counted):,}", *map(str, lost), f"{theirs:,}"]
    cells += [f"{_sum(rows, 'tests'):,}"]
    return f"| {' | '.join(cells)} |"


def _sum(rows: Iterable[Row], name: str) -> int:
    return sum(row[name] for row in rows)


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    yield from list(dict.fromkeys(lines)) or ["None."]
    yield ""


def _differences(rows: Iterable[Row], what: str) -> Iterator[str]:
    for row in rows:
        for profile in SLIM:
            for kind, subject, told in row[profile][what]:
                yield f"- {row['project']}, {profile}: {kind} `{subject}`: {' '.join(told.split())}"


def _metadata(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        for profile in SLIM:
            yield from (f"- {row['project']}, {profile}: `{path}`" for path in row[profile]["metadata_bytes"])


def _explained(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        yield from (f"- {row['project']}: {each}" for each in row["safe"]["explained"])
