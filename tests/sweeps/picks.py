"""Compare what lbuild picks for the stacks of `stacks.toml` with what uv picks; status 1 if anything differs.

python tests/sweeps/picks.py [--stack PATTERN] [--runtime NAME] [--arch NAME]

Both are told to take wheels only. uv knows no glibc 2.26: for those runtimes a pick that equals uv's for 2.17
or for 2.28 counts as equal.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from stacks import ARCHITECTURES, RUNTIMES, Stack, read_stacks

from manylinux.runtimes import find_runtime

Picks = Mapping[str, str]
GLIBC_OF_UV = {(2, 26): ("2_17", "2_28"), (2, 34): ("2_34",)}
MACHINE_OF_UV = {"x86_64": "x86_64", "arm64": "aarch64"}
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)", re.MULTILINE)


def picks_of_lbuild(stack: Stack, runtime: str, arch: str, cache_dir: Path) -> Picks | str:
    """Project to version; else the error."""
    target = ("--runtime", runtime, "--arch", arch, "--dry-run", "--only-binary", ":all:")
    command = [sys.executable, "-m", "builder", *stack.requirements, *stack.options, *target]
    command += ["--json", "--cache-dir", str(cache_dir)]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    report: dict[str, Any] = {"error": {"code": process.stderr[-300:]}}
    if process.stdout:
        report = json.loads(process.stdout)
    if "error" in report:
        return f"{report['error']['code']}: {report['error'].get('summary')}"
    return {row["name"]: row["version"] for row in report["packages"]}


def picks_of_uv(stack: Stack, runtime: str, arch: str, glibc: str) -> Picks | str:
    """Project to version; else the error."""
    command = [str(Path(sys.executable).with_name("uv")), "pip", "compile", "-", "--quiet", "--no-config"]
    command += ["--python-version", find_runtime(runtime).python_release, "--only-binary", ":all:"]
    command += ["--python-platform", f"{MACHINE_OF_UV[arch]}-manylinux_{glibc}"]
    command += ["--no-header", "--no-annotate"]
    text = "\n".join(stack.requirements)
    process = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if process.returncode:
        return " ".join(process.stderr.split())
    return dict(PIN.findall(process.stdout))


def differences(mine: Picks | str, theirs: Sequence[Picks | str]) -> Iterator[str]:
    """What is picked otherwise than by any of `theirs`."""
    failed = [each for each in theirs if isinstance(each, str)]
    if isinstance(mine, str) or failed:
        if not (isinstance(mine, str) and len(failed) == len(theirs)):
            said = mine if isinstance(mine, str) else "picks"
            yield f"lbuild: {said}; uv: {(failed or ['picks'])[0][:700]}"
        return
    peers = [each for each in theirs if not isinstance(each, str)]
    for name in sorted({name for each in (mine, *peers) for name in each}):
        others = {each.get(name) for each in peers}
        if mine.get(name) not in others:
            yield f"{name}: {mine.get(name)}, uv {' or '.join(map(str, others))}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--stack", nargs="+", default=["*"], metavar="PATTERN")
    parser.add_argument("--runtime", nargs="+", default=RUNTIMES, metavar="NAME")
    parser.add_argument("--arch", nargs="+", default=ARCHITECTURES, choices=ARCHITECTURES)
    parser.add_argument("--cache-dir", type=Path)
    choice = parser.parse_args(arguments)
    compared = unlike = 0
    with tempfile.TemporaryDirectory() as folder:
        for stack in read_stacks()[0]:
            if not any(fnmatchcase(stack.name, each) for each in choice.stack):
                continue
            for runtime in choice.runtime:
                for arch in choice.arch:
                    mine = picks_of_lbuild(stack, runtime, arch, choice.cache_dir or Path(folder))
                    versions = GLIBC_OF_UV[find_runtime(runtime).os.glibc]
                    theirs = [picks_of_uv(stack, runtime, arch, glibc) for glibc in versions]
                    found = list(differences(mine, theirs))
                    compared += 1
                    unlike += bool(found)
                    for line in found:
                        print(f"{stack.name}  {runtime}/{arch}  {line}", flush=True)  # noqa: T201  # its purpose
    print(f"{compared} compared, {unlike} differ")  # noqa: T201  # its purpose
    return 1 if unlike else 0


if __name__ == "__main__":
    sys.exit(main())
