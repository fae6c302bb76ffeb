"""`--optimize size`: the same files, as small as they get."""

import gzip
import hashlib
import subprocess
import sys
import zipfile
from base64 import urlsafe_b64encode
from dataclasses import replace
from pathlib import Path

import pytest

from factories.commands import Room, members, tree
from factories.interpreters import interpreter_of, own_interpreter, run

WORDS = ("--runtime", "python3.13", "--bytecode", "none", "-o", "b.zip", "--json")
SIZE = (*WORDS, "--optimize", "size")
TEXT = b"".join(b"value_%d = %d\n" % (n * n % 997, n) for n in range(6000))
ZIPPED = gzip.compress(TEXT, 1, mtime=0)
FILES = {
    "lib/__init__.py": b"",
    "lib/core.py": TEXT,
    "lib/noise.bin": hashlib.shake_256(b"noise").digest(9000),
    "lib/data.json.gz": ZIPPED,
    "lib/tests/__init__.py": b"",
    "lib/tests/test_core.py": TEXT[:50_000],
}


@pytest.fixture
def full(room: Room) -> Room:
    """Modules, data that cannot be compressed, and data that is already."""
    room.offer("lib", "1.0", FILES)
    return room


def packed(room: Room) -> dict[str, int]:
    """The compressed sizes of a bundle's files."""
    with zipfile.ZipFile(room.folder / "b.zip") as archive:
        return {info.filename: info.compress_size for info in archive.infolist()}


def regzips(report: dict[str, list[dict[str, object]]]) -> dict[object, object]:
    return {row["path"]: row["size"] for row in report["dropped"] if row["rule"] == "regzip"}


def test_the_zip_is_smaller_and_its_files_are_the_same(full: Room) -> None:
    """No member is larger than before; what unzips data gets the same bytes."""
    full.lbuild("lib", *WORDS)
    before, files = packed(full), members(full.folder / "b.zip")
    outcome = full.lbuild("lib", *SIZE)
    after, smaller = packed(full), members(full.folder / "b.zip")
    rewritten = {"lib/data.json.gz", "lib-1.0.dist-info/RECORD"}

    assert outcome.status == 0, outcome.stderr
    assert after["lib/core.py"] < before["lib/core.py"]
    assert all(after[name] <= size for name, size in before.items())
    assert {name: smaller[name] for name in files.keys() - rewritten} == {
        name: files[name] for name in files.keys() - rewritten
    }
    assert gzip.decompress(smaller["lib/data.json.gz"]) == TEXT
    assert outcome.report["engine"] == "deflate 0.9.0 (libdeflate) level 12"


def test_a_gzip_file_made_smaller_is_told_and_recorded(full: Room) -> None:
    """As every file that is not as its wheel brought it."""
    report = full.lbuild("lib", *SIZE).report
    files = members(full.folder / "b.zip")
    content = files["lib/data.json.gz"]
    digest = urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()

    assert regzips(report) == {"lib/data.json.gz": len(ZIPPED) - len(content)}
    assert f"lib/data.json.gz,sha256={digest},{len(content)}\n" in files["lib-1.0.dist-info/RECORD"].decode()


def test_without_it_compressed_bytes_are_copied(full: Room) -> None:
    """`speed`, the default."""
    full.lbuild("lib", *WORDS)
    default = members(full.folder / "b.zip")
    sizes = packed(full)
    full.lbuild("lib", *WORDS, "--optimize", "speed")

    assert default["lib/data.json.gz"] == ZIPPED
    assert packed(full) == sizes


def test_a_gzip_file_stays_where_its_wheel_could_tell(room: Room) -> None:
    """Its digest stands in code or data, or another file is named after it; or the wheel is to stay whole."""
    digest = hashlib.sha256(ZIPPED).hexdigest()
    room.offer("coded", "1.0", {"coded.py": f"SUM = '{digest}'".encode(), "a.gz": ZIPPED})
    room.offer("listed", "1.0", {"listed.py": b"", "sums.txt": digest.upper().encode(), "b.gz": ZIPPED})
    room.offer("indexed", "1.0", {"indexed.py": b"", "c.gz": ZIPPED, "c.gz.idx": b"0 0\n"})
    room.offer("own", "1.0", {"own.py": b""}, dist_info_files={"sboms/d.gz": ZIPPED})
    everything = ("coded", "listed", "indexed", "own")
    kept = room.lbuild(*everything, *SIZE)

    assert kept.status == 0, kept.stderr
    assert not regzips(kept.report)

    room.offer("plain", "1.0", {"plain.py": b"", "e.gz": ZIPPED})
    assert regzips(room.lbuild("plain", *SIZE, "--slim", "none").report) == {}
    assert regzips(room.lbuild("plain", *SIZE, "--keep", "e.gz").report) == {}
    assert regzips(room.lbuild("plain", *everything, *SIZE).report).keys() == {"e.gz"}


def test_two_wheels_go_on_filling_a_path_alike(room: Room) -> None:
    """Had one been rewritten and the other not, they would clash."""
    room.offer("one", "1.0", {"one.py": b"", "share/a.gz": ZIPPED})
    room.offer("two", "1.0", {"two.py": hashlib.md5(ZIPPED).hexdigest().encode(), "share/a.gz": ZIPPED})
    outcome = room.lbuild("one", "two", *SIZE)

    assert outcome.status == 0, outcome.stderr
    assert members(room.folder / "b.zip")["share/a.gz"] == ZIPPED


def test_what_was_written_reads_back_as_it_was_planned(full: Room) -> None:
    """`--paranoid` reads members that were compressed anew, and finds nothing wrong."""
    plain = full.lbuild("lib", *SIZE).report
    outcome = full.lbuild("lib", *SIZE, "--paranoid")

    assert outcome.status == 0, outcome.stderr
    assert outcome.report["bundle"]["sha256"] == plain["bundle"]["sha256"]


def test_bytecode_is_compressed_as_small_beside_files_made_smaller(full: Room, tmp_path: Path) -> None:
    """What was compiled is a member like any other."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python3.13").symlink_to(interpreter_of("3.13").path)
    able = replace(full, environ={**full.environ, "PATH": str(tmp_path / "bin")})
    words = ("--runtime", "python3.13", "-o", "b.zip", "--json", "--bytecode", "all")
    before = able.lbuild("lib", *words)
    larger = packed(able)
    after = able.lbuild("lib", *words, "--optimize", "size")
    compiled = "lib/__pycache__/core.cpython-313.pyc"

    assert (before.status, after.status) == (0, 0), after.stderr
    assert packed(able)[compiled] < larger[compiled]
    assert regzips(after.report)


def test_the_second_build_makes_nothing(full: Room) -> None:
    """What came of each content is kept, of the app's own too, and the bytes are the same."""
    source = full.write("src/app.py", *(f"number_{n} = {n * n}" for n in range(4000))).parent
    first = full.lbuild("lib", *SIZE, "--source", source).report
    kept = tree(full.cache / "blobs-v1").keys() | tree(full.cache / "remade-v1").keys()
    second = full.lbuild("lib", *SIZE, "--source", source, "--offline").report

    assert second["bundle"]["sha256"] == first["bundle"]["sha256"]
    assert tree(full.cache / "blobs-v1").keys() | tree(full.cache / "remade-v1").keys() == kept


def test_the_bytes_do_not_depend_on_what_was_built_before(full: Room) -> None:
    """Another bundle has needed a part of the wheel."""
    fresh = full.lbuild("lib", *SIZE, "--slim", "none", "--no-cache", cache=False).report
    full.lbuild("lib", *SIZE)
    grown = full.lbuild("lib", *SIZE, "--slim", "none").report

    assert grown["bundle"]["sha256"] == fresh["bundle"]["sha256"]


def test_lost_blobs_are_made_again(full: Room) -> None:
    """The cache may be pruned at any time."""
    first = full.lbuild("lib", *SIZE).report
    for path in (full.cache / "blobs-v1").rglob("*"):
        if path.is_file() and not path.name.endswith(".stamp") and path.read_bytes()[:2] != b"PK":
            path.unlink()
    second = full.lbuild("lib", *SIZE).report

    assert second["bundle"]["sha256"] == first["bundle"]["sha256"]


def test_a_folder_has_nothing_to_compress(full: Room) -> None:
    """Only what makes files themselves smaller counts there."""
    outcome = full.lbuild("lib", "--runtime", "python3.13", "-o", "build/", "--json", "--optimize", "size")
    stages = [stage["name"] for stage in outcome.report["stages"]]

    assert outcome.status == 0, outcome.stderr
    assert "press" not in stages
    assert len((full.folder / "build/lib/data.json.gz").read_bytes()) < len(ZIPPED)


def test_an_unknown_value_is_a_usage_error(full: Room) -> None:
    """And nothing is built."""
    outcome = full.lbuild("lib", *WORDS, "--optimize", "beauty")

    assert outcome.status == 2
    assert "`speed`, `size`" in outcome.stderr
    assert not (full.folder / "b.zip").exists()


@pytest.mark.registry
def test_real_packages_work_from_the_smallest_zip(room: Room, tmp_path: Path) -> None:
    """dateutil reads its time zones from a gzip file that was made smaller; a compiled module loads."""
    interpreter = own_interpreter()
    python = ".".join(interpreter.version.split(".")[:2])
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    wanted = ("python-dateutil==2.9.0.post0", "six==1.17.0", "markupsafe==3.0.2")
    subprocess.run([*command, "-d", str(tmp_path / "wheels"), *wanted], check=True)
    wheels = sorted((tmp_path / "wheels").iterdir())
    words = ("--runtime", f"python{python}", "-o", "b.zip", "--json")
    whole = room.lbuild(*wheels, *words, "--slim", "none").report
    small = room.lbuild(*wheels, *words, "--optimize", "size").report
    with zipfile.ZipFile(room.folder / "b.zip") as archive:
        archive.extractall(tmp_path / "tree")
    program = "import sys; sys.path.insert(0, sys.argv[1])\n"
    program += "from dateutil.zoneinfo import get_zonefile_instance as zones; import markupsafe._speedups\n"
    program += "from importlib.metadata import files\n"
    program += "listed = [file for file in files('python-dateutil') if file.size is not None]\n"
    program += "assert all(file.locate().stat().st_size == file.size for file in listed)\n"
    program += "print(zones().get('Europe/Zurich'))"

    assert set(regzips(small)) == {"dateutil/zoneinfo/dateutil-zoneinfo.tar.gz"}
    assert small["bundle"]["zipped"] < 0.97 * whole["bundle"]["zipped"]
    assert "tzfile" in run(interpreter, program, str(tmp_path / "tree"))
