"""A user's own profile, `--keep` and `--drop`, and `--paranoid`."""

import zipfile
from pathlib import Path

import pytest

from factories.commands import Outcome, Room, members
from factories.linked import Part, make_linked

CORE = "native/core.cpython-313-x86_64-linux-gnu.so"
ODD = "native/odd.cpython-313-x86_64-linux-gnu.so"
TEXT = Part(name=".text", content=b"\x90" * 9000, address=0x1000)
DEBUG = Part(name=".debug_info", content=bytes(range(256)) * 80)
LIBRARY = make_linked([TEXT, DEBUG])
UNSOUND = make_linked([TEXT, Part(name=".x", content=b"\1" * 48, type=6), DEBUG])
"""It loads; lief says of its `.x`, stripped or not, that its entries have no size."""
FILES = {
    "native/__init__.py": b"",
    CORE: LIBRARY,
    "native/core.pyi": b"x: int\n",
    "native/notes.rst": b"Notes\n",
    "native/data/large.bin": b"large" * 999,
    "native/LICENSE.txt": b"Take it\n",
}
WORDS = ("native", "--runtime", "python3.13", "-o", "b.zip", "--json")
TABLE = "[tool.lbuild.slim]"


@pytest.fixture
def ready(room: Room) -> Room:
    """A room whose index has a compiled project."""
    room.offer("native", "1.0", FILES, tag="cp313-cp313-manylinux_2_17_x86_64")
    return room


def built(room: Room, *words: str) -> tuple[Outcome, dict[str, bytes]]:
    outcome = room.lbuild(*WORDS, *words)
    assert outcome.status == 0, outcome.stderr
    return outcome, members(room.folder / "b.zip")


def rules_of(outcome: Outcome) -> dict[str, str]:
    return {row["path"]: row["rule"] for row in outcome.report["dropped"]}


def test_a_dropped_file_is_gone_from_record_and_told_with_its_glob(ready: Room) -> None:
    """In the report, in what the build says, and in `lbuild size --dropped`."""
    outcome, files = built(ready, "--drop", "Native:native/data/**")
    record = files["native-1.0.dist-info/RECORD"].decode()
    rows = [row for row in outcome.report["dropped"] if row["path"] == "native/data/large.bin"]
    shown = ready.lbuild("size", "b.zip", "--dropped", index=False)

    assert "native/data/large.bin" not in files
    assert {row.partition(",")[0] for row in record.splitlines()} == files.keys()
    assert [(row["rule"], row["size"]) for row in rows] == [("asked: Native:native/data/**", 4995)]
    assert "left out: asked: Native:native/data/**" in outcome.stderr
    assert "asked: Native:native/data/**" in shown.stdout


def test_a_kept_library_has_its_own_bytes(ready: Room) -> None:
    """It is not stripped, nor dropped; a glob for another project does not concern it."""
    assert built(ready, "--keep", "native/*.so", "--drop", f"native:{CORE}")[1][CORE] == LIBRARY
    assert built(ready, "--keep", "native:native/core.*")[1].keys() >= {CORE, "native/core.pyi"}
    assert built(ready, "--keep", "other:native/*.so")[1][CORE] != LIBRARY


def test_a_profile_in_lbuilds_own_file(ready: Room) -> None:
    """Notes and errors name the file that was read."""
    ready.write("lbuild.toml", "[slim]", 'profile = "small"')
    outcome, _ = built(ready)
    ready.write("lbuild.toml", "[slim]", 'profil = "small"')
    refused = ready.lbuild("native", "-o", "b.zip")

    assert "note: what is left out follows `[tool.lbuild.slim]` in lbuild.toml" in outcome.stderr
    assert "documentation" in rules_of(outcome).values()
    assert refused.codes == ["configuration"]
    assert "in lbuild.toml has no key `profil`" in refused.stderr


def test_a_profile_of_ones_own(ready: Room) -> None:
    """Rules on and off on top of a base, and globs."""
    ready.write(
        "pyproject.toml",
        TABLE,
        'profile = "small"',
        'without = ["strip", "stubs"]',
        'drop = ["native:native/data/**"]',
    )
    outcome, files = built(ready)

    assert files[CORE] == LIBRARY
    assert "note: what is left out follows `[tool.lbuild.slim]` in pyproject.toml" in outcome.stderr
    assert rules_of(outcome) == {
        "native/notes.rst": "documentation",
        "native/data/large.bin": "asked: native:native/data/**",
    }


def test_the_command_line_replaces_the_base_and_nothing_else(ready: Room) -> None:
    """`--slim none` alone means every file; what the same command line drops goes all the same."""
    table = [TABLE, 'profile = "small"', 'also = ["service-examples"]', 'drop = ["native:native/data/**"]']
    ready.write("pyproject.toml", *table)
    dropped = "native/data/large.bin"

    assert rules_of(built(ready)[0]).keys() == {CORE, "native/core.pyi", "native/notes.rst", dropped}
    assert rules_of(built(ready, "--slim", "safe")[0]).keys() == {CORE, "native/core.pyi", dropped}
    assert rules_of(built(ready, "--slim", "none")[0]) == {}
    assert rules_of(built(ready, "--slim", "none", "--drop", "native:native/*.rst")[0]).keys() == {
        "native/notes.rst"
    }


def test_a_table_that_decides_nothing_is_not_told(ready: Room) -> None:
    """Such as one that the command line overrules: nothing of it holds."""
    ready.write("pyproject.toml", f'{TABLE}\nprofile = "small"\nalso = ["documentation"]\n')
    overruled, files = built(ready, "--slim", "none")
    followed, _ = built(ready)

    assert "native/notes.rst" in files
    assert "[tool.lbuild.slim]" not in overruled.stderr
    assert "[tool.lbuild.slim]" in followed.stderr


def test_a_base_of_nothing_with_one_rule(ready: Room) -> None:
    """`none` in the table is a base as any other."""
    ready.write("pyproject.toml", TABLE, 'profile = "none"', 'also = ["stubs"]')
    outcome, files = built(ready)

    assert rules_of(outcome) == {"native/core.pyi": "stubs"}
    assert files[CORE] == LIBRARY


def test_another_profile_is_another_question(ready: Room) -> None:
    """Whatever the cache knows of the same wheels, and back again."""
    first = built(ready)[0].report["bundle"]["sha256"]
    second = built(ready, "--drop", "native:native/data/**")[0].report["bundle"]["sha256"]
    third = built(ready, "--drop", "native:native/data/large.bin")[0]

    assert built(ready)[0].report["bundle"]["sha256"] == first != second
    assert third.report["bundle"]["sha256"] == second
    assert "asked: native:native/data/large.bin" in rules_of(third).values()


def test_globs_that_mean_nothing_are_warned_of_also_by_a_warm_build(ready: Room) -> None:
    """Each by its text."""
    words = ("--keep", "absent/**", "--drop", "native:native/data", "--drop", "other:x")
    told = [built(ready, *words)[0].report["warnings"] for _ in range(2)]
    folder = "`native/data/` is a folder: write `native:native/data/**`"

    assert told[0] == [
        "keep `absent/**` means no file of this bundle",
        f"drop `native:native/data` means no file of this bundle; {folder}",
        "drop `other:x`: no `other` in this bundle",
    ]
    assert told[1] == told[0]
    assert built(ready, *words, "--slim", "none")[0].report["warnings"] == told[0]


def test_metadata_and_licences_cannot_be_dropped(ready: Room) -> None:
    """The error says why, and the old bundle stays."""
    old = ready.write("b.zip", "old").read_bytes()
    metadata = ready.lbuild(*WORDS, "--drop", "native:native-*/**")
    licence = ready.lbuild(*WORDS, "--drop", "native:**/LICENSE*")
    named = ready.lbuild(*WORDS, "--drop", "native:native-1.0.dist-info/RECORD")

    assert [each.codes for each in (metadata, licence, named)] == [["not-droppable"]] * 2 + [["usage"]]
    assert {each.status for each in (metadata, licence, named)} == {2}
    assert "importlib.metadata" in metadata.stderr
    assert "licence" in licence.stderr
    assert (ready.folder / "b.zip").read_bytes() == old


@pytest.mark.parametrize(
    ("lines", "told", "hint"),
    [
        (["profil = 'safe'"], "no key `profil`", "`profile`"),
        (["profile = 'smal'"], "`smal`, which is no profile", "`small`"),
        (["without = ['stubbs']"], "a rule `stubbs`", "`stubs`"),
        (["also = 'stubs'"], "not a list of texts", '`also = ["..."]`'),
        (["also = ['stubs']", "without = ['stubs']"], "in both", ""),
        (["drop = ['scipy/**']"], "`scipy/**` names no project", "PROJECT:GLOB"),
        (["keep = ['a**b']"], "`**` within", ""),
        (["keep = [1]"], "not a list of texts", ""),
    ],
)
def test_a_table_that_cannot_be_understood(room: Room, lines: list[str], told: str, hint: str) -> None:
    """Nothing is resolved; the nearest name is told."""
    room.write("pyproject.toml", TABLE, *lines)
    outcome = room.lbuild(*WORDS)

    assert (outcome.status, outcome.codes) == (2, ["configuration"])
    assert told in outcome.stderr
    assert hint in outcome.stderr.partition("hint: ")[2]


def test_a_text_instead_of_the_table(room: Room) -> None:
    """The hint shows the table."""
    room.write("pyproject.toml", "[tool.lbuild]", 'slim = "small"')
    outcome = room.lbuild(*WORDS)

    assert outcome.codes == ["configuration"]
    assert 'profile = "small"' in outcome.stderr


@pytest.mark.parametrize("words", [("--drop", "scipy/**"), ("--keep", "/a"), ("--drop", "a b:x")])
def test_a_glob_that_cannot_be_understood(room: Room, words: tuple[str, str]) -> None:
    """Before anything is asked for."""
    outcome = room.lbuild(*WORDS, *words)

    assert (outcome.status, outcome.codes) == (2, ["usage"])
    assert f"`{words[0]} {words[1]}`" in outcome.stderr
    assert room.index.requests == []


# -- --paranoid ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", [("-o", "b.zip"), ("-o", "build/"), ("-o", "l.zip", "--layer", "--scripts")]
)
def test_paranoid_gives_the_same_bytes(ready: Room, words: tuple[str, ...]) -> None:
    """Where nothing is found, cold and warm."""
    ready.offer("other", "1.0", {"other.py": b""}, entry_points={"console_scripts": {"run": "other:f"}})
    source = ready.write("src/app.py", "import native")
    plain, *paranoid = (
        ready.lbuild(*WORDS, "other", "--scripts", "--source", str(source.parent), *words, *more)
        for more in ((), ("--paranoid",), ("--paranoid",))
    )

    assert plain.report["bundle"]["sha256"]
    for outcome in paranoid:
        assert outcome.report["bundle"]["sha256"] == plain.report["bundle"]["sha256"]
        assert outcome.report["warnings"] == []


def test_what_lief_doubts_is_not_stripped(room: Room) -> None:
    """The original is kept, byte for byte, and the report says which and why; every time."""
    files = {"native/__init__.py": b"", CORE: LIBRARY, ODD: UNSOUND}
    room.offer("native", "1.0", files, tag="cp313-cp313-manylinux_2_17_x86_64")
    plain = built(room)[1]
    doubted, again = (built(room, "--paranoid") for _ in range(2))

    assert plain[ODD] != UNSOUND
    assert doubted[1][ODD] == UNSOUND
    assert doubted[1][CORE] == plain[CORE] != LIBRARY
    assert [
        warning.partition(" is not stripped: lief says")[0] for warning in doubted[0].report["warnings"]
    ] == [f"`{ODD}` of native 1.0"]
    assert "sh_entsize" in doubted[0].report["warnings"][0]
    assert again[0].report["warnings"] == doubted[0].report["warnings"]


def test_a_warm_paranoid_build_starts_no_reader(ready: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was found sound is kept by its content."""
    built(ready, "--paranoid")
    monkeypatch.setattr("manylinux.elf.layouts.LayoutReader", None)
    monkeypatch.setattr("builder.link.proofs.proofread_zip", None)

    assert built(ready, "--paranoid")[0].status == 0


def test_a_disk_that_writes_something_else_is_found_out(ready: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old bundle stays."""
    from builder.link import write

    old = ready.write("b.zip", "old").read_bytes()

    class Lying(write.HashedStream):
        """Loses a bit on the way to the disk, after it was hashed."""

        def __exit__(self, *of: object) -> None:
            super().__exit__(*of)  # type: ignore[arg-type]  # as they came
            path = Path(self._file.name)  # type: ignore[attr-defined]  # a file it is
            content = bytearray(path.read_bytes())
            content[len(content) // 2] ^= 1
            path.write_bytes(content)

    monkeypatch.setattr(write, "HashedStream", Lying)
    outcome = ready.lbuild(*WORDS, "--paranoid")

    assert (outcome.status, outcome.codes) == (4, ["not-as-planned"])
    assert (ready.folder / "b.zip").read_bytes() == old
    assert ready.lbuild(*WORDS).status == 0


def test_a_profile_does_not_matter_to_a_zip_that_is_read_again(ready: Room) -> None:
    """What is dropped is not planned, and the RECORD agrees."""
    built(ready, "--paranoid", "--drop", "native:native/data/**", "--keep", "native/*.so")

    with zipfile.ZipFile(ready.folder / "b.zip") as archive:
        assert archive.testzip() is None
        assert archive.read(CORE) == LIBRARY


def test_the_report_tells_the_profile(ready: Room) -> None:
    """What the table and the options came to; a dry run has none."""
    keys = ("profile = 'small'", "without = ['stubs']", "keep = ['native/*.rst']")
    ready.write("pyproject.toml", TABLE, *keys)
    outcome, _ = built(ready, "--drop", "native:native/data/**")
    dry = ready.lbuild("native", "--runtime", "python3.13", "--dry-run", "--json")

    assert outcome.report["slim"] == {
        "profile": "small",
        "also": [],
        "without": ["stubs"],
        "keep": ["native/*.rst"],
        "drop": ["native:native/data/**"],
    }
    assert dry.report["slim"] is None
