"""What compiling with zig costs beside gcc: seconds of the processor, both in one run, zig's cache warm.

    python tests/sweeps/native_time.py [--runtime python3.12] [PROJECT...]

gcc's is `pip wheel` of the same sdist with a Python of the runtime's version, in an environment that is new
each time, as lbuild's is. lbuild works in a copy of its cache without built wheels.
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

from builder.interpreter.finding import search

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
    gcc = used(python, "-m", "pip", "wheel", "-q", "--no-deps", str(sdist), "-w", str(folder / "wheels"))
    return zig, gcc


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runtime", default="python3.12")
    parser.add_argument("projects", nargs="*")
    options = parser.parse_args()
    cache = Path(subprocess.run((*TOOLS, "cache", "dir"), capture_output=True, text=True).stdout.strip())
    found = search(options.runtime.removeprefix("python"), os.environ, lambda interpreter: "").found
    if found is None:
        raise SystemExit(f"there is no Python for {options.runtime} here")
    print("| sdist | zig | gcc | zig / gcc |\n| --- | --- | --- | --- |")  # noqa: T201
    for project in options.projects or PROJECTS:
        with tempfile.TemporaryDirectory(dir=cache.parent) as folder:
            zig, gcc = measured(project, options.runtime, str(found.path), Path(folder), cache)
        print(f"| {project} | {zig:.1f} s | {gcc:.1f} s | {zig / gcc:.2f} |", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
