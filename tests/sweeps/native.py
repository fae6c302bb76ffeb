"""Real sdists compiled with zig: tag, what they need, size, time, whether they import; beside gcc's.

    python tests/sweeps/native.py [--runtime NAME --arch NAME] [--results FILE] [--write FILE] [--again]
                                  [NAME...]

Sdists are those of `native.toml`, targets the three that stand for all unless one is chosen. Modules are
imported by `lbuild try`; those of arm64 under qemu, in a root that debootstrap makes (`native_arm.py`).
Results are kept, a line each: a sweep that was interrupted goes on; `--again` does all anew. The cache is
the sweep's own, and forgets what was built before each build, so that the time is that of a build.

Status 1: something did not build or import, or was built that must be refused.
"""

import argparse
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from factories.native_projects import of_every_kind
from manylinux.architecture import Architecture
from manylinux.backends.zig.target import triple
from manylinux.runtimes import find_runtime
from manylinux.target import Target
from sweeps.native_arm import NoArmError, arm_python
from sweeps.native_elf import needs_of_bundle
from sweeps.native_gcc import by_gcc
from sweeps.native_sdists import Row, Sdist, sdists
from sweeps.native_table import page

BUILD = Path("build")
CACHE = BUILD / "sweep-native-cache"
RESULTS = BUILD / "sweep-native.jsonl"
TARGETS = (("python3.12", "x86_64"), ("python3.11", "x86_64"), ("python3.13", "arm64"))
MACHINES = {"arm64": "aarch64"}
WARMING = ("markupsafe", "ujson")
"""Built first, for zig's own libraries: of C, of C++."""


def lbuild(*words: str, path: str = "") -> tuple["subprocess.CompletedProcess[str]", float]:
    """What a run said, and its seconds of the processor, with all that it started."""
    environ = {**os.environ, "LBUILD_CACHE_DIR": str(CACHE.absolute()), "PYTHONWARNINGS": "ignore"}
    environ["PATH"] = f"{path}:{environ['PATH']}" if path else environ["PATH"]
    command = (sys.executable, "-m", "builder", *words)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environ)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def forgotten() -> None:
    """What was built before."""
    for bucket in CACHE.glob("built-v*"):
        shutil.rmtree(bucket)


def built(sdist: Sdist, runtime: str, arch: str, output: Path) -> tuple[Row, Mapping[str, Any]]:
    """What became of one sdist, and the report of its build."""
    forgotten()
    options = ("--runtime", runtime, "--arch", arch, "--no-limit", "--slim", "none", "--json")
    done, seconds = lbuild(*sdist.words, "--build", "zig", *options, "-o", str(output))
    report = said(done)
    row: Row = {
        "what": "sdist",
        "label": sdist.label,
        "kind": sdist.kind,
        "runtime": runtime,
        "arch": arch,
        "built": done.returncode == 0,
        "seconds": round(seconds, 1),
    }
    if done.returncode:
        error = report["error"]
        return row | {"result": f"refused: {([*error['evidence'], error['summary']])[0]}"}, report
    package = next(each for each in report["packages"] if each["name"] == sdist.label)
    compiled = [each for each in report["compiled"] if each["package"].startswith(f"{sdist.label} ")]
    row |= {"version": package["version"], "backend": "pure", "tag": ""}
    if compiled:
        row |= {
            "backend": compiled[0]["backend"],
            "tag": "-".join(compiled[0]["wheel"].removesuffix(".whl").split("-")[2:]),
            "clock": compiled[0]["seconds"],
            "notes": compiled[0]["notes"],
        }
    return row | needs_of_bundle(output, sdist.label, package["version"]).as_row(), report


def imported(output: Path, runtime: str, arch: str) -> str:
    """`imports`, or why not; `audited` where nothing here can tell."""
    path = ""
    if platform.machine() != MACHINES.get(arch, arch):
        try:
            path = str(arm_python(runtime.removeprefix("python"), BUILD))
        except NoArmError as error:
            sys.stderr.write(f"not imported: {error}\n")
            return "audited"
    tried, _ = lbuild("try", str(output), "--imports", "--runtime", runtime, "--timeout", "120", path=path)
    last = (tried.stderr.strip() or tried.stdout.strip() or "?").splitlines()[-1]
    return "imports" if tried.returncode == 0 else f"does not import: {last}"


def swept(sdist: Sdist, runtime: str, arch: str) -> Row:
    """The row of one sdist on one target."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder, "bundle.zip")
        row, report = built(sdist, runtime, arch, output)
        if row["built"]:
            row["result"] = imported(output, runtime, arch)
        if sdist.gcc and platform.machine() == MACHINES.get(arch, arch) and row["built"]:
            row["gcc"] = by_gcc(_archive(sdist, report, Path(folder)), runtime, arch, Path(folder, "gcc"))
        return row


def _archive(sdist: Sdist, report: Mapping[str, Any], folder: Path) -> Path:
    """The sdist, under its own name."""
    if sdist.file:
        return sdist.corpus
    package = next(each for each in report["packages"] if each["name"] == sdist.label)
    digest = package["hashes"]["sha256"]
    return Path(shutil.copy(CACHE / "blobs-v1" / digest[:2] / digest[2:], folder / package["file"]))


def together(runtime: str, arch: str) -> Row:
    """A requirements file with an sdist of every kind: built as one bundle, inspected, imported."""
    forgotten()
    row: Row = {"what": "together", "label": "", "runtime": runtime, "arch": arch}
    with tempfile.TemporaryDirectory() as folder:
        requirements, output = Path(folder, "requirements.txt"), Path(folder, "bundle.zip")
        requirements.write_text(
            "".join(f"{line}\n" for line in of_every_kind(Path(folder))), encoding="utf-8"
        )
        target = ("--runtime", runtime, "--arch", arch, "--json")
        done, seconds = lbuild("-r", str(requirements), "--build", "zig", *target, "-o", str(output))
        report = said(done)
        if done.returncode:
            return row | {"result": f"refused: {report['error']['summary']}"}
        inspected, _ = lbuild("inspect", str(output), *target)
        if inspected.returncode:
            return row | {"result": f"`lbuild inspect` finds {said(inspected)['findings']}"}
        compiled = [f"{each['package']} ({each['backend']})" for each in report["compiled"]]
        listed = [f"{each['name']} {each['version']}" for each in report["packages"]]
        return row | {
            "packages": listed,
            "compiled": compiled,
            "seconds": round(seconds, 1),
            "result": imported(output, runtime, arch),
        }


def said(done: "subprocess.CompletedProcess[str]") -> Mapping[str, Any]:
    try:
        report: Mapping[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise SystemExit(f"lbuild said no JSON: {done.stderr[-2000:]}") from None
    return report


def warmed(runtime: str, arch: str) -> Row:
    """zig's own libraries are there for the target; the row tells what that took."""
    target = Target(runtime=find_runtime(runtime), architecture=Architecture.parse(arch))
    for shelf in CACHE.glob(f"tools-v*/zig-*-{triple(target)}-c*"):
        shutil.rmtree(shelf)
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        for each in sdists(WARMING):
            row, _ = built(each, runtime, arch, Path(folder, "bundle.zip"))
            again, _ = built(each, runtime, arch, Path(folder, "bundle.zip"))
            seconds.append(round(row["seconds"] - again["seconds"], 1))
    return {
        "what": "warming",
        "label": "",
        "runtime": runtime,
        "arch": arch,
        "c": seconds[0],
        "cpp": seconds[1],
    }


def key(row: Row) -> tuple[str, str, str, str]:
    return row["what"], row["label"], row.get("runtime", ""), row.get("arch", "")


def kept(results: Path) -> dict[tuple[str, str, str, str], Row]:
    """Rows of earlier sweeps; of those that are alike the last."""
    lines = results.read_text(encoding="utf-8").splitlines() if results.exists() else ()
    return {key(row): row for row in map(json.loads, lines)}


def keep(row: Row, results: Path) -> None:
    results.parent.mkdir(parents=True, exist_ok=True)
    with results.open("a", encoding="utf-8") as file:
        file.write(f"{json.dumps(row)}\n")
    sys.stderr.write(f"{json.dumps(row)}\n")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runtime")
    parser.add_argument("--arch", default="x86_64")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--again", action="store_true")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    targets = ((options.runtime, options.arch),) if options.runtime else TARGETS
    rows = {} if options.again else kept(options.results)
    chosen = sdists(options.names)
    faults = []
    for runtime, arch in targets:
        for what, find in {"warming": warmed, "together": together}.items():
            row = rows.get((what, "", runtime, arch))
            if not options.names and (row is None or row.get("result", "imports") != "imports"):
                row = find(runtime, arch)
                keep(row, options.results)
                if row.get("result", "imports") not in ("imports", "audited"):
                    faults.append(f"together on {runtime}/{arch}: {row['result']}")
        for sdist in (each for each in chosen if not each.runtimes or runtime in each.runtimes):
            row = rows.get(("sdist", sdist.label, runtime, arch))
            if row is None or sdist.fault(row):
                row = swept(sdist, runtime, arch)
                keep(row, options.results)
            if fault := sdist.fault(row):
                faults.append(f"{sdist.label} on {runtime}/{arch}: {fault}: {row['result']}")
    if options.write:
        everything = list(kept(options.results).values())
        options.write.write_text(page(everything, sdists()), encoding="utf-8")
    sys.stderr.write("".join(f"{fault}\n" for fault in faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
