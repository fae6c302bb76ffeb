"""Servers of the same wheels under 200 clients, in turn in one run: answers a second, p99, and whole or not.

    python -m benchmarks.serving --peers .venv/serving/bin/python [--candidates] [--write docs/serving.md]

Server and load share this machine. Each server hands out a project's page of 40 wheels, and one wheel of
256 KB. `--candidates` compares the libraries that could carry lbuild's server instead, each in a server of a
few lines. The table takes the place of what stands between the markers in the file that `--write` names.
"""

import argparse
import hashlib
import os
import platform
import statistics
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.serving.load import Figures, damaged, generator, load
from benchmarks.serving.servers import Served, Server, candidates, compared, running, weigh
from factories.wheels import write_wheel
from prebuilt_index.tree.adding import add
from prebuilt_index.tree.admission import Candidate

PROJECT = "demo"
WHEELS = 40
SIZE = 256 * 1024
CLIENTS = 200
ROUNDS = 2
_MEBI = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was found of one server."""

    server: str
    page: Figures
    file: Figures
    damaged: int
    """Of `CLIENTS` x `ROUNDS` answers of either kind."""
    peak: int
    """Bytes."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--peers", required=True, help="a Python that has the other servers")
    parser.add_argument("--candidates", action="store_true")
    parser.add_argument("--seconds", type=float, default=8, help="of each load")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    servers = candidates(arguments.peers) if arguments.candidates else compared(arguments.peers)
    with tempfile.TemporaryDirectory() as folder:
        index, wheels, filename = _make(Path(folder))
        rounds: list[list[Row]] = []
        for _ in range(arguments.runs):
            rounds.append([])
            for server in servers:
                with running(
                    server, index=index, wheels=wheels, project=PROJECT, filename=filename
                ) as served:
                    rounds[-1].append(_measure(server, served, arguments.seconds))
    rows = [_median([each[place] for each in rounds]) for place in range(len(servers))]
    marker = "candidates" if arguments.candidates else "servers"
    lines = [*_table(rows), "", _about(arguments.runs, arguments.seconds)]
    if arguments.candidates:
        lines += ["", *_weights(servers, arguments.peers)]
    sys.stdout.write("\n".join([*lines, ""]))
    if arguments.write is not None:
        _replace(arguments.write, marker, lines)


def _make(folder: Path) -> tuple[Path, Path, str]:
    """An index, a folder of the same wheels, and the name of one."""
    wheels, index = folder / "wheels", folder / "index"
    wheels.mkdir()
    content = {f"{PROJECT}.bin": os.urandom(SIZE)}
    paths = [write_wheel(wheels, PROJECT, f"1.{number}", content) for number in range(WHEELS)]
    add(index, [Candidate(path=path, filename=path.name) for path in paths])
    return index, wheels, paths[-1].name


def _measure(server: Server, served: Served, seconds: float) -> Row:
    figures, broken = [], 0
    for url in (served.page, served.file):
        with urllib.request.urlopen(url, timeout=60) as answer:
            digest = hashlib.sha256(answer.read()).hexdigest()
        figures.append(load(url, clients=CLIENTS, seconds=seconds))
        broken += damaged(url, digest, clients=CLIENTS, rounds=ROUNDS)
    return Row(server=server.name, page=figures[0], file=figures[1], damaged=broken, peak=served.peak())


def _median(rows: Sequence[Row]) -> Row:
    return Row(
        server=rows[0].server,
        page=_middle([row.page for row in rows]),
        file=_middle([row.file for row in rows]),
        damaged=sum(row.damaged for row in rows),
        peak=max(row.peak for row in rows),
    )


def _middle(figures: Sequence[Figures]) -> Figures:
    return Figures(
        rate=statistics.median(each.rate for each in figures),
        p50=statistics.median(each.p50 for each in figures),
        p99=statistics.median(each.p99 for each in figures),
        failed=sum(each.failed for each in figures),
    )


def _table(rows: Sequence[Row]) -> Iterator[str]:
    yield "| server | pages/s | p50 ms | p99 ms | wheels/s | p50 ms | p99 ms | failed | not whole | peak MB |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for row in rows:
        cells = [
            f"{figures.rate:,.0f} | {figures.p50 * 1000:,.0f} | {figures.p99 * 1000:,.0f}"
            for figures in (row.page, row.file)
        ]
        failed = row.page.failed + row.file.failed
        yield f"| {row.server} | {' | '.join(cells)} | {failed:,} | {row.damaged} | {row.peak / _MEBI:.0f} |"


def _weights(servers: Sequence[Server], peers: str) -> Iterator[str]:
    yield "| made of | packages | MB installed |"
    yield "| --- | ---: | ---: |"
    for server in servers:
        if server.packages:
            packages, size = weigh(peers, *server.packages)
            yield f"| {' + '.join(server.packages)} | {packages} | {size / _MEBI:.1f} |"


def _about(runs: int, seconds: float) -> str:
    day = datetime.now(tz=UTC).date().isoformat()
    return (
        f"{CLIENTS} clients at once for {seconds:.0f} s by {generator()}, medians of {runs} runs, {day}, "
        f"Python {platform.python_version()}, {os.cpu_count()} cores shared by server and clients. *failed*: "
        f"connections that broke and answers that were not 2xx; *not whole*: of "
        f"{2 * CLIENTS * ROUNDS * runs:,} answers that {CLIENTS} further clients asked for; "
        f"a refused connection is one."
    )


def _replace(path: Path, marker: str, lines: Sequence[str]) -> None:
    text = path.read_text(encoding="utf-8")
    begin, end = f"<!-- {marker} -->", f"<!-- end of {marker} -->"
    before, _, rest = text.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        sys.exit(f"{path} has no `{begin}` ... `{end}`")
    path.write_text("\n".join([before + begin, *lines, end]) + after, encoding="utf-8")


if __name__ == "__main__":
    main()
