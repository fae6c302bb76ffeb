"""How small bundles get, and what that costs: lbuild's ways beside those of today, on the same locks.

    python -m benchmarks.sizes [--stack A ...] [--serverless NODE_MODULES] [--write docs/size-figures.md]

Each way makes the zip of a stack's lock once, with no cache, in processes whose CPU time and memory are
measured; the zip is unpacked and its modules are imported by the target's Python. MB are 1,048,576 bytes.
"""

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measure import Run, measure
from benchmarks.packers import NONE, SAFE, SIZE, Lbuild, Packer, Serverless, UvAndZip, program
from benchmarks.size_stacks import RUNTIME, STACKS, Stack
from benchmarks.tools import HERE
from builder.bytecode.interpreter import find_compiler
from manylinux.runtimes import find_runtime
from prebuilt_index.store import Store

SPEED_GOAL, MEMORY_GOAL = 35, 300
"""MB of unpacked bytes a second on one core, and MB."""
MEBI = 1024 * 1024
WARM = 5
"""Runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one way made of one stack."""

    stack: Stack
    name: str
    unzipped: int
    zipped: int
    files: int
    run: Run
    fault: str
    """What went wrong when it was imported; empty: nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What slimming one stack costs."""

    stack: Stack
    unpacked: int
    """Bytes of all its wheels' files."""
    cold: Run
    """All wheels verified, scanned and stripped, in a process that does nothing else."""
    build: Run
    """A whole build without a cache."""
    warm: Mapping[str, float]
    """Median wall seconds of the next build, by way."""


def figures(stack: Stack, home: Path, python: Path, modules: Path | None) -> tuple[list[Row], Cost]:
    """What every way makes of `stack`, and what slimming it costs."""
    lock = home / "pylock.toml"
    lbuild = program("lbuild")
    assert lbuild is not None
    measure([[lbuild, "lock", *stack.requirements, "--runtime", RUNTIME, "-o", str(lock)]], home)
    whole = Lbuild(NONE, home / "none", lock, ["--slim", "none"])
    safe = Lbuild(SAFE, home / "safe", lock, [])
    small = Lbuild(SIZE, home / "size", lock, ["--optimize", "size"])
    packers: list[Packer] = [whole, safe, small, UvAndZip("uv + zip", home / "uv", lock)]
    if modules is not None:
        packers.append(Serverless("osls, slim", home / "serverless", lock, modules, python))
    rows = [_made(stack, packer, python) for packer in packers]
    child = [sys.executable, "-m", "benchmarks.slim_cold", str(whole.cache), str(lock)]
    cost = Cost(
        stack=stack,
        unpacked=int(subprocess.run(child, cwd=HERE.parent, check=True, capture_output=True).stdout),
        cold=measure([child], HERE.parent),
        build=rows[1].run,
        warm={packer.name: _warm(packer) for packer in (whole, safe, small)},
    )
    return rows, cost


def _made(stack: Stack, packer: Packer, python: Path) -> Row:
    sys.stderr.write(f"{stack.name}: {packer.name}\n")
    run = measure(packer.steps(), packer.home)
    tree = packer.home / "unpacked"
    with zipfile.ZipFile(packer.output) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        archive.extractall(tree)
    row = Row(
        stack=stack,
        name=packer.name,
        unzipped=sum(entry.file_size for entry in entries),
        zipped=packer.output.stat().st_size,
        files=len(entries),
        run=run,
        fault=_fault(stack, tree, python),
    )
    shutil.rmtree(tree)
    return row


def _fault(stack: Stack, tree: Path, python: Path) -> str:
    """The last line that Python says when it imports what is at `tree`; empty when all goes well."""
    program = f"import sys; sys.path.insert(0, {str(tree)!r}); {stack.check}"
    done = subprocess.run(
        [python, "-I", "-B", "-S", "-c", program], capture_output=True, text=True, check=False
    )
    said = done.stderr.replace(f"{tree}/", "").strip().splitlines()
    return "" if done.returncode == 0 else said[-1] if said else f"exit {done.returncode}"


def _warm(packer: Packer) -> float:
    return statistics.median(measure(packer.steps(), packer.home).wall for _ in range(WARM))


def size_table(rows: Sequence[Row]) -> Iterator[str]:
    """A row for each way, with its ratio to a bundle with every file, and the goal behind it."""
    yield "| stack | way | files | unzipped MB | ratio | zipped MB | ratio | CPU s | peak MB | imports |"
    yield "| --- | --- | ---: | ---: | --- | ---: | --- | ---: | ---: | --- |"
    for row in rows:
        whole = next(each for each in rows if (each.stack, each.name) == (row.stack, NONE))
        goals = {SAFE: (row.stack.unzipped, row.stack.zipped), SIZE: (row.stack.unzipped, row.stack.smallest)}
        unzipped, zipped = goals.get(row.name, (None, None))
        cells = [
            row.stack.name,
            row.name,
            f"{row.files:,}",
            f"{row.unzipped / MEBI:.1f}",
            _ratio(row.unzipped / whole.unzipped, unzipped),
            f"{row.zipped / MEBI:.1f}",
            _ratio(row.zipped / whole.zipped, zipped),
            f"{row.run.cpu:.1f}",
            f"{row.run.memory / MEBI:.0f}",
            row.fault.replace("|", "/") or "yes",
        ]
        yield f"| {' | '.join(cells)} |"


def _ratio(found: float, goal: float | None) -> str:
    if goal is None:
        return f"{found:.3f}"
    return f"{found:.3f} (goal {goal:g}{'' if found <= goal else ', missed'})"


def cost_table(costs: Sequence[Cost]) -> Iterator[str]:
    """A row for each stack."""
    yield (
        "| stack | unpacked MB | CPU s | MB/s a core "
        f"(goal {SPEED_GOAL}) | peak MB of a cold build (goal {MEMORY_GOAL}) "
        "| warm s, none | warm s, safe | warm s, safe and size |"
    )
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for cost in costs:
        cells = [
            cost.stack.name,
            f"{cost.unpacked / MEBI:.1f}",
            f"{cost.cold.cpu:.2f}",
            f"{cost.unpacked / MEBI / cost.cold.cpu:.1f}",
            f"{max(cost.build.memory, cost.cold.memory) / MEBI:.0f}",
            *(f"{seconds:.3f}" for seconds in cost.warm.values()),
        ]
        yield f"| {' | '.join(cells)} |"


def page(rows: Sequence[Row], costs: Sequence[Cost], python: str, *, serverless: bool) -> Iterator[str]:
    """The whole page."""
    yield "# How small bundles get"
    yield ""
    yield "Made by `make bench-size`; not edited by hand. Every way makes the zip of the same lock once,"
    yield "with no cache, and the target's Python imports what is in it. Ratios are to lbuild's bundle with"
    yield "every file of every wheel; no bundle has bytecode. A MB is 1,048,576 bytes; peak memory is that of"
    yield "the largest process."
    yield ""
    where = f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors"
    yield f"- {datetime.now(tz=UTC).date()}, {where}, target {RUNTIME} on x86_64, imported by Python {python}"
    yield from (f"- {stack.name}: {' + '.join(stack.requirements)}" for stack in _stacks(rows))
    yield "- uv + zip: `uv pip install --target` of the same versions for the same platform, then `zip -r`"
    if serverless:
        yield "- osls, slim: `osls package` with serverless-python-requirements and `slim: true`, which runs"
        yield "  the machine's pip and `strip`, and deletes dist-info"
    else:
        yield "- serverless-python-requirements had no part in this run"
    yield ""
    yield from size_table(rows)
    yield ""
    yield "## What it costs"
    yield ""
    yield "CPU seconds to verify, scan and strip all wheels of the stack anew, the start of the process"
    yield f"included; wall seconds of a build when nothing changed, median of {WARM}."
    yield ""
    yield from cost_table(costs)


def _stacks(rows: Sequence[Row]) -> list[Stack]:
    return [stack for stack in STACKS if any(row.stack == stack for row in rows)]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stack", action="append", choices=[stack.name for stack in STACKS])
    parser.add_argument("--serverless", type=Path, help="node_modules with osls and the plugin")
    parser.add_argument("--write", type=Path, help="also write the page here")
    chosen = parser.parse_args()
    for needed in ("uv", "zip", "strip"):
        if program(needed) is None:
            sys.exit(f"a peer needs the program {needed}")
    with Store.temporary() as store:
        interpreter, note = find_compiler(find_runtime(RUNTIME), os.environ, store)
    if interpreter is None:
        sys.exit(note)
    rows: list[Row] = []
    costs: list[Cost] = []
    modules = None if chosen.serverless is None else chosen.serverless.resolve()
    for stack in STACKS:
        if chosen.stack is None or stack.name in chosen.stack:
            with tempfile.TemporaryDirectory(prefix="lbuild-bench-") as home:
                made, cost = figures(stack, Path(home), Path(interpreter.path), modules)
            rows += made
            costs.append(cost)
            text = "\n".join(page(rows, costs, interpreter.version, serverless=modules is not None)) + "\n"
            if chosen.write:  # a run takes long, and may be interrupted
                chosen.write.write_text(text, encoding="utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
