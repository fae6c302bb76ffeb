"""What compiling with zig costs beside gcc: seconds of the processor, both in one run, zig's cache warm.

    python tests/sweeps/native_time.py [--runtime python3.12] [--results FILE] [--write FILE] [PROJECT...]

They are the user's and system's seconds of a whole run and all that it starts (getrusage), so that other
work of the machine counts little. gcc's is `pip wheel` of the same sdist with a Python of the runtime's
version, in an environment that is new each time, as lbuild's is; both have run once before, so that what
they download is there. lbuild works in a copy of its cache without built wheels. `--write` puts the
times on the page of `native.py`.

Status 1: one of them takes more than 1.5 times gcc's seconds.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from sweeps.native import RESULTS, keep, kept
from sweeps.native_gcc import python_for
from sweeps.native_table import with_times

GOAL = 1.5
"""zig's seconds by gcc's."""
PROJECTS = ("markupsafe", "simplejson", "wrapt", "psutil", "msgpack", "multidict", "lz4", "regex")
TOOLS = (sys.executable, "-m", "builder")


def used(*command: str, **variables: str) -> float:
    """Seconds of user and system time of a command and all it started."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, **variables})
    if done.returncode:
        sys.stderr.write(done.stderr.decode(errors="replace"))
        raise SystemExit(f"failed: {' '.join(command)}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def forgetful(cache: Path, folder: Path) -> None:
    """A cache in `folder` that has all of `cache` but what was built."""
    for path in sorted(cache.rglob("*")):
        parts = path.relative_to(cache).parts
        if parts[0] in ("built-v1", "tmp", "locks", "logs"):
            continue
        if path.is_dir():
            (folder / path.relative_to(cache)).mkdir(parents=True, exist_ok=True)
        else:
            (folder / path.relative_to(cache)).parent.mkdir(parents=True, exist_ok=True)
            os.link(path, folder / path.relative_to(cache))


def measured(project: str, runtime: str, python: str, folder: Path, cache: Path) -> tuple[float, float]:
    """zig's and gcc's seconds."""
    options = ("--no-binary", project, "--build", "zig", "--runtime", runtime, "--slim", "none")
    output = str(folder / "bundle.zip")
    lbuild = (*TOOLS, project, *options, "-o", output)
    told = subprocess.run((*lbuild, "--json"), capture_output=True, check=True, text=True)
    listed = next(each for each in json.loads(told.stdout)["packages"] if each["name"] == project)
    digest = listed["hashes"]["sha256"]
    sdist = folder / listed["file"]
    shutil.copyfile(cache / "blobs-v1" / digest[:2] / digest[2:], sdist)
    fresh = folder / "cache"
    forgetful(cache, fresh)
    zig = used(*lbuild, LBUILD_CACHE_DIR=str(fresh))
    shutil.rmtree(fresh)
    wheel = (python, "-m", "pip", "wheel", "-q", "--no-deps", str(sdist), "-w", str(folder / "wheels"))
    used(*wheel)
    return zig, used(*wheel)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runtime", default="python3.12")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--write", type=Path)
    parser.add_argument("projects", nargs="*")
    options = parser.parse_args()
    cache = Path(subprocess.run((*TOOLS, "cache", "dir"), capture_output=True, text=True).stdout.strip())
    python = str(python_for(options.runtime))
    worst = 0.0
    for project in options.projects or PROJECTS:
        with tempfile.TemporaryDirectory(dir=cache.parent) as folder:
            zig, gcc = measured(project, options.runtime, python, Path(folder), cache)
        worst = max(worst, zig / gcc)
        row = {"what": "time", "label": project, "zig": round(zig, 2), "gcc": round(gcc, 2)}
        keep({**row, "runtime": options.runtime, "arch": os.uname().machine}, options.results)
    if options.write:
        told = with_times(options.write.read_text(encoding="utf-8"), list(kept(options.results).values()))
        options.write.write_text(told, encoding="utf-8")
    return 1 if worst > GOAL else 0


if __name__ == "__main__":
    sys.exit(main())
