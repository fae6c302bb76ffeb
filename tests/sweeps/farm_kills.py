"""Kill the farm at random, and begin again, until it is done: does the index end with the same bytes?

    python tests/sweeps/farm_kills.py [--kills 20] [--seed 1] [--real misaka crcmod ...]

Kills are of the run or of one of its workers, SIGKILL, after a random time. The projects are quick ones,
made here, whose builds sleep a second, for both architectures: half of the kills while they are built, the
other half while all are built anew because their recipes changed. With `--real` sdists of the configured
index are compiled with zig by lbuild's own recipes, for x86_64, which wants longer times (`--after 20 120`).
Each index has a cache of its own.
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
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from factories.projects import HONEST, write_sdist  # noqa: E402  # found by then
from factories.recipes import quick_recipe, write_recipes  # noqa: E402
from servers.index_server import IndexServer  # noqa: E402

QUICK = tuple(f"quick{number}" for number in range(8))
RUNTIMES = ("python3.11", "python3.13")


@dataclass(frozen=True, kw_only=True)
class Farm:
    """Where runs are, and what they are asked to build."""

    folder: Path
    words: tuple[str, ...]
    tools: Path
    """The folder of the compiler, which no run changes."""
    seed: Path | None = None
    """What an index has at first; None: nothing."""

    def start(self, name: str) -> "subprocess.Popen[str]":
        """A run that fills the index `name`."""
        cache = self.folder / f"cache-{name}"
        if not cache.exists():
            cache.mkdir()
            (cache / "tools-v1").symlink_to(self.tools)
        command = [sys.executable, "-m", "builder", "index", "build", *self.words, "-q"]
        command += ["--index", str(self.folder / name), "--cache-dir", str(cache), "--jobs", "2"]
        for runtime in RUNTIMES:
            command += ["--runtime", runtime]
        environ = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.Popen(
            command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
        )


def quick(folder: Path, server: IndexServer) -> tuple[str, ...]:
    """The words that build the quick projects, which the server has."""
    for name in QUICK:
        path = write_sdist(folder, name, "1.0", f"time.sleep(1)\n{HONEST}")
        server.add(name, path.name, path.read_bytes())
    recipes = write_recipes(folder / "recipes", *QUICK, runtimes=RUNTIMES)
    return ("--recipes", str(recipes), "--only-recipes", "--index-url", server.index_url)


def workers(process: "subprocess.Popen[str]") -> list[int]:
    """Processes of the run that build."""
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
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    shown = (path for path in files if not path.relative_to(folder).parts[0].startswith(".lbuild"))
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in shown}


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def killed(farm: Farm, kills: int, options: argparse.Namespace) -> tuple[int, int]:
    """How many runs and how many workers were killed, before a run was left alone."""
    chance = random.Random(options.seed)
    runs = lost = 0
    process = farm.start("killed")
    while runs + lost < kills:
        try:
            process.wait(chance.uniform(*options.after))
        except subprocess.TimeoutExpired:
            pass
        else:
            # It was done before; what was found there is thrown away, so that there is work again.
            assert process.returncode == 0, process.communicate()[0]
            say(f"  done after {runs} kills of runs and {lost} of workers; begun again")
            shutil.rmtree(farm.folder / "killed")
            if farm.seed is not None:
                shutil.copytree(farm.seed, farm.folder / "killed")
            shutil.rmtree(farm.folder / "cache-killed" / "built-v1")
            process = farm.start("killed")
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
        say(f"  {runs + lost:>2}: killed the run; the index has {len(tree(farm.folder / 'killed'))} files")
        process = farm.start("killed")
    output, _ = process.communicate()
    assert process.returncode == 0, output
    return runs, lost


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--after", type=float, nargs=2, default=(1.0, 8.0), help="seconds, least and most")
    parser.add_argument("--tools", type=Path, help="a cache with the compiler, for --real")
    parser.add_argument("--real", nargs="+", default=[], metavar="PROJECT")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="farm-kills-") as name, IndexServer() as server:
        folder = Path(name)
        tools = options.tools.absolute() / "tools-v1" if options.tools else folder / "tools"
        tools.mkdir(parents=True, exist_ok=True)
        if options.real:
            farm = Farm(folder=folder, words=(*options.real, "--arch", "x86_64"), tools=tools)
            return 0 if same_bytes(farm, options.kills, options) else 1
        farm = Farm(folder=folder, words=quick(folder, server), tools=tools)
        if not same_bytes(farm, (options.kills + 1) // 2, options):
            return 1
        say("their recipes change")
        seed = shutil.copytree(folder / "calm", folder / "seed")
        for name in QUICK:
            text = quick_recipe(name, RUNTIMES, more='environment = {UNUSED = "1"}')
            (folder / "recipes" / f"{name}.toml").write_text(text, encoding="utf-8")
        again = replace(farm, words=(*farm.words, "--rebuild-changed"), seed=seed)
        return 0 if same_bytes(again, options.kills // 2, options) else 1


def same_bytes(farm: Farm, kills: int, options: argparse.Namespace) -> bool:
    """Whether an index whose runs are killed ends as one that is left alone."""
    began = time.monotonic()
    process = farm.start("calm")
    output, _ = process.communicate()
    assert process.returncode == 0, output
    calm = tree(farm.folder / "calm")
    say(f"undisturbed: {len(calm)} files in {time.monotonic() - began:.0f} s")
    runs, lost = killed(farm, kills, options)
    other = tree(farm.folder / "killed")
    same = other == calm
    say(f"{runs} runs and {lost} workers killed; the index is {'the same' if same else 'ANOTHER'}")
    for path in sorted(set(calm) | set(other)):
        if calm.get(path) != other.get(path):
            say(f"  differs: {path}")
    return same


if __name__ == "__main__":
    sys.exit(main())
