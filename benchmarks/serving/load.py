"""Load on a server of this machine: how many answers a second, how long the slowest take, and are all whole?

The figures are `wrk`'s where it is installed, because a client in Python takes more of the machine than the
server does; else those of the clients here. Whether answers are whole is always told by the clients here.
"""

import asyncio
import hashlib
import re
import shutil
import statistics
import subprocess
import time
from dataclasses import dataclass

_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a load found."""

    rate: float
    """Answers a second."""
    p50: float
    """Seconds."""
    p99: float
    """Seconds."""
    failed: int
    """Connections that broke and answers that were not 2xx."""


def generator() -> str:
    """The name of what makes the load."""
    return "wrk" if shutil.which("wrk") else "asyncio"


def load(url: str, *, clients: int, seconds: float) -> Figures:
    """The figures of `clients` that ask for `url` as fast as they are answered."""
    if generator() == "wrk":
        return _wrk(url, clients, seconds)
    answers = asyncio.run(_ask(url, clients, lambda: time.monotonic() + seconds))
    return _figures(answers, seconds)


def damaged(url: str, digest: str, *, clients: int, rounds: int) -> int:
    """How many of `clients` x `rounds` answers, all clients asking at once, were not 200 with this sha256."""
    answers = asyncio.run(_ask(url, clients, lambda: None, rounds))
    return clients * rounds - sum(answer.status == 200 and answer.digest == digest for answer in answers)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    status: int
    digest: str
    seconds: float


def _wrk(url: str, clients: int, seconds: float) -> Figures:
    command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds:.0f}s", "--timeout", "30s", "--latency", url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", said)
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert rate is not None, said
    return Figures(
        rate=float(rate[1]),
        p50=_latency(said, 50),
        p99=_latency(said, 99),
        failed=sum(map(int, errors.groups() if errors else ())) + int(refused[1] if refused else 0),
    )


def _latency(said: str, percent: int) -> float:
    found = re.search(rf"^\s+{percent}%\s+([\d.]+)(us|ms|s|m)\s*$", said, re.MULTILINE)
    assert found is not None, said
    return float(found[1]) * _UNITS[found[2]]


def _figures(answers: list[_Answer], seconds: float) -> Figures:
    times = [answer.seconds for answer in answers if answer.status == 200]
    cuts = statistics.quantiles(times, n=100) if len(times) > 1 else [0.0] * 99
    return Figures(rate=len(times) / seconds, p50=cuts[49], p99=cuts[98], failed=len(answers) - len(times))


async def _ask(url: str, clients: int, deadline: object, rounds: int | None = None) -> list[_Answer]:
    host, _, path = url.removeprefix("http://").partition("/")
    until = deadline() if callable(deadline) else None
    together = asyncio.Barrier(clients)

    async def client() -> list[_Answer]:
        answers: list[_Answer] = []
        await together.wait()
        while (rounds is None or len(answers) < rounds) and (until is None or time.monotonic() < until):
            answers.append(await _one(host, path))
        return answers

    found = await asyncio.gather(*(client() for _ in range(clients)))
    return [answer for answers in found for answer in answers]


async def _one(host: str, path: str) -> _Answer:
    """One request on a connection of its own; by HTTP/1.0, so that the body is all that follows."""
    began = time.perf_counter()
    status, body = 0, b""
    name, _, port = host.rpartition(":")
    try:
        reader, writer = await asyncio.open_connection(name, int(port))
        try:
            writer.write(f"GET /{path} HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 60)
            status = int(head.split(b" ", 2)[1])
            body = await asyncio.wait_for(reader.read(-1), 60)
        finally:
            writer.close()
    except (OSError, ValueError, asyncio.IncompleteReadError, TimeoutError):
        status = 0
    return _Answer(
        status=status, digest=hashlib.sha256(body).hexdigest(), seconds=time.perf_counter() - began
    )
