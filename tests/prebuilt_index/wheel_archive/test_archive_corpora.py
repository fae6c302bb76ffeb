"""Archives collected by others (malo, PyPI, CPython, pip), judged as their collectors judged them."""

import csv
import hashlib
import io
import zipfile
import zlib
from pathlib import Path

import pytest

from factories.corpora import corpus, corpus_files
from manylinux.errors import LbuildError
from prebuilt_index.errors import BadArchiveError
from prebuilt_index.wheel_archive import inflate
from prebuilt_index.wheel_archive.verify import verify_wheel
from prebuilt_index.wheel_archive.walker import Entry, walk

STRICTER = {
    "comment.zip": "Z11",
    # Their directory leaves out the flag that the member's own header has.
    "data_descriptor.zip": "Z4",
    "data_descriptor_zip64.zip": "Z4",
    # Malo calls it malicious: it says 9 bytes where 51 inflate, with one checksum for both.
    "short_usize.zip": "Z5",
    "short_usize_zip64.zip": "Z15",
}
"""Archives that some collector accepts and lbuild refuses, with the rule."""

LENIENT = {
    "crc_collision_empty_nonempty.zip",
    "crc_collision_two_nonempty.zip",
    "crc_zero_nonempty.zip",
    "nosubdir.zip",
}
"""Archives malo calls iffy and lbuild takes: odd checksums that are right, a file at the root."""


def examine(path: Path) -> dict[str, str]:
    """Name to sha256 of every file in the archive, after all checks of its structure and content."""
    data = path.read_bytes()

    def read_at(offset: int, size: int) -> bytes:
        return data[offset : offset + size]

    entries = walk(read_at, len(data))
    return {entry.name: inflate.digest(read_at, entry).sha256 for entry in entries}


def refused_for(path: Path) -> str | None:
    try:
        found = examine(path)
    except BadArchiveError as error:
        return error.rule
    # The reference reader, which is lenient, has to see the same in what this one takes.
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        assert found == {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}
    return None


@pytest.mark.parametrize(
    "path", corpus_files("malo/zip/malicious", "malo/zip/reject", "warehouse-zipdata/reject")
)
def test_refuses_every_hostile_archive(path: Path) -> None:
    """What others call malicious or invalid is never taken, and a rule says why."""
    assert refused_for(path) is not None


@pytest.mark.parametrize("path", corpus_files("malo/zip/accept", "warehouse-zipdata/accept"))
def test_takes_every_good_archive(path: Path) -> None:
    """What others call good is taken, but for what this project has a stricter rule."""
    assert refused_for(path) == STRICTER.get(path.name)


@pytest.mark.parametrize("path", corpus_files("malo/zip/iffy"))
def test_takes_few_doubtful_archives(path: Path) -> None:
    """Of what malo calls iffy, only what no two readers can understand differently is taken."""
    assert (refused_for(path) is None) == (path.name in LENIENT)


def test_is_no_more_lenient_than_the_strictest_of_the_others() -> None:
    """Whatever PyPI and uv both refuse is refused here too, by the table of their measured verdicts."""
    lines = corpus("malo-zip-verdicts.tsv").read_text().splitlines()
    rows = list(csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t"))
    taken = {
        row["file"] for row in rows if refused_for(corpus(f"malo/zip/{row['class']}/{row['file']}")) is None
    }

    assert len(rows) == 79
    assert taken <= {row["file"] for row in rows if "accept" in (row["warehouse"], row["uv"])}


@pytest.mark.parametrize("path", corpus_files("malo/deflate/reject", "malo/deflate/malicious"))
def test_refuses_bad_deflate_streams(path: Path) -> None:
    """A stream that is cut, damaged or followed by anything is noticed, whatever size the headers claim."""
    data = path.read_bytes()
    entry = Entry("a", 0, len(data), 1 << 30, 0, deflated=True, executable=False)
    with pytest.raises(BadArchiveError) as caught:
        list(inflate.pieces(lambda offset, size: data[offset : offset + size], entry))

    assert caught.value.rule == "Z5"


@pytest.mark.parametrize("path", corpus_files("malo/deflate/accept"))
def test_inflates_good_deflate_streams(path: Path) -> None:
    """Every form of block inflates to what zlib gives at once."""
    data = path.read_bytes()
    entry = Entry("a", 0, len(data), 1 << 20, 0, deflated=True, executable=False)
    found = b"".join(inflate.pieces(lambda offset, size: data[offset : offset + size], entry))

    assert found == zlib.decompress(data, -15)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("exe_with_zip", "Z7"),
        ("exe_with_z64", "Z14"),
        ("zip_cp437_header.zip", "Z18"),
        ("zipdir_backslash.zip", "Z21"),
        ("testtar.tar", "Z10"),
        ("testtar.tar.xz", "Z10"),
        ("zipdir.zip", None),
    ],
)
def test_judges_archives_of_cpython(name: str, rule: str | None) -> None:
    """Prefixed, mislabelled and foreign archives of CPython's own tests are refused for what they are."""
    assert refused_for(corpus(f"cpython-archivetestdata/{name}")) == rule


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        # Renamed, edited and not recorded anew.
        ("simplewheel-2.0-1-py2.py3-none-any.whl", "Z30"),
        ("license.dist-0.1-py2.py3-none-any.whl", "Z30"),
        ("simple.dist-0.1-py1-none-invalid.whl", None),
        ("has.script-1.0-py2.py3-none-any.whl", None),
        ("console_scripts_uppercase-1.0-py2.py3-none-any.whl", None),
        ("require_invalid_version-0.1-py3-none-any.whl", None),
        ("corruptwheel-1.0-py2.py3-none-any.whl", "Z10"),
        ("invalid.whl", "Z31"),
        ("invalid_version-2010i-py3-none-any.whl", "Z31"),
        ("brokenwheel-1.0-py2.py3-none-any.whl", "metadata-mismatch"),
    ],
)
def test_judges_wheels_of_pip(name: str, fault: str | None) -> None:
    """The wheels pip tests with are taken or refused for what is wrong with them."""
    path = corpus(f"pip-wheels/{name}")
    try:
        wheel = verify_wheel(path, name, "0" * 64)
    except LbuildError as error:
        seen = getattr(error, "rule", None) or error.code
    else:
        seen = None

        assert wheel.members

    assert seen == fault
