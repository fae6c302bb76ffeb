"""Hold what slimming leaves out against the bundle with everything in it, on many projects.

python tests/sweeps/slimming.py [--project PATTERN...] [--minutes N] [--again] [--results FILE] [--write FILE]

Each project of `slimming.toml` is built by `lbuild` three times, with `--slim` none, safe and small, and an
interpreter of the runtime's minor version is asked the same questions of each (`answer_each.py`): does every
module import, does every entry point load, what do importlib.metadata and importlib.resources say. Beside
them the rules of serverless-python-requirements' `slim`, on the first bundle. Status 1 where lbuild loses
anything. Results are kept, a line each: a sweep that was interrupted goes on; `--again` does those that lost
something anew, `--write` makes the page.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from builder.trial.interpreter import find_interpreter
from manylinux.audit.audit import CODES
from manylinux.runtimes import find_runtime
from sweeps.asking import Answer, Asker, Question, differing, files_of, modules_of
from sweeps.serverless import slim_as_serverless
from sweeps.slimming_answers import compared, explained_packages
from sweeps.slimming_table import HARM, page
from sweeps.stacks import ANY_SIZE

LBUILD = (sys.executable, "-m", "builder")
OPTIONS = (*ANY_SIZE["options"], "--bytecode=none", "--json", *(f"--allow={code}" for code in sorted(CODES)))
"""What every build is told beside its target: the newest wheels are bundled, whatever is found in them."""
RUNTIME = "python3.13"
PROFILES = ("none", "safe", "small")
BUILD_SECONDS = 900
RESULTS = Path("build/sweep-slim.jsonl")
PROJECTS = Path(__file__).with_name("slimming.toml")
SPREAD = re.compile(r"[^/]+\.data/(?:data|purelib|platlib)/")
"""What an installer leaves out of a wheel's path."""
METADATA, PACKAGES = Question("metadata", ""), Question("packages", "")


class BuildFailedError(Exception):
    """With what lbuild said."""


class Bundle(NamedTuple):
    """One that was built."""

    folder: Path
    packages: Mapping[str, str]
    dropped: Mapping[str, str]
    """Path of each file that was left out, to its rule."""
    sha256: str


def sweep(project: str, asker: Asker, scratch: Path) -> dict[str, Any]:
    """The row of one project."""
    row: dict[str, Any] = {"project": project, "runtime": RUNTIME, "reason": ""}
    started = time.perf_counter()
    try:
        bundles = {profile: _built(project, profile, scratch) for profile in PROFILES}
    except BuildFailedError as error:
        return {**row, "reason": str(error)}
    row["packages"] = bundles["none"].packages
    row["build_seconds"] = round(time.perf_counter() - started, 1)
    row |= judge(bundles, asker)
    return {**row, "seconds": round(time.perf_counter() - started, 1)}


def _built(project: str, profile: str, scratch: Path) -> Bundle:
    folder = scratch / profile
    place = ("--runtime", RUNTIME, "--arch", "x86_64", "--slim", profile, "-o", f"{folder}/")
    try:
        process = subprocess.run(
            [*LBUILD, project, *place, *OPTIONS],
            capture_output=True, text=True, check=False, timeout=BUILD_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise BuildFailedError(f"not built in {BUILD_SECONDS} s") from None
    if process.returncode:
        error = json.loads(process.stdout).get("error", {}) if process.stdout.startswith("{") else {}
        raise BuildFailedError(f"{error.get('code')}: {error.get('summary') or process.stderr[-300:]}")
    told = json.loads(process.stdout)
    return Bundle(
        folder=folder,
        packages={each["name"]: each["version"] for each in told["packages"]},
        dropped={
            SPREAD.sub("", each["path"], count=1): each["rule"]
            for each in told["dropped"]
            if each["rule"] != "strip"
        },
        sha256=told["bundle"]["sha256"],
    )


def judge(bundles: Mapping[str, Bundle], asker: Asker) -> dict[str, Any]:
    """What the row says of bundles of all profiles; serverless's rules then change the first one."""
    whole = bundles["none"]
    files = {profile: files_of(bundle.folder) for profile, bundle in bundles.items()}
    modules = modules_of(files["none"])
    tests = _test_modules(modules, bundles.values())
    imports = [Question("import", name) for name in modules if name not in tests]
    points = _entries(asker.ask(whole.folder, [METADATA])[METADATA].said)
    questions = [METADATA, PACKAGES, *imports, *points, *_tops(modules)]
    before = asker.ask(whole.folder, questions)
    safe = _judged(asker, whole, bundles["safe"], before)
    same = bundles["small"].sha256 == bundles["safe"].sha256
    small = safe if same else _judged(asker, whole, bundles["small"], before)
    slim_as_serverless(whole.folder)
    theirs = asker.ask(
        whole.folder, [question for question in questions if question.kind in ("import", "entry")]
    )
    sizes = {profile: sum(each.values()) for profile, each in files.items()}
    return {
        "bytes": {**sizes, "serverless": sum(files_of(whole.folder).values())},
        "files": {profile: len(each) for profile, each in files.items()},
        "importable": _ok(before, "import"),
        "not_importable": len(imports) - _ok(before, "import"),
        "namespaces": sum(answer.said == "namespace" for answer in before.values() if answer.ok),
        "entry_points": _ok(before, "entry"),
        "resources": _ok(before, "resources"),
        "distributions": len(before[METADATA].said),
        "tests": len(tests),
        "safe": safe,
        "small": small,
        "small_is_safe": same,
        "serverless": {kind: _gone(before, theirs, kind) for kind in ("import", "entry")},
    }


def _test_modules(modules: Mapping[str, str], bundles: Iterable[Bundle]) -> set[str]:
    """Modules that go by the rule for tests, and folders in which nothing else is."""
    gone = {path for each in bundles for path, rule in each.dropped.items() if rule == "test-modules"}
    found = {name for name, path in modules.items() if path in gone}
    staying = [name for name, path in modules.items() if path and path not in gone]
    holding = {name[:end] for name in staying for end in range(len(name)) if name[end] == "."}
    return found | {name for name, path in modules.items() if not path and name not in holding}


def _entries(said: Mapping[str, Any]) -> list[Question]:
    values = {point[2] for each in said.values() for point in each["entry_points"]}
    return [Question("entry", value) for value in sorted(values)]


def _tops(modules: Mapping[str, str]) -> list[Question]:
    """Of each outermost package with a folder: a module may call itself a package and has none."""
    folders = {name for name, path in modules.items() if not path or path.endswith("/__init__.py")}
    return [Question("resources", name) for name in sorted(folders) if "." not in name]


def _ok(answers: Mapping[Question, Answer], kind: str) -> int:
    return sum(answer.ok for question, answer in answers.items() if question.kind == kind)


def _judged(asker: Asker, whole: Bundle, slim: Bundle, before: Mapping[Question, Answer]) -> dict[str, Any]:
    """What is lost, what is different otherwise, and what is different because of what went by a rule."""
    after = asker.ask(slim.folder, list(before))
    gone = frozenset(slim.dropped)
    lost: list[list[str]] = []
    otherwise: list[list[str]] = []
    explained: list[str] = []
    for question in differing(before, after):
        first, second = before[question], after[question]
        if question.kind in ("import", "entry"):
            # Once more, alone: one that follows another may differ from run to run.
            first = asker.ask(whole.folder, [question])[question]
            second = asker.ask(slim.folder, [question])[question]
            faults = [] if first == second else [f"{_short(first)}, then {_short(second)}"]
        elif not (first.ok and second.ok):
            faults = [f"{_short(first)}, then {_short(second)}"]
        else:
            faults = compared(question, first.said, second.said, gone)
            if question == PACKAGES:
                explained = explained_packages(first.said, second.said, gone)
        (lost if first.ok else otherwise).extend([*question, fault] for fault in faults)
    return {
        "lost": lost,
        "otherwise": otherwise,
        "explained": explained,
        "rules": _rules(slim),
        "metadata_bytes": _metadata_bytes(whole.folder, slim.folder),
    }


def _short(answer: Answer) -> str:
    return f"{answer.said or 'loads'}"[:300]


def _rules(bundle: Bundle) -> dict[str, int]:
    rules = sorted(bundle.dropped.values())
    return {rule: rules.count(rule) for rule in dict.fromkeys(rules)}


def _metadata_bytes(whole: Path, slim: Path) -> list[str]:
    """Files below dist-info that are not as they were; RECORD must not be."""
    paths = [path.relative_to(whole) for path in sorted(whole.glob("*.dist-info/**/*")) if path.is_file()]
    kept = [path for path in paths if path.name != "RECORD" or len(path.parts) > 2]
    return [
        str(path)
        for path in kept
        if not (slim / path).exists() or (slim / path).read_bytes() != (whole / path).read_bytes()
    ]


def _gone(before: Mapping[Question, Answer], after: Mapping[Question, Answer], kind: str) -> int:
    return sum(
        each.ok and not after[question].ok for question, each in before.items() if question.kind == kind
    )


# -- the sweep ----------------------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    choice = _parse(arguments)
    listed = tomllib.loads(PROJECTS.read_text(encoding="utf-8"))["projects"]
    rows = _kept(choice.results)
    until = time.monotonic() + choice.minutes * 60
    python = find_interpreter(find_runtime(RUNTIME).python, os.environ)
    for project in listed:
        wanted = any(fnmatchcase(project, pattern) for pattern in choice.project)
        if not wanted or time.monotonic() > until or not _is_due(rows.get(project), choice.again):
            continue
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            asker = Asker(python=python.path, scratch=Path(folder))
            rows[project] = {**sweep(project, asker, Path(folder)), "python": python.version}
        _keep(choice.results, rows)
        _tell(rows[project])
    if choice.write is not None:
        choice.write.write_text(page(list(rows.values()), listed), encoding="utf-8")
    harmed = sum(any(harm(row) for harm in HARM) for row in rows.values())
    print(f"{len(rows)} bundles of {len(listed)}, {harmed} that lost something")  # noqa: T201  # its purpose
    return 1 if harmed or not rows else 0


def _is_due(row: Mapping[str, Any] | None, again: bool) -> bool:
    return row is None or (again and any(harm(row) for harm in HARM))


def _kept(path: Path) -> dict[str, dict[str, Any]]:
    if not path.exists():
        return {}
    return {row["project"]: row for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())}


def _keep(path: Path, rows: Mapping[str, Mapping[str, Any]]) -> None:
    """All rows, written beside their place and renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text("".join(f"{json.dumps(row)}\n" for row in rows.values()), encoding="utf-8")
    fresh.replace(path)


def _tell(row: Mapping[str, Any]) -> None:
    told = [f"{row['project']:28} {row['reason']}"]
    if not row["reason"]:
        sizes = " ".join(f"{name} {size / 1e6:.1f}" for name, size in row["bytes"].items())
        counts = f"{row['importable']} modules, {row['entry_points']} entry points; {row['tests']} tests went"
        theirs = f"serverless loses {row['serverless']['import']}, {row['serverless']['entry']}"
        told = [f"{row['project']:28} {counts}; {sizes} MB; {theirs}; {row['seconds']} s"]
        for profile in PROFILES[1:]:
            for what in ("lost", "otherwise"):
                told += [f"    {profile} {what}: {' '.join(each)}" for each in row[profile][what]]
            told += [f"    {profile} {each}" for each in row[profile]["metadata_bytes"]]
            told += [f"    {profile} explained: {each}" for each in row[profile]["explained"]]
    print(*told, sep="\n", flush=True)  # noqa: T201  # its purpose


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--project", nargs="+", default=["*"], metavar="PATTERN")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin no project after so many")
    parser.add_argument("--again", action="store_true", help="those that lost something once more")
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="FILE")
    parser.add_argument("--write", type=Path, metavar="FILE", help="where the page goes")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
