"""Kill the farm at random, and begin again, until it is done: does the index end with the same bytes?

    python tests/sweeps/farm_kills.py [--kills 20] [--seed 1] [--projects misaka crcmod ...]

Real sdists, compiled with zig by lbuild's own recipes, from the configured index. Kills are of the run or
of one of its workers, SIGKILL, after a random time. The two indexes have caches of their own, which begin
with the compiler alone.
"""

import argparse
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECTS = ("crcmod", "misaka", "pycosat", "webrtcvad")
RUNTIMES = ("python3.11", "python3.13")


def started(folder: Path, name: str, projects: list[str], tools: Path) -> "subprocess.Popen[str]":
    """A run that fills the index `name`; the compiler, which no run changes, is in the folder `tools`."""
    cache = folder / f"cache-{name}"
    if not cache.exists():
        cache.mkdir()
        (cache / "tools-v1").symlink_to(tools)
    command = [sys.executable, "-m", "builder", "index", "build", *projects, "--index", str(folder / name)]
    command += ["--jobs", "2", "--arch", "x86_64", "--cache-dir", str(cache), "-q"]
    for runtime in RUNTIMES:
        command += ["--runtime", runtime]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
    )


def workers(process: "subprocess.Popen[str]") -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
            line = (path.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if parent == process.pid and b"spawn_main" in line:
            found.append(int(path.parent.name))
    return found


def tree(folder: Path) -> dict[str, str]:
    """Path to digest of all that an index offers."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and ".lbuild" not in path.parts)
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def killed(folder: Path, options: argparse.Namespace, tools: Path) -> tuple[int, int]:
    """How many runs and how many workers were killed before it was left alone."""
    chance = random.Random(options.seed)
    runs = lost = 0
    process = started(folder, "killed", options.projects, tools)
    while runs + lost < options.kills:
        try:
            process.wait(chance.uniform(*options.after))
        except subprocess.TimeoutExpired:
            pass
        else:
            # It was done before; what was found there is thrown away, so that there is work again.
            assert process.returncode == 0, process.communicate()[0]
            say(f"  done after {runs} kills of runs and {lost} of workers; begun again")
            shutil.rmtree(folder / "killed")
            shutil.rmtree(folder / "cache-killed" / "built-v1")
            process = started(folder, "killed", options.projects, tools)
            continue
        there = workers(process)
        if there and chance.random() < 0.5:
            os.kill(chance.choice(there), signal.SIGKILL)
            lost += 1
            say(f"  {runs + lost:>2}: killed a worker")
            continue
        process.kill()
        process.communicate()
        runs += 1
        say(f"  {runs + lost:>2}: killed the run; the index has {len(tree(folder / 'killed'))} files")
        process = started(folder, "killed", options.projects, tools)
    output, _ = process.communicate()
    assert process.returncode == 0, output
    return runs, lost


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--after", type=float, nargs=2, default=(2.0, 25.0), help="seconds, at least and at most"
    )
    parser.add_argument("--tools", type=Path, help="a cache with the compiler; else one is made")
    parser.add_argument("--projects", nargs="+", default=list(PROJECTS))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="farm-kills-") as name:
        folder = Path(name)
        tools = options.tools.absolute() / "tools-v1" if options.tools else folder / "tools"
        tools.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        process = started(folder, "calm", options.projects, tools)
        output, _ = process.communicate()
        assert process.returncode == 0, output
        calm = tree(folder / "calm")
        say(f"undisturbed: {len(calm)} files in {time.monotonic() - began:.0f} s")
        runs, lost = killed(folder, options, tools)
        other = tree(folder / "killed")
        same = other == calm
        say(f"{runs} runs and {lost} workers killed; the index is {'the same' if same else 'ANOTHER'}")
        for path in sorted(set(calm) | set(other)):
            if calm.get(path) != other.get(path):
                say(f"  differs: {path}")
        return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
