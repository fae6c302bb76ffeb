"""How long it takes to keep and publish an index of many small wheels.

    python benchmarks/keeping.py [--wheels 1000] [--rounds 3] [--write docs/prebuilt-index.md]

Seconds are of the wall clock, the least of the rounds; each round begins with nothing. Publishing goes to a
folder on the same disk. `--write` replaces the table between the marks in a document.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from factories.wheels import write_wheel  # the tests' own: PYTHONPATH=tests
from prebuilt_index.publish.folder import Folder
from prebuilt_index.publish.publishing import publish
from prebuilt_index.tree.adding import add
from prebuilt_index.tree.admission import Candidate
from prebuilt_index.tree.checking import verify

_BEGIN, _END = "<!-- figures of keeping an index -->", "<!-- end of figures -->"
_VERSIONS = 10
"""Of each project."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wheels", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    rounds = [_round(arguments.wheels) for _ in range(arguments.rounds)]
    rows = [(what, min(each[what] for each in rounds)) for what in rounds[0]]
    projects = arguments.wheels // _VERSIONS
    table = "\n".join(
        [
            f"| an index of {arguments.wheels:,} wheels of 1 KB, of {projects} projects | s |",
            "| --- | ---: |",
            *(f"| {what} | {seconds:.2f} |" for what, seconds in rows),
        ]
    )
    sys.stdout.write(f"{table}\n")
    if arguments.write:
        _replace(arguments.write, table)


def _round(wheels: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = _made(folder / "wheels", wheels)
        one = _made(folder / "one", 1, project="one")
        other = _made(folder / "other", 1, project="other")
        index, there = folder / "index", folder / "there"
        seconds = {
            "add all": _timed(lambda: add(index, made)),
            "add one more": _timed(lambda: add(index, one)),
            "add what is there": _timed(lambda: add(index, one)),
            "verify": _timed(lambda: verify(index)),
            "publish all": _timed(lambda: publish(index, Folder(there))),
            "publish, nothing new": _timed(lambda: publish(index, Folder(there))),
        }
        add(index, other)
        return {**seconds, "publish one more": _timed(lambda: publish(index, Folder(there)))}


def _made(folder: Path, count: int, project: str = "project") -> list[Candidate]:
    folder.mkdir()
    paths = [
        write_wheel(folder, f"{project}-{number // _VERSIONS}", f"1.{number % _VERSIONS}")
        for number in range(count)
    ]
    return [Candidate(path=path, filename=path.name) for path in paths]


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _replace(path: Path, table: str) -> None:
    text = path.read_text(encoding="utf-8")
    before, begin, rest = text.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        sys.exit(f"{path} has no marks `{_BEGIN}` and `{_END}`")
    path.write_text(f"{before}{begin}\n{table}\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
