"""Real sdists compiled with zig, for each runtime asked for: time, tag, size, and whether the modules import.

    python tests/sweeps/native.py [--runtime python3.12] [--arch x86_64] [--write FILE] [PROJECT...]

What was built before is in the cache and not built again: the time told is that of the build. Imports are
tried where the machine runs the architecture; arm64 is audited only.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
BEGIN, END = "<!-- table of {} -->", "<!-- end of {} -->"


def lbuild(*words: str) -> "subprocess.CompletedProcess[str]":
    command = (sys.executable, "-m", "builder", *words)
    return subprocess.run(command, capture_output=True, text=True, check=False)


def built(project: str, runtime: str, arch: str, folder: Path) -> dict[str, Any]:
    """What became of one sdist."""
    output = str(folder / f"{project}.zip")
    options = ("--runtime", runtime, "--arch", arch, "--no-limit", "--slim", "none", "--json")
    done = lbuild(project, "--no-binary", project, "--build", "zig", *options, "-o", output)
    report = json.loads(done.stdout or "{}")
    row: dict[str, Any] = {"project": project, "status": done.returncode}
    if done.returncode:
        error = report.get("error", {})
        return row | {"result": f"refused: {(error.get('evidence') or [error.get('summary')])[0]}"}
    (compiled,) = (each for each in report["compiled"] if each["package"].startswith(f"{project} "))
    package = next(each for each in report["packages"] if each["name"] == project)
    row |= {
        "project": compiled["package"],
        "seconds": compiled["seconds"],
        "tag": "-".join(compiled["wheel"].removesuffix(".whl").split("-")[2:]),
        "size": package["unpacked"],
    }
    return row | {"result": imported(output, runtime, arch)}


def imported(output: str, runtime: str, arch: str) -> str:
    if platform.machine() != {"arm64": "aarch64"}.get(arch, arch):
        return "audited"
    tried = lbuild("try", output, "--imports", "--runtime", runtime)
    last = (tried.stderr.strip() or tried.stdout.strip() or "?").splitlines()[-1]
    return "imports" if tried.returncode == 0 else f"does not import: {last}"


def table(rows: list[dict[str, Any]]) -> str:
    lines = ["| sdist | tag | unpacked | seconds | result |", "| --- | --- | --- | --- | --- |"]
    for row in rows:
        size = f"{row['size'] / 1024:.0f} KB" if "size" in row else ""
        cells = (row["project"], row.get("tag", ""), size, str(row.get("seconds", "")), row["result"])
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def written(text: str, name: str, content: str) -> str:
    """`text` with the table of that name in its place, or at its end."""
    begin, end = BEGIN.format(name), END.format(name)
    block = f"{begin}\n{content}\n{end}"
    if begin not in text:
        return f"{text.rstrip()}\n\n## {name}\n\n{block}\n"
    before, _, rest = text.partition(begin)
    return before + block + rest.partition(end)[2]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runtime", default="python3.12")
    parser.add_argument("--arch", default="x86_64")
    parser.add_argument("--write", type=Path)
    parser.add_argument("projects", nargs="*")
    options = parser.parse_args()
    lists = tomllib.loads((HERE / "native.toml").read_text(encoding="utf-8"))["native"]
    projects = options.projects or (*lists["projects"], *lists["refused"])
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for project in projects:
            row = built(project, options.runtime, options.arch, Path(folder))
            sys.stderr.write(f"{json.dumps(row)}\n")
            rows.append(row)
    content = table(rows)
    sys.stdout.write(f"{content}\n")
    if options.write:
        text = options.write.read_text(encoding="utf-8") if options.write.exists() else "# Sdists compiled\n"
        name = f"{options.runtime} on {options.arch}"
        options.write.write_text(written(text, name, content), encoding="utf-8")
    wrong = [row for row in rows if (row["status"] == 0) is (row["project"] in lists["refused"])]
    wrong += [row for row in rows if row["result"].startswith("does not")]
    return 1 if wrong else 0


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    sys.exit(main())
