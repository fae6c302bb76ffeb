"""lbuild beside what a user would do today: `uv pip install --target` for the same platform, then `zip -r`.

    python -m benchmarks [--runs N] [--stack NAME ...] [--write docs/benchmarks.md]

Every figure is of whole processes, taken in turn in one run (peer, lbuild, peer, lbuild, ...): the median of
wall and CPU seconds, the largest peak resident memory of a process, and the size of the zip. Ratios are peer
over lbuild.
"""

import argparse
import os
import platform
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measure import Run, measure
from benchmarks.tools import HERE, PYTHON, Lbuild, Tool, UvAndZip

STACKS = {"small": "requests + flask", "science": "numpy + scipy + pandas", "web": "100-package web stack"}
MEBI = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """One thing a user does."""

    about: str
    prepare: Callable[[Tool], None]
    steps: Callable[[Tool], list[list[str]]]


def _nothing(tool: Tool) -> None:
    """The tool goes on from where it was."""


def _bundle(tool: Tool) -> list[list[str]]:
    return tool.bundle()


def _resolve(tool: Tool) -> list[list[str]]:
    return tool.resolve()


MODES = {
    "resolve cold": Mode(about="choose versions, no cache", prepare=Tool.forget, steps=_resolve),
    "resolve warm": Mode(about="choose versions again", prepare=_nothing, steps=_resolve),
    "cold": Mode(about="no cache of either", prepare=Tool.forget, steps=_bundle),
    "warm": Mode(about="nothing changed", prepare=_nothing, steps=_bundle),
    "edited": Mode(about="one file of the app changed", prepare=Tool.edit, steps=_bundle),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Medians of one tool in one mode on one stack."""

    stack: str
    mode: str
    tool: str
    wall: float
    cpu: float
    memory: int
    zipped: int = 0


def bench(stack: str, runs: int, home: Path) -> list[Row]:
    """Rows of both tools in all modes, the tools taking turns; at the end the floor, `cp` of the zip."""
    tools = [UvAndZip(home, stack), Lbuild(home, stack)]
    rows = []
    for name, mode in MODES.items():
        results: dict[str, list[Run]] = {tool.name: [] for tool in tools}
        for _ in range(runs):
            for tool in tools:
                mode.prepare(tool)
                tool.clear()
                results[tool.name].append(measure(mode.steps(tool), home))
        for tool in tools:
            size = tool.output.stat().st_size if tool.output.exists() else 0
            rows.append(replace(_row(stack, name, tool.name, results[tool.name]), zipped=size))
    return [*rows, _floor(stack, tools[-1].output, runs)]


def _floor(stack: str, output: Path, runs: int) -> Row:
    copy = output.with_name("copy.zip")
    results = []
    for _ in range(max(runs, 5)):
        copy.unlink(missing_ok=True)
        results.append(measure([["cp", str(output), str(copy)]], output.parent))
    return replace(_row(stack, "floor", "cp", results), zipped=output.stat().st_size)


def _row(stack: str, mode: str, tool: str, results: Sequence[Run]) -> Row:
    return Row(
        stack=stack,
        mode=mode,
        tool=tool,
        wall=statistics.median(run.wall for run in results),
        cpu=statistics.median(run.cpu for run in results),
        memory=max(run.memory for run in results),
    )


def table(rows: Sequence[Row]) -> Iterator[str]:
    """The rows as a Markdown table, with the ratio to the peer behind lbuild's."""
    yield "| stack | mode | tool | wall s | CPU s | peak MB | zip MB | lbuild is |"
    yield "| --- | --- | --- | ---: | ---: | ---: | ---: | --- |"
    for row in rows:
        zipped = f"{row.zipped / MEBI:.1f}" if row.zipped else ""
        figures = f"{row.wall:.3f} | {row.cpu:.3f} | {row.memory / MEBI:.0f} | {zipped}"
        yield f"| {row.stack} | {row.mode} | {row.tool} | {figures} | {_ratio(row, rows)} |"


def _ratio(row: Row, rows: Sequence[Row]) -> str:
    if row.tool != Lbuild.name:
        return ""
    peer = next(each for each in rows if (each.stack, each.mode) == (row.stack, row.mode))
    told = f"{peer.wall / row.wall:.1f} times faster"
    if row.mode == "warm":
        floor = next(each for each in rows if (each.stack, each.tool) == (row.stack, "cp"))
        told += f"; `cp` + {(row.wall - floor.wall) * 1000:.0f} ms"
    return told


def report(rows: Sequence[Row], runs: int) -> Iterator[str]:
    """The whole page."""
    yield "# Benchmarks"
    yield ""
    yield "Made by `make bench`; not edited by hand. lbuild beside `uv pip install --target` for the same"
    yield "platform and `zip -r`, in turn in one run: medians of whole processes, peak memory of the largest."
    yield "Both put every file of every wheel into the zip (`--slim none`)."
    yield ""
    where = f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors"
    yield f"- {datetime.now(tz=UTC).date()}, {where}, {runs} runs each"
    yield f"- Python {platform.python_version()}, target python{PYTHON} on x86_64, the same index for both"
    yield from (f"- {name}: {about}" for name, about in STACKS.items())
    yield from (f"- {name}: {mode.about}" for name, mode in MODES.items())
    yield f"- `lbuild --help`: {help_time(runs) * 1000:.0f} ms"
    yield ""
    yield from table(rows)


def help_time(runs: int) -> float:
    """Median wall seconds of `lbuild --help`."""
    command = [str(Path(sys.executable).with_name("lbuild")), "--help"]
    return statistics.median(measure([command], HERE).wall for _ in range(max(runs, 9)))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--stack", action="append", choices=list(STACKS))
    parser.add_argument("--write", type=Path, help="also write the page here")
    chosen = parser.parse_args()
    for program in ("zip", "cp"):
        if shutil.which(program) is None:
            sys.exit(f"the peer needs the program {program}")
    rows = []
    for stack in chosen.stack or list(STACKS):
        with tempfile.TemporaryDirectory(prefix="lbuild-bench-") as home:
            rows += bench(stack, chosen.runs, Path(home))
    page = "\n".join(report(rows, chosen.runs)) + "\n"
    sys.stdout.write(page)
    if chosen.write:
        chosen.write.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
