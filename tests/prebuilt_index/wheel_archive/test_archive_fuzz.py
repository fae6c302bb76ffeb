"""Laws for any bytes: an archive is taken or refused by a rule, quickly; what is taken reads alike."""

import hashlib
import io
import zipfile
from contextlib import suppress

from hypothesis import example, given, settings
from hypothesis import strategies as st

from factories.patience import no_hang
from factories.raw_zips import DESCRIPTOR, Part, descriptor, raw_zip, unicode_path, zip64_extra
from factories.wheels import make_wheel
from manylinux.errors import LbuildError
from prebuilt_index.wheel_archive import identity, inflate, record
from prebuilt_index.wheel_archive.walker import walk

_PLAIN = Part(name=b"a/b.py", content=b"content " * 40, deflate=True)
SEEDS = [
    make_wheel("demo", "1.0", directories=["demo"], entry_points={"console_scripts": {"x": "a:b"}}),
    raw_zip([_PLAIN, Part(name="é".encode(), content=b"x")], zip64={}),
    raw_zip(
        [
            Part(
                name=b"a",
                content=b"x",
                both={"flags": DESCRIPTOR, "extra": unicode_path(b"a", b"a")},
                local={"crc": 0, "size": 0, "compressed_size": 0},
                descriptor=descriptor(Part(name=b"a", content=b"x")),
            ),
            Part(name=b"b", content=b"12", both={"extra": zip64_extra(2, 2)}),
        ]
    ),
]
INTERESTING = [0, 1, 0x7F, 0x80, 0xFF, 0x50, 0x4B]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A good archive with some bytes changed, cut out, repeated or put in."""
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        length = draw(st.integers(0, 40))
        change = draw(st.sampled_from(["set", "set", "set", "cut", "repeat", "insert"]))
        if change == "set":
            data[at : at + 1] = bytes([draw(st.sampled_from(INTERESTING) | st.integers(0, 255))])
        elif change == "cut":
            del data[at : at + length]
        elif change == "repeat":
            data[at:at] = data[at : at + length]
        else:
            data[at:at] = draw(st.binary(max_size=8))
    return bytes(data)


def judged(archive: bytes) -> dict[str, str] | None:
    """Name to sha256 of what is in an archive that is taken, None of one that is refused."""

    def read_at(offset: int, size: int) -> bytes:
        return archive[offset : offset + size]

    try:
        return {entry.name: inflate.digest(read_at, entry).sha256 for entry in walk(read_at, len(archive))}
    except LbuildError:
        return None


@settings(max_examples=400, deadline=None)
@given(mutated())
@example(b"")
@example(b"PK\x05\x06")
@example(b"PK\x05\x06" + bytes(18))
@example(b"PK\x05\x06" * 6)
@example(b"PK\x06\x07" + bytes(16) + b"PK\x05\x06" + bytes(18))
@example(b"PK\x05\x06" + b"\xff" * 16 + b"\0\0")
@example(bytes(200_000))
def test_takes_or_refuses_any_bytes(archive: bytes) -> None:
    """No bytes raise anything but the project's own error, or hang it; the reference sees the same."""
    with no_hang():
        found = judged(archive)

    if found is not None:
        with zipfile.ZipFile(io.BytesIO(archive)) as reference:
            assert found == {
                name: hashlib.sha256(reference.read(name)).hexdigest() for name in reference.namelist()
            }


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_reads_any_record_any_metadata_and_any_entry_points(content: bytes) -> None:
    """Each file of a `.dist-info` may hold any bytes: it is read, or refused by the project's own error."""
    name = identity.parse_filename("demo-1.0-py3-none-any.whl")
    readers = (
        lambda: record.parse(content, "demo-1.0.dist-info/RECORD"),
        lambda: identity.check_metadata(content, name),
        lambda: identity.compare_metadata(b"Name: demo\nVersion: 1.0\n", content),
        lambda: identity.root_is_purelib(content, "demo-1.0.dist-info/WHEEL"),
        lambda: identity.check_scripts((), content, "demo-1.0.dist-info"),
    )
    for read in readers:
        with suppress(LbuildError):
            read()


@settings(max_examples=50, deadline=None)
@given(
    st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1, max_size=20), st.binary(max_size=99))
)
def test_takes_what_it_would_copy(files: dict[str, bytes]) -> None:
    """Whatever names a zip is made with, those that are taken are read back byte for byte."""
    archive = raw_zip([Part(name=name.encode(), content=body, deflate=True) for name, body in files.items()])
    found = judged(archive)

    assert found in (None, {name: hashlib.sha256(body).hexdigest() for name, body in files.items()})
