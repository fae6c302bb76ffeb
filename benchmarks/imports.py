"""What imports take from bundles with bytecode and without: the command's own bundles, in turn in one run.

    python benchmarks/imports.py [REQUIREMENTS...] [--runtime python3.13] [--import MODULE]... [--write FILE]

Seconds are of the processor, the least of several processes, each of which imports all the modules; it runs
what it imports. MB are Lambda's.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from builder.bytecode.interpreter import find_compiler
from builder.bytecode.measuring import measure_saving
from manylinux.runtimes import find_runtime
from prebuilt_index.store import Store

_MB = 1024 * 1024
KINDS = {
    "everything, no bytecode": ("--slim", "none", "--bytecode", "none"),
    "slimmed, no bytecode": ("--bytecode", "none"),
    "slimmed, `auto`: the default": (),
    "slimmed, `only`": ("--bytecode", "only"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("requirements", nargs="*", default=["numpy", "scipy", "pandas"])
    parser.add_argument("--runtime", default="python3.13")
    parser.add_argument("--import", dest="modules", action="append")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    modules = arguments.modules or ["pandas", "scipy.stats"]
    with Store.temporary() as store:
        interpreter, note = find_compiler(find_runtime(arguments.runtime), os.environ, store)
    if interpreter is None:
        sys.exit(note)
    with tempfile.TemporaryDirectory() as folder:
        reports = {
            kind: _built(
                Path(folder, str(number)), [*arguments.requirements, "--runtime", arguments.runtime, *words]
            )
            for number, (kind, words) in enumerate(KINDS.items())
        }
        seconds: dict[str, list[float]] = {kind: [] for kind in KINDS}
        for _ in range(arguments.rounds):
            for number, (kind, so_far) in enumerate(seconds.items()):
                saving = measure_saving(interpreter, [Path(folder, str(number))], modules, rounds=1)
                if saving.reasons:
                    sys.exit(f"{kind}: {saving.reasons}")
                so_far.append(saving.used)
    least = {kind: min(each) for kind, each in seconds.items()}
    text = "\n".join(_page(arguments, modules, interpreter.version, reports, least))
    if arguments.write:
        arguments.write.write_text(text, encoding="utf-8")
    sys.stdout.write(text)


def _built(output: Path, words: Sequence[str]) -> dict[str, Any]:
    """The report of a folder and of its zip."""
    reports = []
    for where in (f"{output}{os.sep}", f"{output}.zip"):
        command = [sys.executable, "-m", "builder", *words, "-o", where, "--json"]
        done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
        if done.returncode:
            sys.exit(done.stderr)
        reports.append(json.loads(done.stdout)["bundle"])
    return {"unzipped": reports[0]["unzipped"], "zipped": reports[1]["zipped"]}


def _page(
    arguments: argparse.Namespace,
    modules: Sequence[str],
    version: str,
    reports: dict[str, dict[str, Any]],
    least: dict[str, float],
) -> list[str]:
    first = next(iter(least.values()))
    return [
        "# What imports take",
        "",
        "Made by `make bench-imports`; not edited by hand. Bundles of one run, imported in turn: seconds of",
        "processor time, the least of several processes.",
        "",
        f"- {datetime.now(tz=UTC):%Y-%m-%d}, {platform.system()} {platform.machine()}, Python {version}",
        f"- {' + '.join(arguments.requirements)} for {arguments.runtime}; `import {', '.join(modules)}`",
        f"- {arguments.rounds} processes for each",
        "",
        "| bundle | unzipped MB | zipped MB | imports CPU s | of the first |",
        "| --- | ---: | ---: | ---: | ---: |",
        *(
            f"| {kind} | {report['unzipped'] / _MB:.1f} | {report['zipped'] / _MB:.1f} | {least[kind]:.2f} "
            f"| {least[kind] / first:.2f} |"
            for kind, report in reports.items()
        ),
        "",
    ]


if __name__ == "__main__":
    main()
