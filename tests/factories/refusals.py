"""What holds of every run that fails: it says why and what to do, and nothing is lost or left behind."""

from collections.abc import Sequence
from pathlib import Path

from factories.commands import Outcome, Room, members

OLD = b"what an earlier run wrote\n"
HEALTHY = {"demo.py", "dep.py"}


def stock(room: Room) -> None:
    """The index offers `demo`, which requires `dep`: what every healthy run here builds."""
    room.offer("dep", "1.0")
    room.offer("dep", "1.2")
    room.offer("demo", "1.0", requires_dist=["dep>=1"])


def demand_refusal(
    room: Room, *words: str | Path, status: int, code: str, told: Sequence[str], once: bool = False
) -> Outcome:
    """`lbuild *words -o b.zip` fails so and tells so, with and without an old output; `told` are parts of it.

    `once`: only with an old output, where a run takes long.
    """
    output = room.folder / "b.zip"
    output.write_bytes(OLD)
    before = room.names()
    outcome = room.lbuild(*words, "-o", "b.zip")
    demand_words(outcome, status, code, told)

    assert output.read_bytes() == OLD
    assert room.names() == before
    output.unlink()
    if not once:
        again = room.lbuild(*words, "-o", "b.zip")

        assert (again.status, again.codes) == (status, outcome.codes)
        assert room.names() == [name for name in before if name != "b.zip"]
    return outcome


def demand_words(outcome: Outcome, status: int, code: str, told: Sequence[str]) -> None:
    """The outcome is this error, told in three beats on stderr alone."""
    assert (outcome.status, outcome.codes[:1]) == (status, [code]), outcome.stderr
    assert [part for part in told if part not in outcome.stderr] == [], outcome.stderr
    assert "\nhint: " in outcome.stderr or "(at line " in outcome.stderr, outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert outcome.stdout == ""


def demand_recovery(room: Room, *words: str | Path) -> None:
    """A healthy run on the same cache builds `demo` and `dep`, and the cache is whole."""
    done = room.lbuild(*(words or ("demo",)), "-o", "b.zip")

    assert done.status == 0, done.stderr
    assert set(members(room.folder / "b.zip")) >= HEALTHY
    verified = room.lbuild("cache", "verify", index=False)

    assert (verified.status, verified.stdout) == (0, "")
    assert list((room.cache / "tmp").iterdir()) == []


def listing(folder: Path) -> set[str]:
    """Every file below `folder`."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
