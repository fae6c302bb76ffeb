"""Runs that are interrupted, killed or not alone: nothing half-made is ever taken for a result."""

import os
import random
import signal
import subprocess
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from factories.commands import Outcome, Room, members, tree
from factories.patience import FOR_EVER, PATIENCE
from factories.processes import marked
from factories.projects import write_project
from factories.raw_zips import Part, raw_zip
from factories.refusals import OLD, demand_recovery, stock
from factories.wheels import make_record, make_wheel
from servers import faults

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and process groups are POSIX's")

NOISE = random.Random(20261123).randbytes(3_000_000)
LARGE = "large-1.0-py3-none-any.whl"


def add_large(room: Room) -> None:
    """The index offers `large`, three megabytes, whose metadata is known without it."""
    stock(room)
    metadata = b"Metadata-Version: 2.1\nName: large\nVersion: 1.0\nRequires-Dist: demo\n\n"
    content = make_wheel("large", "1.0", {"large.bin": NOISE}, metadata=metadata, deflate=False)
    room.index.add("large", LARGE, content, metadata=metadata)


@contextmanager
def running(room: Room, *words: str | Path) -> Iterator[subprocess.Popen[str]]:
    """A run in a process group of its own, as a terminal starts it; nothing of it is left afterwards."""
    process = room.start(*words, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            with suppress(ProcessLookupError):  # it may have ended between the look and the kill
                os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def wait_for(true: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Return as soon as it is true."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def interrupted(process: subprocess.Popen[str], number: signal.Signals) -> Outcome:
    """What the run ends with after this signal to its group; it waits for nothing that lasts FOR_EVER."""
    os.killpg(process.pid, number)
    stdout, stderr = process.communicate(timeout=PATIENCE)
    return Outcome(status=process.returncode, stdout=stdout, stderr=stderr)


@pytest.mark.parametrize(
    ("number", "status", "word"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")],
)
@pytest.mark.parametrize("moment", ["waiting for a page", "in the middle of a file"])
def test_an_interrupted_run_ends_at_once_and_leaves_nothing(
    room: Room, moment: str, number: signal.Signals, status: int, word: str
) -> None:
    """The status is the shell's for this signal, the old output stays, and no temporary file does."""
    add_large(room)
    output = room.folder / "b.zip"
    output.write_bytes(OLD)
    awaited = "/simple/dep/"
    if moment == "waiting for a page":
        room.index.fail(faults.hang(FOR_EVER), on=awaited)
    else:
        awaited = f"/files/{LARGE}"
        room.index.fail(faults.drip(1_000, 0.05), on=awaited)  # for 150 s
    with running(room, "large", "-o", "b.zip") as process:
        wait_for(lambda: awaited in room.index.paths())
        time.sleep(0.1)
        outcome = interrupted(process, number)

    assert (outcome.status, outcome.stdout) == (status, "")
    assert outcome.stderr.rstrip().endswith(word)
    assert "Traceback" not in outcome.stderr
    assert output.read_bytes() == OLD
    assert room.names() == ["b.zip"]
    assert [*(room.cache / "tmp").iterdir()] == []
    room.index.heal()
    demand_recovery(room, "large")


def test_an_interrupted_build_takes_its_backend_along(room: Room) -> None:
    """A PEP 517 backend that never ends does not outlive the run that started it."""
    program = "[sys.executable, '-c', 'import time; time.sleep(60)']"
    body = f"os.execve(sys.executable, {program}, {{**os.environ, 'OF_THIS_TEST': {str(room.folder)!r}}})"
    write_project(room.folder / "project", "mine", "1.0", body)
    stock(room)
    with running(room, "./project", "-o", "b.zip") as process:
        wait_for(lambda: marked(f"OF_THIS_TEST={room.folder}"))
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)

    assert process.returncode == 143
    wait_for(lambda: not marked(f"OF_THIS_TEST={room.folder}"))
    assert room.names() == ["project"]
    demand_recovery(room)


def slow_wheel(metadata: bytes) -> bytes:
    """A wheel with one member of two gigabytes, which takes seconds to inflate; nobody gets to its end."""
    info, size = "slow-1.0.dist-info", 2_000_000_000
    engine = zlib.compressobj(1, zlib.DEFLATED, -15)
    block = engine.compress(bytes(20_000_000)) + engine.flush(zlib.Z_FULL_FLUSH)
    data = block * 100 + engine.flush()
    # 50 bytes of content for one of the archive are the most a wheel may have.
    content = {"noise.bin": bytes(50_000_000), f"{info}/METADATA": metadata}
    content[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = make_record(content, f"{info}/RECORD") + f"slow.bin,sha256={'A' * 43},{size}\n".encode()
    parts = [Part(name=name.encode(), content=body) for name, body in content.items()]
    slow = Part(name=b"slow.bin", deflate=True, data=data, both={"size": size})
    return raw_zip([slow, *parts, Part(name=f"{info}/RECORD".encode(), content=record)])


def test_a_wheel_that_is_being_verified_is_left(room: Room) -> None:
    """A run ends before a member that takes seconds to inflate does: there is no verdict on the wheel."""
    stock(room)
    metadata = b"Metadata-Version: 2.1\nName: slow\nVersion: 1.0\n\n"
    room.index.add("slow", "slow-1.0-py3-none-any.whl", slow_wheel(metadata), metadata=metadata)
    with running(room, "slow", "-o", "b.zip") as process:
        wait_for(lambda: MOMENTS["a file is in the store"](room))
        time.sleep(0.3)
        outcome = interrupted(process, signal.SIGINT)

    assert outcome.status == 130
    assert not MOMENTS["a verdict is in the store"](room)
    demand_recovery(room)


def test_an_impatient_user_may_press_twice(room: Room) -> None:
    """A second Ctrl-C during the first one's tidying is no crash."""
    add_large(room)
    room.index.fail(faults.drip(20_000, 0.05), on=f"/files/{LARGE}")
    with running(room, "large", "-o", "b.zip") as process:
        wait_for(lambda: f"/files/{LARGE}" in room.index.paths())
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.002)
        outcome = interrupted(process, signal.SIGINT)

    assert outcome.status == 130
    assert "Traceback" not in outcome.stderr
    assert room.names() == []


MOMENTS: dict[str, Callable[[Room], bool]] = {
    "a page is asked for": lambda room: "/simple/large/" in room.index.paths(),
    "a file is asked for": lambda room: f"/files/{LARGE}" in room.index.paths(),
    "a file is coming in": lambda room: any((room.cache / "tmp").glob("*")),
    "a file is in the store": lambda room: any((room.cache / "blobs-v1").glob("*/*")),
    "a verdict is in the store": lambda room: any((room.cache / "wheels-v1").glob("*/*")),
    "the bundle is written": lambda room: any(room.folder.glob(".b.zip.lbuild-*")),
    "the bundle is there": lambda room: (room.folder / "b.zip").exists(),
}


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
def test_a_killed_run_leaves_nothing_that_the_next_could_mistake_for_a_result(
    room: Room, moment: Callable[[Room], bool]
) -> None:
    """After kill -9 at any moment the next run has the right bytes, a whole cache and a clean folder."""
    add_large(room)
    with running(room, "large", "-o", "b.zip") as process:
        wait_for(lambda: process.poll() is not None or moment(room))
        with suppress(ProcessLookupError):  # it may have ended between the look and the kill
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    output = room.folder / "b.zip"

    assert not output.exists() or members(output)["large.bin"] == NOISE
    done = room.lbuild("large", "-o", "b.zip")

    assert done.status == 0, done.stderr
    assert members(output)["large.bin"] == NOISE
    assert room.names() == ["b.zip"]
    verified = room.lbuild("cache", "verify", index=False)

    assert (verified.status, verified.stdout) == (0, "")


def test_a_run_killed_while_it_writes_a_folder_leaves_nothing_either(room: Room) -> None:
    """A directory output is there as a whole or not at all."""
    add_large(room)
    with running(room, "large", "-o", "out/") as process:
        wait_for(lambda: process.poll() is not None or any(room.folder.iterdir()))
        with suppress(ProcessLookupError):  # it may have ended between the look and the kill
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    done = room.lbuild("large", "-o", "out/")

    assert done.status == 0, done.stderr
    assert tree(room.folder / "out")["large.bin"] == NOISE
    assert room.names() == ["out"]


@pytest.mark.parametrize("number", [2, 4])
def test_runs_at_once_on_one_cold_cache_have_equal_bytes(room: Room, number: int) -> None:
    """Each of them may find what another has just stored, or be in its way."""
    add_large(room)
    processes = [room.start("large", "-o", f"{each}.zip", "-q") for each in range(number)]
    outcomes = [(process.communicate(timeout=60), process.returncode) for process in processes]

    assert outcomes == [(("", ""), 0)] * number
    assert len({(room.folder / f"{each}.zip").read_bytes() for each in range(number)}) == 1
    verified = room.lbuild("cache", "verify", index=False)

    assert (verified.status, verified.stdout) == (0, "")


def test_runs_at_once_with_one_output_leave_a_whole_one(room: Room) -> None:
    """The last one to finish wins, and both are right."""
    add_large(room)
    processes = [room.start("large", "-o", "b.zip", "-q") for _ in range(3)]
    outcomes = [(process.communicate(timeout=60), process.returncode) for process in processes]

    assert outcomes == [(("", ""), 0)] * 3
    assert members(room.folder / "b.zip")["large.bin"] == NOISE
    assert room.names() == ["b.zip"]
