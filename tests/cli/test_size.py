"""`lbuild size`: where the bytes of real bundles are, and what was left out of those built here."""

import json
import os
import zipfile
from pathlib import Path

import jsonschema
import pytest

from factories.commands import Outcome, Room, on_a_terminal
from factories.corpora import corpus_files
from factories.raw_zips import Part, raw_zip
from factories.wheels import make_wheel, zipped

SHAPE = {
    "type": "object",
    "required": ["schema", "bundle", "limits", "owners", "kinds", "files", "faults"],
    "properties": {
        "schema": {"const": 1},
        "bundle": {"required": ["name", "role", "zipped", "unpacked", "files"]},
        "limits": {"required": ["unpacked", "direct_upload"]},
        "owners": {"items": {"required": ["name", "version", "unpacked", "packed", "files"]}},
        "kinds": {"items": {"required": ["kind", "unpacked", "packed", "files"]}},
        "files": {"items": {"required": ["path", "owner", "kind", "unpacked", "packed"]}},
    },
}


def size(room: Room, *words: str | Path, cache: bool = False) -> Outcome:
    return room.lbuild("size", *words, index=False, cache=cache)


def built(room: Room, *words: str) -> Path:
    """A bundle with a distribution that loses a script and a header, and one that loses nothing."""
    room.offer(
        "demo",
        "1.0",
        {"demo/core.so": os.urandom(5000), "demo/__init__.py": b"a = 1\n"},
        data_scripts={"demo": b"#!python\n" * 20},
        data={"headers/demo.h": b"int a;\n"},
        requires_dist=["dep"],
    )
    room.offer("dep", "1.2")
    output = words[words.index("-o") + 1] if "-o" in words else "b.zip"
    done = room.lbuild("demo", *(words or ("-o", "b.zip")))
    assert done.status == 0, done.stderr
    return room.folder / output


def test_shows_what_is_in_a_bundle(room: Room) -> None:
    """Distributions by size, the limits, kinds of files; nothing on stderr."""
    shown = size(room, built(room))

    assert (shown.status, shown.stderr) == (0, "")
    lines = shown.stdout.splitlines()
    assert lines[0].startswith("b.zip: a function of ")
    assert lines.index(next(line for line in lines if "demo 1.0" in line)) < lines.index(
        next(line for line in lines if "dep 1.2" in line)
    )
    assert "of Lambda's 250.0 MB" in shown.stdout
    assert "  compiled libraries" in shown.stdout


def test_json_has_the_documented_shape(room: Room) -> None:
    """Totals agree with the archive, file by file."""
    bundle = built(room)
    form = size(room, bundle, "--json").report
    jsonschema.validate(form, SHAPE)
    with zipfile.ZipFile(bundle) as archive:
        entries = {info.filename: (info.file_size, info.compress_size) for info in archive.infolist()}

    assert {file["path"]: (file["unpacked"], file["packed"]) for file in form["files"]} == entries
    assert form["bundle"]["zipped"] == bundle.stat().st_size
    for part in ("owners", "kinds", "files"):
        assert sum(each["unpacked"] for each in form[part]) == form["bundle"]["unpacked"]
    assert [(owner["name"], owner["version"]) for owner in form["owners"]] == [
        ("demo", "1.0"),
        ("dep", "1.2"),
    ]


@pytest.mark.parametrize("words", [("-o", "build/"), ("-o", "l.zip", "--layer")])
def test_layers_and_folders_are_bundles_too(room: Room, words: tuple[str, ...]) -> None:
    """With the same owners."""
    form = size(room, built(room, *words), "--json").report

    assert [owner["name"] for owner in form["owners"]] == ["demo", "dep"]
    assert form["bundle"]["role"] == ("layer" if "--layer" in words else "function")
    assert (form["bundle"]["zipped"] is None) == ("build/" in words)


def test_a_wheel_is_shown_as_installed(room: Room) -> None:
    """`.data/purelib/x` is `x`."""
    wheel = room.folder / "demo-1.0-py3-none-any.whl"
    wheel.write_bytes(make_wheel("demo", "1.0", {"demo.py": b"a"}, data={"purelib/other.py": b"b"}))
    form = size(room, wheel, "--json").report

    assert form["bundle"]["role"] == "wheel"
    assert {"demo.py", "other.py"} < {file["path"] for file in form["files"]}


@pytest.mark.parametrize("words", [("-o", "b.zip"), ("-o", "build/"), ("-o", "l.zip", "--layer")])
def test_tells_what_was_left_out(room: Room, words: tuple[str, ...]) -> None:
    """Of what this cache has built, also a folder that Python has run from since."""
    bundle = built(room, *words)
    if bundle.is_dir():
        (bundle / "demo" / "__pycache__").mkdir()
        (bundle / "demo" / "__pycache__" / "__init__.cpython-313.pyc").write_bytes(b"cached")
    shown = size(room, bundle, "--dropped", cache=True)
    form = size(room, bundle, "--dropped", "--json", cache=True).report

    assert shown.status == 0, shown.stderr
    assert "left out 2 files" in shown.stdout
    assert {rule["rule"]: rule["files"] for rule in form["rules"]} == {"scripts": 1, "headers": 1}
    assert form["owners"] == [{"owner": "demo 1.0", "size": 187, "files": 2}]
    assert sum(drop["size"] for drop in form["dropped"]) == form["size"] == 187


def test_the_last_build_of_equal_bundles_counts(room: Room) -> None:
    """Not what an earlier one, of other requirements, was told to exclude."""
    room.offer("demo", "1.0", {"demo.py": b""})
    room.offer("other", "1.0", {"other.py": b""})
    first = room.lbuild("demo", "other", "--exclude", "other", "-o", "b.zip", "--json").report
    excluded = size(room, room.folder / "b.zip", "--dropped", "--json", cache=True).report["excluded"]
    second = room.lbuild("demo", "-o", "b.zip", "--json").report

    assert first["bundle"]["sha256"] == second["bundle"]["sha256"]
    assert excluded == {"other": "--exclude"}
    assert size(room, room.folder / "b.zip", "--dropped", "--json", cache=True).report["excluded"] == {}


def test_a_bundle_that_the_cache_does_not_know_needs_a_report(room: Room, tmp_path: Path) -> None:
    """The error says how to get one, and the report of another bundle is refused."""
    bundle = built(room)
    report = room.lbuild("demo", "-o", "b.zip", "--json").stdout
    room.write("report.json", report)
    other = room.folder / "other.zip"
    other.write_bytes(bundle.read_bytes() + b"\n")
    empty = ("--cache-dir", str(tmp_path / "empty"))
    unknown = size(room, bundle, "--dropped", *empty)

    assert (unknown.status, unknown.codes) == (2, ["no-report"])
    assert "--report FILE" in unknown.stderr
    assert size(room, bundle, "--report", "report.json", *empty).stdout.startswith("b.zip: left out 2 files")
    assert size(room, other, "--report", "report.json").codes == ["no-report"]
    assert size(room, bundle, "--report", "none.json").codes == ["input-not-found"]
    assert size(room, bundle, "--report", "b.zip").codes == ["no-report"]
    assert size(room, bundle, "--report", ".").codes == ["usage"]


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no device that never ends")
def test_a_report_without_end_is_refused(room: Room) -> None:
    """It is read up to a limit."""
    outcome = size(room, built(room), "--report", "/dev/zero")

    assert (outcome.status, outcome.codes) == (2, ["usage"])
    assert "it has more than 67,108,864 bytes" in outcome.stderr


def test_a_report_that_cannot_be_kept_is_no_failure(room: Room) -> None:
    """The bundle is there; a warning says what will be missing."""
    built(room)
    (room.folder / "b.zip").unlink()
    bucket = room.cache / "reports-v1"
    for path in sorted(bucket.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    bucket.rmdir()
    bucket.write_text("in the way")
    done = room.lbuild("demo", "-o", "b.zip")

    assert done.status == 0, done.stderr
    assert "warning: Cannot write" in done.stderr
    assert "`lbuild size --dropped` will not know this build" in done.stderr
    assert (room.folder / "b.zip").exists()


def test_what_is_no_bundle_is_told(room: Room) -> None:
    """As `lbuild inspect` tells it."""
    room.write("text.zip", "no zip")
    for words in ((), ("--json",)):
        assert [size(room, name, *words).codes for name in ("none.zip", "text.zip")] == [
            ["input-not-found"],
            ["bad-archive"],
        ]
    assert size(room, "none.zip", "--dropped").codes == ["input-not-found"]
    assert size(room, "text.zip", "--depth", "-1").codes == ["usage"]


def test_an_empty_bundle_is_shown(room: Room) -> None:
    """A zip without entries, a folder without files."""
    (room.folder / "e.zip").write_bytes(zipped({}))
    (room.folder / "e").mkdir()

    for name in ("e.zip", "e"):
        assert (size(room, name).status, size(room, name, "--json").report["files"]) == (0, [])
        assert "of 0 files" in size(room, name).stdout


def test_many_entries_are_no_trouble(room: Room) -> None:
    """As many as a zip without zip64 holds, nearly."""
    files = {f"p{number % 300}/d{number % 7}/m{number}.py": b"" for number in range(60_000)}
    (room.folder / "many.zip").write_bytes(zipped(files, deflate=False))
    shown = size(room, "many.zip")

    assert shown.status == 0
    assert "of 60,000 files" in shown.stdout
    assert len(shown.stdout.splitlines()) < 40


HOSTILE = corpus_files(
    "malo/zip/malicious", "malo/zip/reject", "malo/zip/iffy", "malo/zip/accept", "warehouse-zipdata/reject",
    "warehouse-zipdata/accept", "pip-wheels",
)  # fmt: skip


@pytest.mark.parametrize("path", HOSTILE)
def test_hostile_archives_are_shown_or_refused(room: Room, path: Path) -> None:
    """Never a bug, nothing that a terminal would obey."""
    for words in (("size", path), ("diff", path, path), ("size", path, "--json")):
        shown = room.lbuild(*words, index=False, cache=False)

        assert shown.status in (0, 4), shown.stderr
        assert "Traceback" not in shown.stderr
        assert all(line.isprintable() for line in (shown.stdout + shown.stderr).splitlines())


ODD = {
    "an entry without a name": raw_zip([Part(name=b""), Part(name=b"a.py")]),
    "a date of zeros": raw_zip([Part(name=b"a.py")]).replace(b"\0\0\x21\0", bytes(4)),
    "a RECORD that is no CSV": zipped(
        {"a-1.dist-info/RECORD": b"x" * 200_000 + b",,\n", "a-1.dist-info/METADATA": b"Name: a\nVersion: 1\n"}
    ),
    "a METADATA without a name": zipped({"a-1.dist-info/METADATA": b"\n\n"}),
    "an offset beyond everything": raw_zip(
        [Part(name=b"a-1.dist-info/METADATA", content=b"Name: a\n", central={"offset": 0xFFFFFFF0})]
    ),
}


@pytest.mark.parametrize("content", ODD.values(), ids=ODD)
@pytest.mark.parametrize("command", ["size", "inspect"])
def test_odd_archives_are_no_bugs(room: Room, command: str, content: bytes) -> None:
    """What other writers write, by mistake or not."""
    (room.folder / "odd.zip").write_bytes(content)
    shown = room.lbuild(command, "odd.zip", index=False, cache=False)

    assert shown.status in (0, 4), shown.stderr
    assert "Traceback" not in shown.stderr


def test_a_zip_without_dates_is_no_damaged_one(room: Room) -> None:
    """Some writers leave zeros, and Lambda takes them."""
    (room.folder / "odd.zip").write_bytes(ODD["a date of zeros"])

    assert room.lbuild("inspect", "odd.zip", index=False, cache=False).status == 0


def test_entries_that_are_not_counted_are_told(room: Room) -> None:
    """On stderr; `lbuild inspect` says more."""
    (room.folder / "odd.zip").write_bytes(zipped({"../out\x1b.py": b"a", "b.py": b"b"}))
    shown = size(room, "odd.zip")

    assert shown.status == 0
    assert "warning: 1 fault in `odd.zip` (`lbuild inspect`): ../out?.py: leads out" in shown.stderr


def test_names_cannot_disturb_the_terminal(room: Room) -> None:
    """Of entries and of the archive, for `inspect` as well."""
    path = room.folder / "b\x1b.zip"
    path.write_bytes(zipped({"a\x1b[2J/x\n.py": b"a", "b\r.so": b"\x7fELF"}))
    for command in (("size", path), ("diff", path, path), ("inspect", path, "--all")):
        shown = room.lbuild(*command, index=False, cache=False)

        assert all(line.isprintable() for line in shown.stdout.splitlines()), shown.stdout


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX's")
def test_a_terminal_has_colours_and_its_own_width(room: Room) -> None:
    """NO_COLOR takes the colours, and the words stay; elsewhere a line has 80 columns."""
    built(room)
    width = {"TERM": "xterm", "COLUMNS": "120"}
    wide, plain = (
        on_a_terminal(room, width | colour, "size", "b.zip", index=False, cache=False)
        for colour in ({}, {"NO_COLOR": "1"})
    )
    piped = room.process("size", "b.zip", index=False, cache=False, env={**room.environ, "COLUMNS": "120"})

    assert "\x1b[" in wide
    assert "\x1b[" not in plain + piped.stdout
    assert max(map(len, plain.splitlines())) > 80
    assert max(map(len, piped.stdout.splitlines())) <= 80
    assert "demo 1.0" in wide


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
def test_an_encoding_without_bars_gets_plainer_ones(room: Room, encoding: str) -> None:
    """No crash, and still a picture."""
    built(room)
    environ = {**room.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    shown = room.process("size", "b.zip", index=False, cache=False, env=environ)

    assert (shown.status, shown.stderr) == (0, "")
    assert "####" in shown.stdout


@pytest.mark.skipif(os.name != "posix", reason="descriptors are POSIX's")
@pytest.mark.parametrize(
    "words", [("size", "b.zip"), ("size", "b.zip", "--json"), ("diff", "b.zip", "b.zip")]
)
def test_a_reader_that_leaves_is_no_crash(room: Room, words: tuple[str, ...]) -> None:
    """`lbuild size b.zip | head -1`."""
    (room.folder / "b.zip").write_bytes(zipped({"a.py": b"a"}))
    reading, writing = os.pipe()
    os.close(reading)
    done = room.process(*words, index=False, cache=False, stdout=writing)
    os.close(writing)

    assert (done.status, done.stderr) == (141, "")


def test_the_report_tells_what_was_left_out(room: Room) -> None:
    """A line for each rule; with -v one for each distribution below it."""
    room.offer(
        "demo", "1.0", {"demo.py": b""}, data_scripts={"demo": b"#!python\n"}, data={"headers/a.h": b"a"}
    )
    short = room.lbuild("demo", "-o", "b.zip").stderr
    long = room.lbuild("demo", "-o", "b.zip", "-v").stderr

    assert "  left out: scripts  9 B  1 file\n  left out: headers  1 B  1 file\n" in short
    assert "  left out: scripts  9 B  1 file\n    demo 1.0         9 B  1 file\n" in long


def test_a_document_is_whole(room: Room) -> None:
    """Also when names are not text in any encoding."""
    folder = os.fsencode(room.folder / "odd")
    os.mkdir(folder)
    try:
        with open(folder + b"/\xff.py", "w"):
            pass
    except OSError:
        pytest.skip("this file system takes only names in UTF-8")
    shown = size(room, "odd", "--json")

    assert json.loads(shown.stdout)["bundle"]["files"] == 1
    assert size(room, "odd").status == 0
