"""lbuild beside what a user would do today: `uv pip install --target` for the same platform, then `zip -r`.

    python -m benchmarks [--runs N] [--stack NAME ...] [--json FILE]

Every figure is of whole processes, taken in turn in one run (peer, lbuild, peer, lbuild, ...): wall and CPU seconds,
peak resident memory of the largest process, size of the zip. Medians are printed, ratios are peer over lbuild.
Cold means no cache at all, of either; warm means a cache that holds everything; edited means warm with one of the
app's own files changed.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

HERE = Path(__file__).parent
STACKS = {"small": "requests + flask", "science": "numpy + scipy + pandas", "web": "100-package web stack"}
PYTHON = "3.13"
MEBI = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One measured command. `wall` and `cpu` in seconds, `memory` (peak resident) in bytes."""

    wall: float
    cpu: float
    memory: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Medians of one tool in one mode on one stack."""

    stack: str
    mode: str
    tool: str
    wall: float
    cpu: float
    memory: int
    zipped: int


def measure(steps: Sequence[Sequence[str]], cwd: Path) -> Run:
    """Run `steps` one after the other; raises CalledProcessError when one fails."""
    started = time.perf_counter()
    cpu, memory = 0.0, 0
    for step in steps:
        process = subprocess.Popen(step, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        assert process.stderr is not None
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.stderr.write(said.decode(errors="replace"))
            raise subprocess.CalledProcessError(process.returncode, step)
        cpu += usage.ru_utime + usage.ru_stime
        memory = max(memory, usage.ru_maxrss * 1024)
    return Run(wall=time.perf_counter() - started, cpu=cpu, memory=memory)


class Tool:
    """A way to make the zip, with its own cache and output below `home`."""

    name = ""

    def __init__(self, home: Path, stack: str) -> None:
        self.home = home / self.name
        self.home.mkdir()
        self.requirements = HERE / "stacks" / f"{stack}.txt"
        self.app = self.home / "app"
        shutil.copytree(HERE / "app", self.app)
        self.output = self.home / "bundle.zip"
        self.cache = self.home / "cache"

    def forget(self) -> None:
        shutil.rmtree(self.cache, ignore_errors=True)

    def edit(self) -> None:
        (self.app / "app.py").write_text(f"STAMP = {time.time_ns()}\n")

    def clear(self) -> None:
        """Remove what the last run made."""
        self.output.unlink(missing_ok=True)

    def steps(self) -> list[list[str]]:
        raise NotImplementedError


class UvAndZip(Tool):
    """uv into a folder, the app copied beside, everything zipped."""

    name = "uv + zip"

    def clear(self) -> None:
        super().clear()
        shutil.rmtree(self.home / "packages", ignore_errors=True)

    def steps(self) -> list[list[str]]:
        packages = str(self.home / "packages")
        uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-config", "--target", packages]
        uv += ["--python-version", PYTHON, "--python-platform", "x86_64-manylinux_2_34", "--only-binary", ":all:"]
        uv += ["--no-installer-metadata", "--no-compile-bytecode", "--cache-dir", str(self.cache)]
        uv += ["-r", str(self.requirements)]
        copy = ["cp", "-r", f"{self.app}/.", packages]
        return [uv, copy, ["sh", "-c", f"cd '{packages}' && zip -qr '{self.output}' ."]]


class Lbuild(Tool):
    """The tool this repository is about."""

    name = "lbuild"

    def steps(self) -> list[list[str]]:
        command = [str(Path(sys.executable).parent / "lbuild"), str(self.requirements), "-o", str(self.output)]
        command += ["--runtime", f"python{PYTHON}", "--source", str(self.app), "--cache-dir", str(self.cache)]
        return [command]


MODES: dict[str, Callable[[Tool], None]] = {
    "cold": Tool.forget,
    "warm": lambda tool: None,
    "edited": Tool.edit,
}


def bench(stack: str, runs: int, home: Path) -> list[Row]:
    """Rows of both tools in all modes; the tools take turns."""
    tools = [UvAndZip(home, stack), Lbuild(home, stack)]
    rows = []
    for mode, prepare in MODES.items():
        results: dict[str, list[Run]] = {tool.name: [] for tool in tools}
        for _ in range(runs):
            for tool in tools:
                prepare(tool)
                tool.clear()
                results[tool.name].append(measure(tool.steps(), home))
        rows += [_row(stack, mode, tool, results[tool.name]) for tool in tools]
    return [*rows, _copy_row(stack, tools[-1], runs)]


def _row(stack: str, mode: str, tool: Tool, results: Sequence[Run]) -> Row:
    return Row(
        stack=stack,
        mode=mode,
        tool=tool.name,
        wall=statistics.median(run.wall for run in results),
        cpu=statistics.median(run.cpu for run in results),
        memory=max(run.memory for run in results),
        zipped=tool.output.stat().st_size,
    )


def _copy_row(stack: str, tool: Tool, runs: int) -> Row:
    """The floor: `cp` of the finished zip."""
    copy = tool.home / "copy.zip"
    results = []
    for _ in range(max(runs, 5)):
        copy.unlink(missing_ok=True)
        results.append(measure([["cp", str(tool.output), str(copy)]], tool.home))
    return replace_tool(_row(stack, "floor", tool, results), "cp")


def replace_tool(row: Row, name: str) -> Row:
    """The same figures under another tool's name."""
    return Row(**{**asdict(row), "tool": name})


def table(rows: Sequence[Row]) -> None:
    """Print the rows, and after each pair the ratios."""
    print(f"{'stack':8} {'mode':7} {'tool':9} {'wall s':>8} {'cpu s':>8} {'peak MB':>8} {'zip MB':>8}  ratio")
    for row in rows:
        ratio = ""
        if row.tool == Lbuild.name:
            peer = next(each for each in rows if (each.stack, each.mode) == (row.stack, row.mode))
            ratio = f"{peer.wall / row.wall:.1f}x faster, {peer.cpu / row.cpu:.1f}x less CPU"
        figures = f"{row.wall:8.3f} {row.cpu:8.3f} {row.memory / MEBI:8.1f} {row.zipped / MEBI:8.1f}"
        print(f"{row.stack:8} {row.mode:7} {row.tool:9} {figures}  {ratio}")


def help_time(runs: int) -> float:
    """Median wall seconds of `lbuild --help`."""
    command = [str(Path(sys.executable).parent / "lbuild"), "--help"]
    return statistics.median(measure([command], HERE).wall for _ in range(max(runs, 7)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--stack", action="append", choices=list(STACKS))
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    if shutil.which("zip") is None:
        sys.exit("the peer needs the zip program: apt-get install zip")
    rows = []
    for stack in chosen.stack or list(STACKS):
        with tempfile.TemporaryDirectory(prefix="lbuild-bench-") as home:
            rows += bench(stack, chosen.runs, Path(home))
    table(rows)
    print(f"lbuild --help: {help_time(chosen.runs) * 1000:.0f} ms")
    if chosen.json:
        chosen.json.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")


if __name__ == "__main__":
    main()
