"""`--max-size` and `--fit`: what is said of a bundle that is too large, and how one is made to fit."""

import re
import sys

import pytest

from factories.commands import Outcome, Room, members

OWN = f"python{sys.version_info[0]}.{sys.version_info[1]}"
"""The runtime whose bytecode lbuild's own Python makes."""
WORDS = ("--runtime", "python3.13", "-o", "b.zip", "--json")
GB = 1024**3
CODE = b"".join(b"def f%d(): return %d\n" % (number, number) for number in range(300))
LIB = {
    "lib/__init__.py": CODE,
    "lib/manual.md": b"how to\n" * 1000,
    "lib/data/table.csv": b"1,2\n" * 2000,
    "lib/tests/test_lib.py": b"import lib\n" * 1000,
}


def size_of(room: Room, *words: str) -> int:
    """What such a bundle unpacks to."""
    outcome = room.lbuild(*words, *WORDS, "-o", "measured.zip", "--bytecode", "none")
    assert outcome.status == 0, outcome.stderr
    size = outcome.report["bundle"]["unzipped"]
    assert isinstance(size, int)
    return size


def saved(outcome: Outcome) -> dict[str, str]:
    """Option to the size that the error tells of it."""
    return {
        option: size for size, option in re.findall(r"^ +([0-9.]+ [KM]?B)  `([^`]+)`", outcome.stderr, re.M)
    }


@pytest.fixture
def stocked(room: Room) -> Room:
    """An index with a package that has documentation, data and tests."""
    room.offer("lib", "1.0", LIB)
    return room


# -- what is too large ---------------------------------------------------------------------------------------


def test_a_bundle_of_exactly_that_size_fits(stocked: Room) -> None:
    """One byte less is too little."""
    size = size_of(stocked, "lib")
    fitting = stocked.lbuild("lib", *WORDS, "--bytecode", "none", "--max-size", str(size))
    outcome = stocked.lbuild("lib", *WORDS, "--bytecode", "none", "--max-size", str(size - 1))

    assert fitting.status == 0, fitting.stderr
    assert (outcome.status, outcome.codes) == (1, ["too-large"])
    assert f"{size:,} bytes, 1 too many" in outcome.stderr


def test_a_refused_bundle_leaves_the_old_one(stocked: Room) -> None:
    """As any failure does."""
    (stocked.folder / "b.zip").write_bytes(b"old")
    outcome = stocked.lbuild("lib", *WORDS, "--max-size", "1KB")

    assert outcome.status == 1
    assert (stocked.folder / "b.zip").read_bytes() == b"old"
    assert outcome.report["error"]["code"] == "too-large"


def test_each_way_is_told_with_what_it_saves(stocked: Room) -> None:
    """The figures are those of bundles that were really built so."""
    none, safe, small = (size_of(stocked, "lib", "--slim", slim) for slim in ("none", "safe", "small"))
    outcome = stocked.lbuild("lib", *WORDS, "--bytecode", "none", "--slim", "none", "--max-size", "1KB")

    assert saved(outcome) == {
        "--slim small": f"{(none - small) / 1024:.1f} KB",
        "--slim safe": f"{(none - safe) / 1024:.1f} KB",
        "--drop 'lib:lib/data/**'": "7.8 KB",
    }


def test_bytecode_is_a_way_where_it_was_asked_for(stocked: Room) -> None:
    """`auto` puts in what there is room for, which is below the limit that was wished for."""
    words = ("lib", *WORDS, "--runtime", OWN)
    full = stocked.lbuild(*words, "--bytecode", "all").report["bundle"]["unzipped"]
    outcome = stocked.lbuild(*words, "--bytecode", "all", "--max-size", str(full - 1))
    auto = stocked.lbuild(*words, "--bytecode", "auto", "--max-size", str(full - 1))

    assert "enough: only as much bytecode as there is room for" in outcome.stderr
    assert "`--fit` applies" in outcome.stderr
    assert auto.status == 0, auto.stderr
    assert not any(path.endswith(".pyc") for path in members(stocked.folder / "b.zip"))


def test_the_runtimes_packages_are_a_way_where_they_fit(stocked: Room) -> None:
    """Somebody who asks for what the runtime does not have is named."""
    stocked.offer("six", "1.17.0", {"six.py": CODE})
    stocked.offer("picky", "1.0", requires_dist=["six>=1.17", "urllib3>=99"])
    stocked.offer("urllib3", "99.0", {"urllib3.py": CODE})
    fits = stocked.lbuild("six", *WORDS, "--max-size", "1KB")
    picky = stocked.lbuild("picky", *WORDS, "--max-size", "1KB")
    excluded = stocked.lbuild("picky", *WORDS, "--max-size", "1KB", "--exclude", "picky")

    assert "--exclude-runtime-packages" in saved(fits)
    for outcome in (picky, excluded):
        assert "--exclude-runtime-packages" not in saved(outcome)
        assert "no way: `--exclude-runtime-packages`, urllib3: picky 1.0 asks for >=99" in outcome.stderr, (
            outcome.stderr
        )


def test_the_drop_that_is_told_does_what_it_tells(stocked: Room) -> None:
    """It can be typed as it stands there."""
    before = size_of(stocked, "lib")
    after = size_of(stocked, "lib", "--drop", "lib:lib/data/**")

    assert before - after >= len(LIB["lib/data/table.csv"])


# -- what is made to fit -------------------------------------------------------------------------------------


def test_fit_applies_what_suffices_and_says_so(stocked: Room) -> None:
    """The bundle is the one that the same options give when they are typed."""
    small = size_of(stocked, "lib", "--slim", "small")
    typed = (stocked.folder / "measured.zip").read_bytes()
    before = size_of(stocked, "lib")
    words = ("lib", *WORDS, "--bytecode", "none", "--max-size", str(small), "--fit")
    outcome = stocked.lbuild(*words)

    assert outcome.status == 0, outcome.stderr
    assert outcome.report["fit"] == {
        "limit": small,
        "before": before,
        "after": small,
        "options": ["--slim small"],
    }
    assert any(note.startswith("`--fit` applied `--slim small` ") for note in outcome.report["notes"])
    assert (stocked.folder / "b.zip").read_bytes() == typed
    assert stocked.lbuild(*words, "--offline").report["bundle"] == outcome.report["bundle"]


def test_fit_takes_no_more_than_needed(stocked: Room) -> None:
    """Least risky first: evidence before the runtime's packages, these before convenience."""
    stocked.offer("six", "1.17.0", {"six.py": CODE * 3})
    words = ("lib", "six", "--slim", "none")
    options = []
    for typed in (("lib", "six"), ("lib",), ("lib", "--slim", "small")):
        size = size_of(stocked, *typed)
        outcome = stocked.lbuild(*words, *WORDS, "--bytecode", "none", "--fit", "--max-size", str(size))
        assert outcome.status == 0, outcome.stderr
        options.append(outcome.report["fit"]["options"])

    assert options == [
        ["--slim safe"],
        ["--slim safe", "--exclude-runtime-packages"],
        ["--exclude-runtime-packages", "--slim small"],
    ]


def test_fit_gives_up_bytecode_first(stocked: Room) -> None:
    """A bundle works as well without."""
    words = ("lib", *WORDS, "--runtime", OWN, "--bytecode", "all")
    full = stocked.lbuild(*words).report["bundle"]["unzipped"]
    outcome = stocked.lbuild(*words, "--fit", "--max-size", str(full - 1))

    assert outcome.status == 0, outcome.stderr
    assert outcome.report["fit"]["options"] == ["--bytecode auto"]
    assert outcome.report["bundle"]["unzipped"] < full


def test_fit_changes_nothing_that_fits(stocked: Room) -> None:
    """Not even a word of it."""
    plain = stocked.lbuild("lib", *WORDS)
    outcome = stocked.lbuild("lib", *WORDS, "--fit", "--max-size", "1MB")

    assert outcome.report["fit"] is None
    assert outcome.report["notes"] == plain.report["notes"]
    assert outcome.report["bundle"] == plain.report["bundle"]


def test_what_nothing_makes_fit_is_an_error(stocked: Room) -> None:
    """The figures are those of the bundle as it was ordered."""
    outcome = stocked.lbuild("lib", *WORDS, "--fit", "--max-size", "1KB")

    assert (outcome.status, outcome.codes) == (1, ["too-large"])
    assert "--slim small" in saved(outcome)
    assert "What `--fit` may do does not suffice." in outcome.stderr
    assert "b.zip" not in stocked.names()


# -- what is told before anything is downloaded --------------------------------------------------------------


def listed(room: Room, size: int) -> Room:
    """The index says that its wheel of `giant` has so many bytes, and tells its metadata."""
    metadata = b"Metadata-Version: 2.1\nName: giant\nVersion: 1.0\n"
    room.index.add("giant", "giant-1.0-py3-none-any.whl", b"not downloaded", metadata=metadata, size=size)
    return room


@pytest.mark.parametrize("words", [WORDS, (*WORDS, "--dry-run"), (*WORDS, "--fit", "--max-size", "1GB")])
def test_wheels_that_cannot_fit_are_not_downloaded(room: Room, words: tuple[str, ...]) -> None:
    """Their listed sizes are enough to know."""
    outcome = listed(room, 3 * GB).lbuild("giant", *words)

    assert (outcome.status, outcome.codes) == (1, ["too-large"])
    assert "`giant-1.0-py3-none-any.whl`: 3,072.0 MB" in outcome.stderr
    assert "/files/giant-1.0-py3-none-any.whl" not in room.index.paths()


@pytest.mark.parametrize(
    "words", [("--no-limit",), ("--exclude", "giant"), ("--no-limit", "--max-size", "9GB")]
)
def test_whoever_has_the_room_is_not_stopped(room: Room, words: tuple[str, ...]) -> None:
    """A container image, or a project that stays out, if only in part."""
    room.offer("lib", "1.0")
    outcome = listed(room, 3 * GB).lbuild("giant", "lib", *WORDS, "--dry-run", *words)

    assert outcome.status == 0, outcome.stderr
    assert outcome.report["warnings"] == []


def test_doubtful_wheels_are_told(room: Room) -> None:
    """In a dry run as a warning, in a build where it resolves: slimming may still make them fit."""
    told = "the wheels alone have 300.0 MB, and Lambda takes less than 250.0 MB unpacked: it will hardly fit"
    dry = listed(room, 300 * 1024**2).lbuild("giant", *WORDS, "--dry-run")
    outcome = room.lbuild("giant", *WORDS)

    assert dry.status == 0, dry.stderr
    assert dry.report["warnings"] == [told]
    assert re.search(rf"resolve .* 1 package, {told}", outcome.stderr)
    assert "/files/giant-1.0-py3-none-any.whl" in room.index.paths()


# -- words ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "size", ["", "0", "-1", "lots", "1e9", "200TB", "nan", "0.1B", "\N{ARABIC-INDIC DIGIT ONE}MB", "9" * 5000]
)
def test_what_is_no_size_is_refused(room: Room, size: str) -> None:
    """Before anything is read."""
    outcome = room.lbuild("lib", *WORDS, f"--max-size={size}")

    assert (outcome.status, outcome.codes) == (2, ["usage"])
    assert "Write it as 200MB" in outcome.stderr


@pytest.mark.parametrize(
    ("size", "shown"),
    [("1024", "1.0 KB"), ("1.5kb", "1.5 KB"), ("2 KiB", "2.0 KB"), ("1K", "1.0 KB"), ("900B", "900 B")],
)
def test_sizes_are_written_as_people_do(stocked: Room, size: str, shown: str) -> None:
    """A KB has 1,024 bytes, as everywhere in lbuild and at Lambda."""
    assert f"`--max-size` allows {shown}" in stocked.lbuild("lib", *WORDS, "--max-size", size).stderr


def test_fit_needs_something_to_fit_into(room: Room) -> None:
    """Without any limit nothing is too large."""
    outcome = room.lbuild("lib", *WORDS, "--no-limit", "--fit")

    assert (outcome.status, outcome.codes) == (2, ["usage"])
    assert "--max-size 500MB" in outcome.stderr
