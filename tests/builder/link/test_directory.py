"""Directories as they are written."""

import hashlib
import os
import stat
from pathlib import Path

import pytest

from builder.errors import OutputError
from builder.link.directory import MTIME, write_directory
from builder.model import BundlePlan
from factories.bundles import make_source, plan, verified_wheel
from prebuilt_index.errors import HashMismatchError

BODY = bytes(range(256)) * 40_000
"""Larger than what is inflated at once."""


def bundle_of(folder: Path, text: bytes = b"x = 1\n") -> BundlePlan:
    folder.mkdir(exist_ok=True)
    wheels = [
        verified_wheel(folder, "one", {"one/core.py": text, "one/large.bin": BODY, "one/e": b""}),
        verified_wheel(folder, "two", {"bin/two": b"#!/bin/sh\n"}, executables=["bin/two"], deflate=False),
    ]
    return plan(wheels, make_source(folder / "src", {"app.py": b"import one\n"}))


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_holds_every_planned_file_with_its_content(tmp_path: Path) -> None:
    """The tree is the plan, nothing more."""
    bundle = bundle_of(tmp_path / "w")
    result = write_directory(bundle, tmp_path / "out")
    found = tree(tmp_path / "out")

    assert sorted(found) == [file.path for file in bundle.files]
    assert found["one/large.bin"] == BODY
    assert found["app.py"] == b"import one\n"
    assert result.unzipped_size == sum(map(len, found.values()))
    assert result.zipped_size is None
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "w"]


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_modes_and_times_are_fixed(tmp_path: Path, umask: int) -> None:
    """Whatever the umask: 0644 or 0755, folders 0755, one time in 1980."""
    before = os.umask(umask)
    try:
        write_directory(bundle_of(tmp_path / "w"), tmp_path / "out")
    finally:
        os.umask(before)
    modes = {
        path.relative_to(tmp_path / "out").as_posix(): stat.S_IMODE(path.stat().st_mode)
        for path in (tmp_path / "out").rglob("*")
    }

    assert modes["bin/two"] == 0o755
    assert modes["one"] == modes["bin"] == stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o755
    assert modes["one/core.py"] == modes["app.py"] == 0o644
    assert {path.stat().st_mtime for path in (tmp_path / "out").rglob("*") if path.is_file()} == {MTIME}


def test_the_digest_is_of_paths_modes_and_contents(tmp_path: Path) -> None:
    """Equal trees have equal digests, and anyone can compute them."""
    result = write_directory(bundle_of(tmp_path / "w"), tmp_path / "out")
    again = write_directory(bundle_of(tmp_path / "v"), tmp_path / "again")
    lines = "".join(
        f"{path}\0{'0755' if path == 'bin/two' else '0644'}\0{hashlib.sha256(content).hexdigest()}\n"
        for path, content in sorted(tree(tmp_path / "out").items())
    )

    assert result.sha256 == again.sha256 == hashlib.sha256(lines.encode()).hexdigest()


def test_replaces_what_lbuild_wrote_and_python_cached(tmp_path: Path) -> None:
    """A rebuild takes the place of the last build; files of it that are gone are gone."""
    output = tmp_path / "out"
    write_directory(bundle_of(tmp_path / "w"), output)
    (output / "one/__pycache__").mkdir()
    (output / "one/__pycache__/core.cpython-313.pyc").write_bytes(b"")
    write_directory(plan([verified_wheel(tmp_path, "three")]), output)

    assert sorted(tree(output)) == [
        "three-1.0.dist-info/METADATA",
        "three-1.0.dist-info/RECORD",
        "three-1.0.dist-info/WHEEL",
        "three.py",
    ]
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["out", "w"]


@pytest.mark.parametrize("kind", ["file", "edited", "link", "hidden"])
def test_never_removes_what_somebody_else_wrote(tmp_path: Path, kind: str) -> None:
    """One foreign file is enough to refuse, and it is named."""
    output = tmp_path / "out"
    write_directory(bundle_of(tmp_path / "w"), output)
    place = output / {"file": "notes.txt", "edited": "app.py", "link": "link", "hidden": ".git/config"}[kind]
    place.parent.mkdir(exist_ok=True)
    if kind == "link":
        place.symlink_to(tmp_path)
    else:
        place.write_bytes(b"mine")
    with pytest.raises(OutputError) as caught:
        write_directory(bundle_of(tmp_path / "w"), output)

    assert caught.value.evidence == (f"`{place.relative_to(output)}`",)
    assert place.exists()


def test_fills_an_empty_folder_in_place(tmp_path: Path) -> None:
    """`sam build` hands over an empty folder, which may be a working directory: it stays the same one."""
    output = tmp_path / "out"
    output.mkdir(mode=0o700)
    number = output.stat().st_ino
    bundle = bundle_of(tmp_path / "w")
    write_directory(bundle, output)

    assert sorted(tree(output)) == [file.path for file in bundle.files]
    assert output.stat().st_ino == number


@pytest.mark.parametrize("state", ["absent", "empty", "built"])
def test_a_failure_leaves_what_was_there(tmp_path: Path, state: str) -> None:
    """Content that turns out damaged in the middle changes nothing at the output."""
    output = tmp_path / "out"
    if state == "empty":
        output.mkdir()
    elif state == "built":
        write_directory(bundle_of(tmp_path / "w"), output)
    before = tree(output)
    broken = bundle_of(tmp_path / "v", b"other = 2\n")
    raw = bytearray(broken.wheels[0].path.read_bytes())
    member = next(member for member in broken.wheels[0].members if member.path == "one/core.py")
    raw[member.offset] ^= 0x40
    broken.wheels[0].path.write_bytes(raw)
    with pytest.raises(HashMismatchError):
        write_directory(broken, output)

    assert tree(output) == before
    assert output.exists() == (state != "absent")
    assert list(tmp_path.rglob(".*lbuild-*")) == []


def test_refuses_a_file_in_its_place(tmp_path: Path) -> None:
    """A directory cannot replace a file."""
    (tmp_path / "out").write_bytes(b"mine")
    with pytest.raises(OutputError, match="not a directory"):
        write_directory(plan([]), tmp_path / "out")

    assert (tmp_path / "out").read_bytes() == b"mine"
