"""Hold the ELF audit against the dynamic loader, on the newest usable wheels of many projects.

python tests/sweeps/loading.py [--project PATTERN...] [--runtime NAME...] [--arch NAME...] [--minutes N]
                               [--again] [--results FILE] [--write FILE]

Each project is built by `lbuild` into a folder, audited, and every compiled file of it is loaded where only
the runtime's libraries exist (`oracle/`; this machine's architecture only). Status 1 where the audit and the
loader disagree. Results are kept, a line each: a sweep that was interrupted goes on; `--again` does those
that disagree anew, `--write` makes the table.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from fnmatch import fnmatchcase
from itertools import product
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from builder.errors import NoInterpreterError
from builder.trial.interpreter import find_interpreter
from manylinux.architecture import Architecture
from manylinux.audit.audit import CODES
from manylinux.audit.finding import Finding, Severity
from manylinux.elf.read import read_compiled
from manylinux.policy.policy import policy_of
from manylinux.runtimes import find_runtime
from manylinux.target import Target
from sweeps.loading_table import table
from sweeps.oracle.loading import check
from sweeps.oracle.root import NoOracleError, Root, make_root
from sweeps.oracle.trying import Tried, try_folder
from sweeps.oracle.verdicts import Verdict
from sweeps.stacks import ANY_SIZE, ARCHITECTURES, read_alone

LBUILD = (sys.executable, "-m", "builder")
OPTIONS = (
    *ANY_SIZE["options"],
    "--slim=none",
    "--bytecode=none",
    "--build=never",
    "--json",
    *(f"--allow={code}" for code in sorted(CODES)),
)
"""What every build is told beside its target: the newest wheels are bundled, whatever is found in them."""
RUNTIMES = ("python3.11", "python3.13")
BUILD_SECONDS = 900
RESULTS = Path("build/sweep-loading.jsonl")
DISAGREE = ("false_alarms", "misses")


def sweep(project: str, target: Target, root: Root | None, options: Sequence[str]) -> dict[str, Any]:
    """The row of one project on one target; the folder that was built is gone."""
    row: dict[str, Any] = {
        "project": project,
        "runtime": target.runtime.id,
        "arch": target.architecture.value,
        "reason": "",
    }
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "bundle")
        place = ("--runtime", row["runtime"], "--arch", row["arch"], "-o", f"{folder}/")
        started = time.perf_counter()
        try:
            process = subprocess.run(
                [*LBUILD, project, *place, *OPTIONS, *options],
                capture_output=True, text=True, check=False, timeout=BUILD_SECONDS,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return {**row, "reason": f"not built in {BUILD_SECONDS} s"}
        if process.returncode:
            return {**row, "reason": _reason(process)}
        row["packages"] = {each["name"]: each["version"] for each in json.loads(process.stdout)["packages"]}
        row["build_seconds"] = round(time.perf_counter() - started, 1)
        tried = try_folder(folder, policy_of(target), read_compiled, Path(scratch, "file"), root)
        return {**row, **_as_row(tried), "seconds": round(time.perf_counter() - started, 1)}


def _reason(process: "subprocess.CompletedProcess[str]") -> str:
    if process.stdout.startswith("{"):
        error = json.loads(process.stdout).get("error", {})
        return f"{error.get('code')}: {error.get('summary')}"
    return f"exit {process.returncode}: {process.stderr.strip()[-300:]}"


def _as_row(tried: Tried) -> dict[str, Any]:
    verdicts = Counter(each.verdict for each in tried.judged)
    by_path = {each.path: each for each in tried.judged}
    return {
        "files": len(tried.part.binaries),
        "bytes": tried.part.unzipped,
        "errors": [
            {**_finding(each), "said": by_path[each.path].said if each.path in by_path else None}
            for each in tried.findings
            if each.severity is Severity.ERROR
        ],
        "verdicts": {verdict.name: count for verdict, count in verdicts.items()},
        "tried": len(tried.judged),
        "false_alarms": _of(tried, Verdict.FALSE_ALARM),
        "misses": _of(tried, Verdict.MISS),
        "soft": _of(tried, Verdict.SOFT),
        "follows": _of(tried, Verdict.FOLLOWS),
        "unjudged": _of(tried, Verdict.UNJUDGED),
    }


def _of(tried: Tried, verdict: Verdict) -> list[dict[str, Any]]:
    return [
        {"path": each.path, "codes": each.codes, "said": each.said}
        for each in tried.judged
        if each.verdict is verdict
    ]


def _finding(finding: Finding) -> dict[str, Any]:
    return {"code": finding.code, "path": finding.path, "evidence": finding.evidence, "hint": finding.hint}


# -- the sweep ----------------------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    choice = _parse(arguments)
    rows = _kept(choice.results)
    until = time.monotonic() + choice.minutes * 60
    roots: dict[str, tuple[Root | None, str]] = {}
    with ExitStack() as stack:
        for project, target in product(_projects(choice), _targets(choice)):
            if time.monotonic() > until or not _is_due(rows.get(_key(project, target)), choice.again):
                continue
            name = policy_of(target).name
            if name not in roots:
                roots[name] = _root(target, stack)
            root, why = roots[name]
            row = {**sweep(project, target, root, choice.option), "no_oracle": why}
            rows[_key(project, target)] = row
            _keep(choice.results, rows)
            _tell(row)
    if choice.write is not None:
        choice.write.write_text(table(list(rows.values()), read_alone()), encoding="utf-8")
    disagree = sum(any(row.get(each) for each in DISAGREE) for row in rows.values())
    print(f"{len(rows)} bundles, {disagree} on which audit and loader disagree")  # noqa: T201  # its purpose
    return 1 if disagree or not rows else 0


def _root(target: Target, stack: ExitStack) -> tuple[Root | None, str]:
    """The runtime's file system, or None and why there is none."""
    policy = policy_of(target)
    try:
        if target.architecture.machine != platform.machine():
            raise NoOracleError(f"this machine is {platform.machine()}")
        interpreter = find_interpreter(target.runtime.python, os.environ)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        root = make_root(folder / "root", policy, interpreter)
        check(root, folder)
    except (NoOracleError, NoInterpreterError) as error:
        print(f"{policy.name}: no load test: {error}", flush=True)  # noqa: T201  # its purpose
        return None, str(error)
    return root, ""


def _targets(choice: argparse.Namespace) -> Iterator[Target]:
    for arch in choice.arch:
        for runtime in choice.runtime:
            yield Target(runtime=find_runtime(runtime), architecture=Architecture(arch))


def _projects(choice: argparse.Namespace) -> list[str]:
    return [each for each in read_alone() if any(fnmatchcase(each, pattern) for pattern in choice.project)]


def _key(project: str, target: Target) -> str:
    return f"{project} {target.runtime.id} {target.architecture.value}"


def _is_due(row: Mapping[str, Any] | None, again: bool) -> bool:
    return row is None or (again and any(row.get(each) for each in DISAGREE))


def _kept(path: Path) -> dict[str, dict[str, Any]]:
    if not path.exists():
        return {}
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {f"{row['project']} {row['runtime']} {row['arch']}": row for row in rows}


def _keep(path: Path, rows: Mapping[str, Mapping[str, Any]]) -> None:
    """All rows, written beside their place and renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text("".join(f"{json.dumps(row)}\n" for row in rows.values()), encoding="utf-8")
    fresh.replace(path)


def _tell(row: Mapping[str, Any]) -> None:
    told = row["reason"] or ", ".join(
        [f"{row['files']} files", f"{len(row['errors'])} errors"]
        + [f"{len(row[each])} {each}" for each in ("false_alarms", "misses", "soft", "follows", "unjudged")]
        + [f"{row['seconds']} s"]
    )
    print(f"{row['project']:28} {row['runtime']}/{row['arch']}  {told}", flush=True)  # noqa: T201  # its purpose
    for each in (*row.get("false_alarms", ()), *row.get("misses", ())):
        print(f"    {each['path']} {each['codes']} {each['said']}", flush=True)  # noqa: T201  # its purpose


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--project", nargs="+", default=["*"], metavar="PATTERN")
    parser.add_argument("--runtime", nargs="+", default=RUNTIMES, metavar="NAME")
    parser.add_argument("--arch", nargs="+", default=ARCHITECTURES, choices=ARCHITECTURES)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin no build after so many")
    parser.add_argument("--again", action="store_true", help="those that disagree once more")
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="FILE")
    parser.add_argument("--write", type=Path, metavar="FILE", help="where the table goes")
    parser.add_argument("--option", action="append", default=[], help="one more for every build")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
