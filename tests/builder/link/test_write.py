"""Zips as they are written, judged by readers that are not lbuild's."""

import hashlib
import io
import os
import shutil
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from builder.errors import OutputError, SourceFileError, TooLargeError
from builder.link.contents import read_content
from builder.link.limits import too_large_for_zip
from builder.link.write import write_zip
from builder.model import Bundle, BundlePlan, LayoutKind
from factories.bundles import make_source, plan, verified_wheel
from manylinux.archive import pack, rawzip
from prebuilt_index.errors import HashMismatchError, StoreError
from prebuilt_index.wheel_archive import VerifiedWheel

BIG = os.urandom(700_000)


def bundle_of(folder: Path) -> BundlePlan:
    """Wheels with small, large, stored, executable, empty and non-ASCII members, and a source."""
    wheels = [
        verified_wheel(
            folder, "one", {"one/data.bin": BIG, "one/\u00e9t\u00e9.py": b"x = 1\n" * 99, "one/e": b""}
        ),
        verified_wheel(folder, "two", {"two.py": b"y = 2\n"}, deflate=False),
        verified_wheel(folder, "three", {"bin/three": b"#!/bin/sh\n"}, executables=["bin/three"]),
    ]
    source = make_source(
        folder / "src", {"app.py": b"import two\n" * 50, "run.sh": b"#!/bin/sh\n"}, ["run.sh"]
    )
    return plan(wheels, source)


def written(bundle: BundlePlan, folder: Path) -> tuple[Bundle, zipfile.ZipFile]:
    output = folder / "bundle.zip"
    return write_zip(bundle, output), zipfile.ZipFile(io.BytesIO(output.read_bytes()))


def test_holds_every_planned_file_with_its_content(tmp_path: Path) -> None:
    """Another reader finds what the wheels and the source hold, in the plan's order, intact."""
    bundle = bundle_of(tmp_path)
    result, archive = written(bundle, tmp_path)

    assert archive.testzip() is None
    assert archive.namelist() == [file.path for file in bundle.files]
    assert archive.read("one/data.bin") == BIG
    assert archive.read("one/\u00e9t\u00e9.py") == b"x = 1\n" * 99
    assert archive.read("app.py") == b"import two\n" * 50
    assert result.files == len(bundle.files)
    assert result.unzipped_size == sum(entry.file_size for entry in archive.infolist())


@pytest.mark.skipif(shutil.which("unzip") is None, reason="no unzip on this machine")
def test_unzip_finds_no_fault(tmp_path: Path) -> None:
    """Info-ZIP reads front to back as Lambda may."""
    written(bundle_of(tmp_path), tmp_path)

    subprocess.run(["unzip", "-tq", tmp_path / "bundle.zip"], check=True, capture_output=True)


def test_every_header_field_is_the_fixed_one(tmp_path: Path) -> None:
    """No time, user, system or tool shows in the archive."""
    _, archive = written(bundle_of(tmp_path), tmp_path)

    for entry in archive.infolist():
        assert entry.date_time == (1980, 1, 1, 0, 0, 0)
        assert (entry.create_system, entry.create_version, entry.extract_version) == (3, 20, 20)
        assert entry.flag_bits == (0 if entry.filename.isascii() else 0x800)
        assert entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        assert (entry.extra, entry.comment, entry.internal_attr, entry.volume) == (b"", b"", 0, 0)
        runs = entry.filename in ("bin/three", "run.sh")
        assert entry.external_attr == (0o100755 if runs else 0o100644) << 16
    assert archive.comment == b""


def test_local_headers_say_what_the_directory_says_and_nothing_lies_between(tmp_path: Path) -> None:
    """A reader that streams and one that seeks see the same archive."""
    _, archive = written(bundle_of(tmp_path), tmp_path)
    raw = (tmp_path / "bundle.zip").read_bytes()
    at = 0
    for entry in archive.infolist():
        fields = struct.unpack_from("<4s5H3L2H", raw, at)
        name = raw[at + 30 : at + 30 + fields[9]]

        assert entry.header_offset == at
        assert fields == (
            *(b"PK\3\4", 20, entry.flag_bits, entry.compress_type, 0, 0x21, entry.CRC),
            *(entry.compress_size, entry.file_size, len(entry.filename.encode()), 0),
        )
        assert name == entry.filename.encode()
        at += 30 + len(name) + entry.compress_size
    assert archive.start_dir == at


def test_tells_the_digest_and_the_sizes_of_what_it_wrote(tmp_path: Path) -> None:
    """sha256, bytes on disk, and bytes by owner that add up."""
    result, archive = written(bundle_of(tmp_path), tmp_path)
    raw = (tmp_path / "bundle.zip").read_bytes()

    assert result.sha256 == hashlib.sha256(raw).hexdigest()
    assert result.zipped_size == len(raw)
    assert set(result.sizes) == {"one 1.0", "two 1.0", "three 1.0", "source"}
    assert sum(unpacked for unpacked, _ in result.sizes.values()) == result.unzipped_size
    assert sum(packed for _, packed in result.sizes.values()) == sum(
        e.compress_size for e in archive.infolist()
    )


def test_an_empty_bundle_is_an_empty_zip(tmp_path: Path) -> None:
    """Nothing asked, nothing in it, and still an archive."""
    result, archive = written(plan([]), tmp_path)

    assert archive.namelist() == []
    assert result.zipped_size == 22


def test_members_of_many_wheels_are_copied_with_few_files_open(tmp_path: Path) -> None:
    """A stack of a hundred wheels stays below small limits of open files."""
    wheels = [verified_wheel(tmp_path, f"w{index}", {f"p/{index}.py": b"x"}) for index in range(60)]
    _, archive = written(plan(wheels), tmp_path)

    assert archive.testzip() is None


_CHILD = """
import sys, os
sys.path.insert(0, os.environ["TESTS"])
from pathlib import Path
from builder.link.write import write_zip
from factories.bundles import make_source, plan, verified_wheel
os.umask(int(os.environ["UMASK"], 8))
folder = Path(os.environ["FOLDER"]); folder.mkdir()
names = ["one", "two", "three"]
wheels = [verified_wheel(folder, n, {f"{n}/x{i}.py": b"x = 1\\n" * i for i in range(40)}) for n in names]
if os.environ["ORDER"] == "backwards":
    wheels.reverse()
source = make_source(folder / "src", {"app.py": b"import one\\n" * 99})
print(write_zip(plan(wheels, source), Path("o.zip")).sha256)
"""


def test_the_same_bytes_whatever_the_surroundings(tmp_path: Path) -> None:
    """Hash seed, umask, time zone, locale, working directory and order of wheels leave no trace."""
    surroundings = [
        ("0", "022", "UTC", "C", "forwards"),
        ("1", "077", "Asia/Kolkata", "tr_TR.UTF-8", "backwards"),
        ("random", "000", "America/St_Johns", "ja_JP.UTF-8", "backwards"),
    ]
    root = Path(__file__).parents[3]
    digests = set()
    for index, (seed, umask, zone, locale, order) in enumerate(surroundings):
        cwd = tmp_path / ("x" * 40 * index + " cwd")
        cwd.mkdir()
        environment = {"PYTHONHASHSEED": seed, "UMASK": umask, "TZ": zone, "LANG": locale, "ORDER": order}
        places = {
            "FOLDER": str(tmp_path / f"w{index}"),
            "TESTS": str(root / "tests"),
            "PYTHONPATH": str(root),
        }
        ran = subprocess.run(
            [sys.executable, "-c", _CHILD],
            cwd=cwd,
            env=environment | places,
            capture_output=True,
            text=True,
            check=True,
        )
        digests.add(ran.stdout)

    assert len(digests) == 1


def test_generated_bytes_come_from_the_pinned_engine() -> None:
    """A change of engine or level changes bundles, so it must be seen: the bytes are written down here."""
    packed = pack.pack(b"the same bytes on every host, " * 20)

    assert pack.ENGINE == "deflate 0.9.0 (libdeflate) level 6"
    assert packed.deflated
    assert (
        packed.data.hex() == "2bc94855284ecc4d5548aa2c492d56c8cf53482d4b2daa54c8c82f2ed1512819951d95254b1600"
    )


def test_content_that_does_not_shrink_is_stored() -> None:
    """Compressed data is not compressed again."""
    packed = pack.pack(BIG[:1000])

    assert not packed.deflated
    assert packed.data == BIG[:1000]


def test_source_too_large_to_hold_is_stored(tmp_path: Path) -> None:
    """Memory does not grow with one file; its header is still right."""
    body = bytes(pack.LARGEST + 1)
    result, archive = written(plan([], make_source(tmp_path / "src", {"model.bin": body})), tmp_path)

    assert archive.testzip() is None
    assert archive.getinfo("model.bin").compress_type == zipfile.ZIP_STORED
    assert result.sizes["source"] == (len(body), len(body))


def test_a_source_file_that_vanished_is_named(tmp_path: Path) -> None:
    """What was there at planning and is gone at writing is a clear error, and no output appears."""
    bundle = plan([], make_source(tmp_path / "src", {"app.py": b"x"}))
    (tmp_path / "src/app.py").unlink()
    with pytest.raises(SourceFileError, match=r"app\.py"):
        write_zip(bundle, tmp_path / "b.zip")

    assert [path.name for path in tmp_path.iterdir()] == ["src"]


def damaged(wheel: VerifiedWheel, path: str) -> None:
    """Flip one bit in the middle of a member's data."""
    (member,) = (member for member in wheel.members if member.path == path)
    raw = bytearray(wheel.path.read_bytes())
    raw[member.offset + member.compressed_size // 2] ^= 1
    wheel.path.write_bytes(raw)


@pytest.mark.parametrize("deflate", [True, False])
@pytest.mark.parametrize("size", [5_000, 9_000_000])
def test_content_that_changed_since_it_was_verified_is_refused(
    tmp_path: Path, deflate: bool, size: int
) -> None:
    """Inflating checks size and CRC again, by either engine."""
    wheel = verified_wheel(tmp_path, "demo", {"demo.bin": (b"0123456789" * size)[:size]}, deflate=deflate)
    member = next(member for member in wheel.members if member.path == "demo.bin")

    assert read_content(wheel.path, member) == (b"0123456789" * size)[:size]
    damaged(wheel, "demo.bin")
    with pytest.raises(HashMismatchError, match=r"demo\.bin"):
        read_content(wheel.path, member)


def test_a_wheel_cut_short_in_the_store_is_refused(tmp_path: Path) -> None:
    """A copy that would end early ends in an error, and the old output stays."""
    wheel = verified_wheel(tmp_path, "demo", {"demo.bin": BIG})
    (tmp_path / "b.zip").write_bytes(b"old")
    wheel.path.write_bytes(wheel.path.read_bytes()[:1000])
    with pytest.raises(StoreError, match="cannot be read"):
        write_zip(plan([wheel]), tmp_path / "b.zip")

    assert (tmp_path / "b.zip").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 2


class Counter:
    """A stream that only counts."""

    def __init__(self, length: int) -> None:
        self.length = length

    def write(self, data: bytes | bytearray) -> None:
        self.length += len(data)


@pytest.mark.parametrize(
    ("start", "packed", "size", "fits"),
    [
        (0, 10, rawzip.MOST_BYTES, True),
        (0, 10, rawzip.MOST_BYTES + 1, False),
        (rawzip.MOST_BYTES - 100, 10, 10, True),
        (rawzip.MOST_BYTES - 5, 10, 10, False),
    ],
)
def test_never_writes_what_only_zip64_could_hold(start: int, packed: int, size: int, fits: bool) -> None:
    """0xFFFFFFFF in a field announces zip64, so one less is the most."""
    archive = rawzip.RawZip(Counter(start), too_large_for_zip)

    def begin() -> None:
        archive.begin("x", crc=0, packed=packed, size=size, deflated=True, executable=False)

    if fits:
        begin()
    else:
        with pytest.raises(TooLargeError):
            begin()


def test_never_counts_beyond_a_plain_zip() -> None:
    """65,534 members are readable by everyone; one more would announce zip64."""
    archive = rawzip.RawZip(Counter(0), too_large_for_zip)
    for index in range(rawzip.MOST_ENTRIES):
        archive.begin(f"{index:05}", crc=0, packed=0, size=0, deflated=False, executable=False)
    with pytest.raises(TooLargeError, match="zip64"):
        archive.begin("x", crc=0, packed=0, size=0, deflated=False, executable=False)
    archive.finish()


def test_a_bundle_imports_from_its_zip(tmp_path: Path) -> None:
    """Python's own zip importer, with nothing else on the path, is the last judge."""
    wheel = verified_wheel(
        tmp_path, "demo", {"demo/__init__.py": b"from .core import x\n", "demo/core.py": b"x=42\n"}
    )
    written(
        plan([wheel], make_source(tmp_path / "src", {"app.py": b"import demo\nprint(demo.x)\n"})), tmp_path
    )
    code = f"import sys; sys.path.insert(0, {str(tmp_path / 'bundle.zip')!r}); import app"
    ran = subprocess.run([sys.executable, "-ISc", code], capture_output=True, text=True, check=True)

    assert ran.stdout == "42\n"


def test_makes_the_folder_of_an_output(tmp_path: Path) -> None:
    """`-o dist/bundle.zip` works in a fresh checkout."""
    bundle = write_zip(plan([]), tmp_path / "none/yet/b.zip")

    assert (tmp_path / "none/yet/b.zip").stat().st_size == bundle.zipped_size


def test_refuses_an_output_whose_folder_cannot_be_made(tmp_path: Path) -> None:
    """A file stands where the folder would have to be."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError) as caught:
        write_zip(plan([]), tmp_path / "file/b.zip")

    assert "cannot be made" in caught.value.evidence[0]


def test_a_source_that_was_read_is_linked_as_it_was(tmp_path: Path) -> None:
    """What was made of it, bytecode that nobody checks, fits to that text and to no later one."""
    source = make_source(tmp_path, {"app.py": b"old = 1\n", "data.txt": b"old"}, executables=["app.py"])
    made = {"app.py": b"old = 1\n", "__pycache__/app.cpython-313.pyc": b"of old"}
    planned = plan([], source, layout=LayoutKind.LAYER, made=made)
    (tmp_path / "app.py").write_bytes(b"new = 2222\n")
    write_zip(planned, tmp_path / "b.zip")

    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "python/__pycache__/app.cpython-313.pyc": b"of old",
            "python/app.py": b"old = 1\n",
            "python/data.txt": b"old",
        }
        assert archive.getinfo("python/app.py").external_attr >> 16 == 0o100755
