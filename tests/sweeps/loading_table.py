"""The sweep's results as a page of Markdown, from its rows alone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

Row = Mapping[str, Any]
_ORDER = ("x86_64", "arm64")
_FILES = 3
"""Of files that are alike, this many are named."""
_HEAD = """# The audit held against the loader

`make sweep` builds projects that ship compiled code, each by itself with the newest versions that lbuild
picks for the target, audits the folder, and has the dynamic loader load every compiled file where only the
runtime's listed libraries exist. This page is written by it (`python tests/sweeps/loading.py --write
docs/sweep.md`) from its results.

The load test: a file system in which /lib64 holds the sonames of `manylinux/policy/systems.toml` and
nothing else, the bundle is /var/task, and a Python of the runtime's minor version loads each file with
`RTLD_NOW` in a process of its own. glibc and the compiler's libraries are this machine's, with every symbol
version that the runtime lacks renamed; every other library is an empty one of its name. What fails by
itself is tried again after the import of its module or package. It needs x86-64 Linux; on arm64 there is
the audit alone.

- *False alarm*: an error of the audit on a file that loads, or that fails for another reason.
- *Miss*: a file that does not load, and about which the audit is silent.
- *True*: files with an error that do not load, for that reason. *Softer*: the audit says why they do not
  load, but as a warning or note, because nothing that is imported fails. *Follows*: they need a file that
  has an error.
- *Not judged*: the load test cannot tell. The rules, which name no project: a symbol of one of the empty
  libraries; a version that the runtime has and this machine has not; alignment and processor levels that
  this machine judges otherwise; a process that ended in the file's own code, after the loader had taken it.
"""


def table(rows: Sequence[Row], listed: Sequence[str]) -> str:
    """The page; `listed` are all projects of the sweep, whether they were run or not."""
    targets = sorted({_target(row) for row in rows}, key=lambda each: (_ORDER.index(each[1]), each[0]))
    groups = {target: [row for row in rows if _target(row) == target] for target in targets}
    return "\n".join(
        [
            _HEAD,
            *_overview(groups, len(listed)),
            *_left(groups, listed),
            *_section("Disagreements", _disagreements(rows), "None."),
            *_section("Errors, each with what the loader says", _errors(rows), "None."),
            *_section("Softer than an error, and the loader refuses it", _softer(rows), "None."),
            *_section("Not judged", _unjudged(rows), "None."),
            *_section("No usable wheel", _refused(rows), "None."),
        ]
    )


def _target(row: Row) -> tuple[str, str]:
    return row["runtime"], row["arch"]


def _overview(groups: Mapping[tuple[str, str], list[Row]], listed: int) -> Iterator[str]:
    yield (
        "| target | projects run | bundles | compiled files | MB | errors | true | softer | follows"
        " | not judged | false alarms | misses |"
    )
    yield "| --- |" + " ---: |" * 11
    for (runtime, arch), rows in groups.items():
        built = [row for row in rows if not row["reason"]]
        tried = any(row["tried"] for row in built)
        cells = [
            f"{len(rows)} of {listed}",
            len(built),
            f"{sum(row['files'] for row in built):,}",
            f"{sum(row['bytes'] for row in built) / 1e6:,.0f}",
            sum(len(row["errors"]) for row in built),
            *(_verdicts(built, name) if tried else "-" for name in ("TRUE", "SOFT", "FOLLOWS", "UNJUDGED")),
            *(_count(built, name) if tried else "-" for name in ("false_alarms", "misses")),
        ]
        yield f"| {runtime}/{arch} | " + " | ".join(map(str, cells)) + " |"
    yield ""


def _verdicts(rows: Iterable[Row], name: str) -> int:
    return sum(row["verdicts"].get(name, 0) for row in rows)


def _count(rows: Iterable[Row], name: str) -> int:
    return sum(len(row[name]) for row in rows)


def _left(groups: Mapping[tuple[str, str], list[Row]], listed: Sequence[str]) -> Iterator[str]:
    yield "Left out: torch and tensorflow-cpu (size), dlib (the time until its sdist is refused)."
    for (runtime, arch), rows in groups.items():
        left = [name for name in listed if name not in {row["project"] for row in rows}]
        if left:
            yield f"Not run for {runtime}/{arch} ({len(left)}): {', '.join(left)}."
    yield ""


def _section(title: str, lines: Iterable[str], nothing: str) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    yield from list(lines) or [nothing]
    yield ""


def _disagreements(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        for name in ("false_alarms", "misses"):
            for each in row.get(name, ()):
                what = "false alarm" if name == "false_alarms" else "miss"
                named = " ".join((f"`{each['path']}`", *each["codes"]))
                yield f"- {what}, {_bundle(row)}: {named}: {each['said'] or 'it loads'}"


def _errors(rows: Iterable[Row]) -> Iterator[str]:
    found: dict[tuple[str, str, str], dict[str, list[str]]] = {}
    for row in rows:
        for each in row.get("errors", ()):
            evidence = "; ".join(line for line in each["evidence"] if not line.startswith("looked in"))
            cause = (each["code"], evidence, each["hint"] or "")
            files = found.setdefault(cause, {})
            files.setdefault(each["path"], []).append(_bundle(row))
            if each["said"]:
                files.setdefault("said", []).append(each["said"])
    for (code, evidence, hint), files in found.items():
        said = files.pop("said", [])
        bundles = _once(files.values())
        yield f"- `{code}`, {_listed(files)} of {', '.join(bundles)}: {evidence}."
        if hint:
            yield f"  {hint}."
        yield f"  Loader: {_short(said[0])}" if said else "  No load test."


def _softer(rows: Iterable[Row]) -> Iterator[str]:
    yield from _grouped(rows, "soft")


def _unjudged(rows: Iterable[Row]) -> Iterator[str]:
    yield from _grouped(rows, "unjudged")


def _grouped(rows: Iterable[Row], name: str) -> Iterator[str]:
    found: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        for each in row.get(name, ()):
            said = _short(each["said"]).replace(each["path"], "…")
            found.setdefault(said, {}).setdefault(each["path"], []).append(_bundle(row))
    for said, files in found.items():
        bundles = _once(files.values())
        yield f"- {_listed(files)} of {', '.join(bundles)}: {said}"


def _refused(rows: Iterable[Row]) -> Iterator[str]:
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row["reason"]:
            found.setdefault((row["project"], row["reason"]), []).append(f"{row['runtime']}/{row['arch']}")
    for (project, reason), targets in found.items():
        yield f"- {project} ({', '.join(targets)}): {reason}"


def _bundle(row: Row) -> str:
    return f"{row['project']} ({row['runtime']}/{row['arch']})"


def _once(bundles: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(chain.from_iterable(bundles)))


def _listed(files: Iterable[str]) -> str:
    paths = sorted(files)
    told = ", ".join(f"`{path}`" for path in paths[:_FILES])
    return told if len(paths) <= _FILES else f"{told} and {len(paths) - _FILES} more"


def _short(said: str) -> str:
    return said.replace("/var/task/", "")
