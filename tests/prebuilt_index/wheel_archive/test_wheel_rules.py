"""Rules Z29 to Z32: what a wheel says of itself, in RECORD, METADATA, WHEEL, its names and its scripts."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from factories.raw_zips import Part, raw_zip
from factories.wheels import make_record, make_wheel, record_digest, wheel_filename, zipped
from manylinux.errors import LbuildError
from prebuilt_index.errors import BadArchiveError, MetadataMismatchError
from prebuilt_index.wheel_archive import VerifiedWheel, identity
from prebuilt_index.wheel_archive.verify import verify_wheel

INFO = "demo-1.0.dist-info"
RECORD = f"{INFO}/RECORD"
METADATA = b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"
WHEEL = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
GOOD: Mapping[str, bytes] = {"demo.py": b"x = 1\n", f"{INFO}/METADATA": METADATA, f"{INFO}/WHEEL": WHEEL}


def verify(folder: Path, content: bytes, filename: str = "demo-1.0-py3-none-any.whl") -> VerifiedWheel:
    path = folder / "blob"
    path.write_bytes(content)
    return verify_wheel(path, filename, hashlib.sha256(content).hexdigest())


def recorded(lines: bytes) -> bytes:
    """A wheel with a good RECORD and `lines` at its end."""
    return zipped({**GOOD, RECORD: make_record(GOOD, RECORD) + lines})


def line(path: str, hashed: str, size: str) -> bytes:
    """A wheel whose RECORD says this of `path`, and the truth of all else."""
    others = {name: body for name, body in GOOD.items() if name != path}
    return zipped({**GOOD, RECORD: make_record(others, RECORD) + f"{path},{hashed},{size}\n".encode()})


def wheel(**files: bytes | None) -> bytes:
    """A wheel with METADATA, WHEEL and so on replaced, or left out when None."""
    named = {f"{INFO}/{name.replace('_txt', '.txt')}": body for name, body in files.items()}
    content = {name: body for name, body in {**GOOD, **named}.items() if body is not None}
    return zipped({**content, RECORD: make_record(content, RECORD)})


def zipped_with(path: str, body: bytes) -> bytes:
    """A good wheel with one more file, recorded."""
    content = {**GOOD, path: body}
    return zipped({**content, RECORD: make_record(content, RECORD)})


TRUE_HASH = record_digest(GOOD["demo.py"])

BROKEN_RECORD = {
    "none": ("Z29", zipped(GOOD)),
    "a member is missing": ("Z29", zipped({**GOOD, "b.py": b"", RECORD: make_record(GOOD, RECORD)})),
    "another member is listed": ("Z29", recorded(b"other.py,sha256=x,1\n")),
    "more than an archive may hold": (
        "Z29",
        recorded(b"".join(b"%d,sha256=x,\n" % number for number in range(60_000))),
    ),
    "climbs out": ("Z29", recorded(b"../../x,sha256=x,1\n")),
    "absolute": ("Z29", recorded(b"/etc/passwd,sha256=x,1\n")),
    "other spelling": ("Z29", line("./demo.py", f"sha256={TRUE_HASH}", "6")),
    "a line twice": ("Z29", recorded(f"demo.py,sha256={TRUE_HASH},6\n".encode())),
    "itself twice": ("Z29", recorded(f"{RECORD},,\n".encode())),
    "two fields": ("Z29", recorded(b"demo.py,\n")),
    "four fields": ("Z29", recorded(b"x,y,z,\n")),
    "not UTF-8": ("Z29", recorded(b"\xff,,\n")),
    "open quote": ("Z29", recorded(b'"x,,')),
    "NUL": ("Z29", recorded(b"\0,sha256=x,1\n")),
    "a field of 200 KB": ("Z29", recorded(b"x" * 200_000 + b",,\n")),
    "wrong hash": ("Z30", line("demo.py", f"sha256={record_digest(b'x')}", "6")),
    "cut hash": ("Z30", line("demo.py", f"sha256={TRUE_HASH[:-1]}", "6")),
    "no hash": ("Z30", line("demo.py", "", "6")),
    "no hash and no size": ("Z30", line("demo.py", "", "")),
    "empty hash": ("Z30", line("demo.py", "sha256=", "6")),
    "md5": ("Z30", line("demo.py", "md5=mmGsYAB9DxPvV1vnBZmoQw", "6")),
    "sha1": ("Z30", line("demo.py", "sha1=" + "x" * 27, "6")),
    "unknown algorithm": ("Z30", line("demo.py", "crc=1", "6")),
    "another algorithm's name": ("Z30", line("demo.py", f"sha512={TRUE_HASH}", "6")),
    "wrong size": ("Z30", line("demo.py", f"sha256={TRUE_HASH}", "5")),
    "negative size": ("Z30", line("demo.py", f"sha256={TRUE_HASH}", "-6")),
    "size in other digits": ("Z30", line("demo.py", f"sha256={TRUE_HASH}", "٦")),
    "a hash of itself": ("Z30", zipped({**GOOD, RECORD: f"{RECORD},sha256={TRUE_HASH},6\n".encode()})),
}


@pytest.mark.parametrize(("rule", "content"), BROKEN_RECORD.values(), ids=BROKEN_RECORD.keys())
def test_refuses_a_record_that_is_not_true(rule: str, content: bytes, tmp_path: Path) -> None:
    """A wheel is what its RECORD says, no file more or less and no byte other, or it is refused."""
    with pytest.raises(
        BadArchiveError, match=r"^`demo-1\.0-py3-none-any\.whl` is not a safe wheel: "
    ) as caught:
        verify(tmp_path, content)

    assert caught.value.rule == rule


GOOD_RECORD = {
    "without size": line("demo.py", f"sha256={TRUE_HASH}", ""),
    "padded": line("demo.py", f"sha256={TRUE_HASH}=", "6"),
    "hex": line("demo.py", f"sha256={hashlib.sha256(GOOD['demo.py']).hexdigest()}", "6"),
    "sha512": line("demo.py", f"sha512={hashlib.sha512(GOOD['demo.py']).hexdigest()}", "6"),
    "CRLF and an empty line": zipped(
        {**GOOD, RECORD: make_record(GOOD, RECORD).replace(b"\n", b"\r\n") + b"\r\n"}
    ),
    "without itself": zipped(
        {**GOOD, RECORD: make_record(GOOD, RECORD).replace(f"{RECORD},,\n".encode(), b"")}
    ),
    "signatures": zipped(
        {**GOOD, f"{RECORD}.jws": b"{}", f"{RECORD}.p7s": b"", RECORD: make_record(GOOD, RECORD)}
    ),
    "quoted path": zipped({**GOOD, "a,b": b"", RECORD: make_record({**GOOD, '"a,b"': b""}, RECORD)}),
}


@pytest.mark.parametrize("content", GOOD_RECORD.values(), ids=GOOD_RECORD.keys())
def test_takes_every_form_of_a_true_record(content: bytes, tmp_path: Path) -> None:
    """Forms that real wheels use and that say the same are taken."""
    found = verify(tmp_path, content)

    assert "demo.py" in {member.path for member in found.members}


def points(text: str) -> bytes:
    return wheel(entry_points_txt=text.encode())


BROKEN_IDENTITY = {
    "no dist-info": ("Z31", zipped({"demo.py": b""})),
    "a file called dist-info": ("Z31", zipped({INFO: b""})),
    "two dist-infos": ("Z31", zipped({**GOOD, "other-1.0.dist-info/METADATA": b""})),
    "no METADATA": ("Z31", wheel(METADATA=None)),
    "no WHEEL": ("Z31", wheel(WHEEL=None)),
    "WHEEL of version 2": ("Z31", wheel(WHEEL=WHEEL.replace(b"1.0", b"2.0"))),
    "WHEEL without version": ("Z31", wheel(WHEEL=b"Root-Is-Purelib: true\n")),
    "WHEEL without Root-Is-Purelib": ("Z31", wheel(WHEEL=b"Wheel-Version: 1.0\n")),
    "WHEEL of noise": ("Z31", wheel(WHEEL=bytes(range(256)))),
    "dist-info of another project": ("metadata-mismatch", make_wheel("other", "1.0")),
    "dist-info of another version": ("metadata-mismatch", make_wheel("demo", "1.1")),
    "dist-info without version": ("metadata-mismatch", zipped({"demo.dist-info/RECORD": b""})),
    "METADATA of another project": ("metadata-mismatch", wheel(METADATA=METADATA.replace(b"demo", b"other"))),
    "METADATA of another version": (
        "metadata-mismatch",
        wheel(METADATA=METADATA.replace(b": 1.0", b": 1.1")),
    ),
    "METADATA of a version of thousands of digits": (
        "metadata-mismatch",
        wheel(METADATA=METADATA.replace(b": 1.0", b": " + b"1" * 5000)),
    ),
    "METADATA without name": ("metadata-mismatch", wheel(METADATA=b"Version: 1.0\n")),
    "METADATA with two names": ("metadata-mismatch", wheel(METADATA=METADATA + b"Name: demo\n")),
    "METADATA of noise": ("metadata-mismatch", wheel(METADATA=bytes(range(256)))),
    "empty METADATA": ("metadata-mismatch", wheel(METADATA=b"")),
    "METADATA of 9 MB": ("Z28", wheel(METADATA=METADATA + b"\n" + b"x" * (9 << 20))),
    "METADATA with 2 MB of headers": ("Z28", wheel(METADATA=METADATA + b"Keywords: x\n" * 200_000)),
    "WHEEL of 2 MB": ("Z28", wheel(WHEEL=WHEEL * 40_000)),
    "entry points of 2 MB": ("Z28", points("[x]\n" + "a = b\n" * 400_000)),
    "script python, other spelling": ("Z32", zipped_with("Demo-1.0.data/scripts/python3", b"#!/bin/sh\n")),
    "entry point climbs out": ("Z32", points("[console_scripts]\n../../x = a:b\n")),
    "entry point with a slash": ("Z32", points("[console_scripts]\nbin/x = a:b\n")),
    "entry point with a backslash": ("Z32", points("[gui_scripts]\nbin\\x = a:b\n")),
    "entry point of dots": ("Z32", points("[console_scripts]\n.. = a:b\n")),
    "entry point python": ("Z32", points("[console_scripts]\nPython = a:b\n")),
    "entry point python3.13": ("Z32", points("[console_scripts]\npython3.13 = a:b\n")),
    "entry point pythonw.exe": ("Z32", points("[gui_scripts]\npythonw.exe = a:b\n")),
    "entry points of noise": ("Z32", wheel(entry_points_txt=bytes(range(256)))),
    "entry points without section": ("Z32", points("x = a:b\n")),
    "half a million entry points": ("Z28", points("[console_scripts]\n" + "a\n" * 500_000)),
    "script python": ("Z32", make_wheel("demo", "1.0", data_scripts={"python": b"#!/bin/sh\n"})),
    "script python3.exe": ("Z32", make_wheel("demo", "1.0", data_scripts={"Python3.exe": b"MZ"})),
}


@pytest.mark.parametrize(("fault", "content"), BROKEN_IDENTITY.values(), ids=BROKEN_IDENTITY.keys())
def test_refuses_a_wheel_that_is_not_who_it_says(fault: str, content: bytes, tmp_path: Path) -> None:
    """File name, directory, METADATA, WHEEL and scripts agree and harm nobody, or the wheel is refused."""
    with pytest.raises(LbuildError) as caught:
        verify(tmp_path, content)

    assert fault in (getattr(caught.value, "rule", None), caught.value.code)
    assert "demo-1.0-py3-none-any.whl" in caught.value.summary


@pytest.mark.parametrize(
    "filename",
    ["demo.whl", "demo-1.0.whl", "demo-1.0-py3-none-any.zip", "demo-x-py3-none-any.whl", "", "../x", "\0"],
)
def test_refuses_what_is_not_named_as_a_wheel(filename: str, tmp_path: Path) -> None:
    """The file name is the first of the promises."""
    with pytest.raises(BadArchiveError) as caught:
        verify(tmp_path, make_wheel("demo", "1.0"), filename)

    assert caught.value.rule == "Z31"


def test_tells_all_of_a_good_wheel(tmp_path: Path) -> None:
    """Name, version, flags and every file with its place, size, digest and executable bit."""
    content = make_wheel(
        "Demo.Project",
        "1.0",
        {"demo/__init__.py": b"x = 1\n" * 50, "demo/tool": b"#!/bin/sh\n"},
        tag="cp313-cp313-manylinux_2_34_x86_64",
        entry_points={"console_scripts": {"demo": "demo:main"}},
        executables=["demo/tool"],
        directories=["demo"],
    )
    filename = wheel_filename("Demo.Project", "1.0", "cp313-cp313-manylinux_2_34_x86_64")
    found = verify(tmp_path, content, filename)
    members = {member.path: member for member in found.members}

    assert (found.name, str(found.version), found.root_is_purelib) == ("demo-project", "1.0", False)
    assert (found.dist_info, found.size) == ("demo_project-1.0.dist-info", len(content))
    assert found.entry_points == b"[console_scripts]\ndemo = demo:main\n"
    assert found.metadata.startswith(b"Metadata-Version: ")
    assert "demo/" not in members
    assert [path for path, member in members.items() if member.executable] == ["demo/tool"]
    assert members["demo/__init__.py"].sha256 == hashlib.sha256(b"x = 1\n" * 50).hexdigest()
    assert members["demo/__init__.py"].deflated


def test_tells_where_the_compressed_bytes_lie(tmp_path: Path) -> None:
    """Offset and size of a stored member give its bytes, so that they can be copied as they are."""
    content = make_wheel("demo", "1.0", {"demo.py": b"find me"}, deflate=False)
    member = verify(tmp_path, content).members[0]

    assert content[member.offset : member.offset + member.compressed_size] == b"find me"


def test_counts_executable_only_what_unix_marked(tmp_path: Path) -> None:
    """The executable bit is Unix's; the same bits from another system mean nothing."""
    body = {**GOOD, RECORD: make_record(GOOD, RECORD)}
    parts = [
        Part(name=name.encode(), content=text, both={"attributes": 0o100755 << 16, "system": 0})
        for name, text in body.items()
    ]
    found = verify(tmp_path, raw_zip(parts))

    assert not any(member.executable for member in found.members)


PROMISED = b"""Metadata-Version: 2.4
Name: demo
Version: 1.0
Requires-Python: >=3.9,<4
Provides-Extra: socks
Requires-Dist: idna<4,>=2.5
Requires-Dist: PySocks!=1.5.7; extra == "socks"
"""


@pytest.mark.parametrize(
    "shipped",
    [
        PROMISED,
        PROMISED.replace(b"2.4", b"2.1")
        + b"Summary: other fields do not matter\n\nNor does the description\n",
        PROMISED.replace(b"Name: demo", b"Name: Demo").replace(b"1.0", b"1.0.0"),
        PROMISED.replace(b">=3.9,<4", b"<4, >=3.9"),
        PROMISED.replace(b"idna<4,>=2.5", b"idna (>=2.5, <4)"),
        PROMISED.replace(b'extra == "socks"', b"extra=='socks'").replace(b"PySocks", b"pysocks"),
    ],
)
def test_takes_metadata_that_means_what_was_promised(shipped: bytes) -> None:
    """Spelling and order are not promises."""
    identity.compare_metadata(PROMISED, shipped)


@pytest.mark.parametrize(
    ("field", "old", "new"),
    [
        ("Name", b"Name: demo", b"Name: demon"),
        ("Version", b"Version: 1.0", b"Version: 1.1"),
        ("Requires-Python", b">=3.9,<4", b">=3.8,<4"),
        ("Requires-Python", b"Requires-Python: >=3.9,<4\n", b""),
        ("Requires-Dist", b"idna<4", b"idna<5"),
        ("Requires-Dist", b"Requires-Dist: idna<4,>=2.5\n", b"Requires-Dist: evil\n"),
        ("Requires-Dist", b'extra == "socks"', b'extra == "sock"'),
        ("Provides-Extra", b"Provides-Extra: socks", b"Provides-Extra: sock"),
    ],
)
def test_refuses_metadata_that_breaks_a_promise(field: str, old: bytes, new: bytes) -> None:
    """Each of the five fields a resolution rests on is compared, and the error names the one that differs."""
    with pytest.raises(MetadataMismatchError) as caught:
        identity.compare_metadata(PROMISED, PROMISED.replace(old, new))

    assert [each.partition(":")[0] for each in caught.value.evidence] == [field]
