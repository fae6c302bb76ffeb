"""Bundle many real projects as a stranger would, and see what the bundles are worth; status 1 on a surprise.

python tests/sweeps/bundles.py [--quick] [--stack PATTERN] [--runtime NAME] [--arch NAME] [--json FILE]

Every stack of `stacks.toml` is built by the `lbuild` command from the configured index, for each runtime and
architecture. All ELF files of a bundle must be of the right machine. On this machine's architecture, what was
asked for is imported by an interpreter of the target's version with nothing but the bundle on its path, and
importlib.metadata must know every pinned project. One build runs at a time.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

sys.path.insert(0, str(Path(__file__).parent))

from stacks import ARCHITECTURES, RUNTIMES, Known, Stack, read_stacks

LBUILD = (sys.executable, "-m", "builder")
PROBE = Path(__file__).with_name("probe.py")
MACHINES = {"x86_64": 62, "arm64": 183}
"""`e_machine` of ELF files: EM_X86_64, EM_AARCH64."""
BUILD_SECONDS = 600
IMPORT_SECONDS = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one stack on one target."""

    stack: str
    target: str
    faults: tuple[str, ...]
    """Empty: all is well."""
    reason: str = ""
    """Why the faults are known and no surprise."""
    packages: int = 0
    zipped: int = 0
    unzipped: int = 0
    seconds: float = 0.0
    stages: tuple[float, ...] = (0.0, 0.0, 0.0)
    """Seconds of resolve, fetch and link."""
    imported: int = 0
    talk: str = ""
    """What the command said to people."""

    @property
    def verdict(self) -> str:
        if self.faults:
            return "known" if self.reason else "FAILED"
        return "ok"


def sweep(stack: Stack, runtime: str, arch: str, cache_dir: Path, known: Sequence[Known]) -> Result:
    """Build one stack for one target, look at the bundle, and remove it."""
    target = f"{runtime}/{arch}"
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder, "bundle.zip")
        started = time.perf_counter()
        process = _run_lbuild(stack, ("--runtime", runtime, "--arch", arch, "-o", str(output)), cache_dir)
        seconds = time.perf_counter() - started
        report = json.loads(process.stdout) if process.stdout.startswith("{") else {}
        faults, imported = _faults(stack, runtime, arch, output, process, report)
    reasons = [row.reason for row in known if any(row.covers(stack.name, target, each) for each in faults)]
    stages = {stage["name"]: stage["seconds"] for stage in report.get("stages", ())}
    bundle = report.get("bundle") or {"zipped": 0, "unzipped": 0}
    return Result(
        stack=stack.name,
        target=target,
        faults=tuple(faults),
        reason="; ".join(reasons),
        packages=len(report.get("packages", ())),
        zipped=bundle["zipped"],
        unzipped=bundle["unzipped"],
        seconds=seconds,
        stages=tuple(stages.get(name, 0.0) for name in ("resolve", "fetch", "link")),
        imported=imported,
        talk=process.stderr,
    )


def _run_lbuild(stack: Stack, target: tuple[str, ...], cache_dir: Path) -> subprocess.CompletedProcess[str]:
    command = [*LBUILD, *stack.requirements, *stack.options, *target, "--json", "--cache-dir", str(cache_dir)]
    return _bounded(command, BUILD_SECONDS)


def _bounded(
    command: Sequence[str], seconds: float, text: str | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """What a command says; one that takes too long is asked to end, so that it ends what it started too."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, cwd=cwd) as process:
        try:
            out, err = process.communicate(text, timeout=seconds)
        except subprocess.TimeoutExpired:
            process.terminate()
            out, err = process.communicate()
            err += f"\nended after {seconds:g} s"
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def _faults(
    stack: Stack,
    runtime: str,
    arch: str,
    output: Path,
    process: subprocess.CompletedProcess[str],
    report: dict[str, Any],
) -> tuple[list[str], int]:
    """What is wrong with a build and its bundle, and how many modules were imported."""
    if process.returncode:
        last = process.stderr.strip().rpartition("\n")[2]
        error = report.get("error", {"code": "no report", "summary": last})
        return [f"exit {process.returncode}: {error['code']}: {error['summary']}"], 0
    faults = list(_wrong_machines(output, MACHINES[arch]))
    interpreter = find_interpreter(runtime) if arch == _own_architecture() else None
    if interpreter is None:
        return faults, 0
    root = stack.root.format(runtime=runtime)
    answer = _probe(
        interpreter, output, root, stack, {row["name"]: row["version"] for row in report["packages"]}
    )
    return [*faults, *answer["faults"]], len(answer["imported"])


def _wrong_machines(bundle: Path, machine: int) -> Iterator[str]:
    """ELF files of another machine, by their own headers."""
    with zipfile.ZipFile(bundle) as archive:
        for member in archive.infolist():
            with archive.open(member) as file:
                head = file.read(20)
            if head[:4] != b"\x7fELF":
                continue
            found = int.from_bytes(head[18:20], "little" if head[5] == 1 else "big")
            if found != machine:
                yield f"elf {member.filename}: e_machine is {found}, not {machine}"


def _probe(interpreter: str, bundle: Path, root: str, stack: Stack, pins: dict[str, str]) -> dict[str, Any]:
    folder = bundle.with_name("unpacked")
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(folder)
    requested = [name for name in stack.projects() if canonicalize_name(name) in pins]
    wish = {"requested": requested, "imports": stack.imports, "pins": pins}
    command = [interpreter, "-I", "-S", str(PROBE), str(folder / root)]
    process = _bounded(command, IMPORT_SECONDS, json.dumps(wish), bundle.parent)
    lines = process.stdout.splitlines()
    if process.returncode or not lines:
        return {"imported": [], "faults": [f"import: exit {process.returncode}: {process.stderr[-300:]}"]}
    return dict(json.loads(lines[-1]))


# -- interpreters ------------------------------------------------------------------------------------------


@cache
def find_interpreter(runtime: str) -> str | None:
    """An interpreter of a runtime's minor version on this machine: from PATH, else from pyenv."""
    return next((path for path in _candidates(runtime) if _runs(path, runtime)), None)


def _candidates(name: str) -> Iterator[str]:
    if (found := shutil.which(name)) is not None:
        yield found
    if (pyenv := shutil.which("pyenv")) is not None:
        root = subprocess.run([pyenv, "root"], capture_output=True, text=True, check=True).stdout.strip()
        version = name.removeprefix("python")
        yield from map(str, sorted(Path(root, "versions").glob(f"{version}.*/bin/{name}")))


def _runs(path: str, name: str) -> bool:
    """A pyenv shim exists for versions that are not switched on, and then only complains."""
    code = "import sys; print('python%d.%d' % sys.version_info[:2])"
    process = subprocess.run([path, "-I", "-c", code], capture_output=True, text=True, check=False)
    return process.stdout.strip() == name


def _own_architecture() -> str:
    return {"x86_64": "x86_64", "AMD64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}[platform.machine()]


# -- what is told ------------------------------------------------------------------------------------------


def line(result: Result) -> str:
    """One row of the table."""
    resolve, fetch, link = result.stages
    mib = 1024 * 1024
    return (
        f"{result.verdict:6}  {result.stack[:34]:34}  {result.target:17}  {result.packages:3}"
        f"  {resolve:7.2f}  {fetch:6.2f}  {link:6.2f}"
        f"  {result.zipped / mib:7.1f}  {result.unzipped / mib:7.1f}  {result.imported:3}"
    )


HEADING = (
    "result  stack                               target             pkg"
    "  resolve   fetch    link   zip MB  unz. MB  imp"
)


def tell(result: Result) -> None:
    """The row, and below it what is wrong."""
    print(line(result), flush=True)  # noqa: T201  # its purpose
    for fault in result.faults:
        print(f"        {fault}", flush=True)  # noqa: T201  # its purpose
    if result.reason:
        print(f"        known: {result.reason}", flush=True)  # noqa: T201  # its purpose


def main(arguments: Sequence[str] | None = None) -> int:
    choice = _parse(arguments)
    stacks, known = read_stacks()
    chosen = [
        stack
        for stack in stacks
        if (stack.quick or not choice.quick) and any(fnmatchcase(stack.name, each) for each in choice.stack)
    ]
    results = []
    print(HEADING)  # noqa: T201  # its purpose
    with _cache(choice.cache_dir) as cache_dir:
        for stack in chosen:
            for runtime in choice.runtime:
                for arch in choice.arch:
                    results.append(sweep(stack, runtime, arch, cache_dir, known))
                    tell(results[-1])
    if choice.json is not None:
        choice.json.write_text(json.dumps([asdict(each) for each in results], indent=1), encoding="utf-8")
    counts = {
        verdict: sum(each.verdict == verdict for each in results) for verdict in ("ok", "known", "FAILED")
    }
    print(", ".join(f"{count} {verdict}" for verdict, count in counts.items()))  # noqa: T201  # its purpose
    return 1 if counts["FAILED"] or not results else 0


@contextmanager
def _cache(chosen: Path | None) -> Iterator[Path]:
    """A cache that ends with the sweep, unless one was chosen."""
    if chosen is not None:
        yield chosen
        return
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        yield Path(folder)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="only the stacks marked so")
    parser.add_argument("--stack", nargs="+", default=["*"], metavar="PATTERN", help="names of stacks")
    parser.add_argument("--runtime", nargs="+", default=RUNTIMES, metavar="NAME")
    parser.add_argument("--arch", nargs="+", default=ARCHITECTURES, choices=ARCHITECTURES)
    parser.add_argument("--cache-dir", type=Path, help="keep what is downloaded here")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all results, with what was said")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
