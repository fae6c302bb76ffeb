"""Rows of `lbuild index gaps`, drawn at random, held against what pip would install; status 1 if one differs.

    python tests/sweeps/gaps.py [--rows 20] [--seed 1]

pip is told to take wheels only, for the runtime's Python and every platform up to its glibc. It must find the
version that lbuild tells; for a gap, the older one that has a wheel, or none. Half of the rows are gaps.
"""

import argparse
import json
import os
import random
import subprocess
import sys
from typing import Any

from packaging.version import Version

from manylinux.architecture import Architecture
from manylinux.runtimes import find_runtime

LEGACY = ("manylinux2014", "manylinux2010", "manylinux1", "linux")


def told() -> list[tuple[str, dict[str, Any]]]:
    """Projects, each with what lbuild tells of one target."""
    command = (sys.executable, "-m", "builder", "index", "gaps", "--no-sdists", "--only-recipes", "--json")
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return [
        (each["project"], target)
        for each in json.loads(done.stdout)["projects"]
        for target in each["targets"]
        if target["version"] is not None
    ]


def drawn(rows: list[tuple[str, dict[str, Any]]], count: int, seed: int) -> list[tuple[str, dict[str, Any]]]:
    chance = random.Random(seed)
    gaps = [row for row in rows if row[1]["gap"]]
    others = [row for row in rows if not row[1]["gap"]]
    return [
        *chance.sample(gaps, min(count // 2, len(gaps))),
        *chance.sample(others, min(count - count // 2, len(others))),
    ]


def picked(project: str, target: str) -> str | None:
    """The version that pip would install; None where it finds no wheel."""
    name, _, architecture = target.partition("/")
    runtime, machine = find_runtime(name), Architecture.parse(architecture).machine
    major, minor = runtime.os.glibc
    tags = [*(f"manylinux_{major}_{each}" for each in range(minor, 4, -1)), *LEGACY]
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--dry-run",
        "--ignore-installed",
        "--no-deps",
        "--quiet",
    ]
    command += ["--only-binary", ":all:", "--target", "nowhere", "--implementation", "cp"]
    command += ["--python-version", runtime.python, "--report", "-"]
    command += [word for tag in tags for word in ("--platform", f"{tag}_{machine}")]
    # Beside the index pip's configuration may name others, which lbuild does not ask, and constraints of all.
    environ = {key: value for key, value in os.environ.items() if key != "PIP_FIND_LINKS"}
    environ |= {"PIP_EXTRA_INDEX_URL": "", "PIP_CONSTRAINT": os.devnull}
    done = subprocess.run([*command, project], capture_output=True, text=True, check=False, env=environ)
    if done.returncode == 0:
        version: str = json.loads(done.stdout)["install"][0]["metadata"]["version"]
        return version
    if "No matching distribution" not in done.stderr:
        raise SystemExit(f"pip cannot say of {project}: {done.stderr.strip()[-300:]}")
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    unlike = 0
    for project, row in drawn(told(), options.rows, options.seed):
        expected = row["version"] if row["kind"] == "usable" else row["older"]
        found = picked(project, row["target"])
        same = (found and Version(found)) == (expected and Version(expected))
        unlike += not same
        told_of = f"{row['kind']} {row['version']}, wheel of {expected}"
        sys.stdout.write(
            f"{'same' if same else 'UNLIKE'}: {project} {row['target']}: {told_of}; pip {found}\n"
        )
        sys.stdout.flush()
    sys.stdout.write(f"{unlike} of {options.rows} unlike\n")
    return 1 if unlike else 0


if __name__ == "__main__":
    sys.exit(main())
