"""A zip or folder read again and held against its plan."""

import hashlib
import re
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from builder.errors import NotAsPlannedError
from builder.link.directory import write_directory
from builder.link.proofreading import proofread_folder, proofread_zip
from builder.link.proofs import proofread
from builder.link.write import write_zip
from builder.model import BundlePlan, LayoutKind
from factories.bundles import make_source, plan, verified_wheel
from prebuilt_index.store import Store

RECORD = "one-1.0.dist-info/RECORD"
Files = dict[str, bytes]


def bundle_of(folder: Path, layout: LayoutKind = LayoutKind.FUNCTION) -> BundlePlan:
    """Two wheels, of which one has another's metadata in it, and a source."""
    files = {
        "one/x.py": b"x = 1\n" * 99,
        "one/_vendor/two-1.0.dist-info/RECORD": b"two.py,sha256=AAAA,1\n",
        "one/\u00e9t\u00e9.txt": b"warm",
    }
    wheels = [verified_wheel(folder, "one", files), verified_wheel(folder, "two", {"two.py": b"y\n"})]
    return plan(wheels, make_source(folder / "src", {"app.py": b"import two\n" * 50}), layout=layout)


@pytest.mark.parametrize("layout", list(LayoutKind))
def test_what_was_written_is_what_was_planned(tmp_path: Path, layout: LayoutKind) -> None:
    """In every layout, as a zip and as a folder."""
    bundle = bundle_of(tmp_path, layout)
    write_zip(bundle, tmp_path / "b.zip")
    write_directory(bundle, tmp_path / "b")

    proofread_zip(bundle, tmp_path / "b.zip")
    proofread_folder(bundle, tmp_path / "b")


def changed(name: str, content: bytes) -> Callable[[Files], None]:
    return lambda files: files.update({name: content})


def without(name: str) -> Callable[[Files], None]:
    return lambda files: files.pop(name) and None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (changed("one/x.py", b"x = 2\n" * 99), "`one/x.py`: 594 bytes, sha256 "),
        (changed("one/y.py", b""), "not planned: `one/y.py`"),
        (without("two.py"), "missing: `two.py`"),
    ],
)
def test_what_differs_is_named(tmp_path: Path, change: Callable[[Files], None], told: str) -> None:
    """A zip and a folder alike, though nothing is wrong with them in themselves."""
    bundle = bundle_of(tmp_path)
    write_zip(bundle, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    with zipfile.ZipFile(tmp_path / "c.zip") as archive:
        archive.extractall(tmp_path / "c")

    with pytest.raises(NotAsPlannedError) as in_zip:
        proofread_zip(bundle, tmp_path / "c.zip")
    with pytest.raises(NotAsPlannedError) as in_folder:
        proofread_folder(bundle, tmp_path / "c")
    assert in_zip.value.evidence[0].startswith(told)
    assert in_folder.value.evidence == in_zip.value.evidence


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            rb"two\.py,sha256=\w{9}",
            b"two.py,sha256=AAAAAAAAA",
            "has another sha256 of `two.py` than the file: ",
        ),
        (rb"two\.py,[^\n]*\n", b"", "does not list `two.py`"),
        (rb"two\.py,", b"absent.py,", "lists `absent.py`, which is not there"),
    ],
)
def test_a_record_that_is_not_true_is_found(tmp_path: Path, before: bytes, after: bytes, told: str) -> None:
    """Though the plan itself wanted it so."""
    record = "two-1.0.dist-info/RECORD"
    bundle = bundle_of(tmp_path)
    write_zip(bundle, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files[record] = re.sub(before, after, files[record])
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)

    with pytest.raises(NotAsPlannedError) as caught:
        proofread_zip(_planning(bundle, record, files[record]), tmp_path / "c.zip")
    assert f"`{record}` {told}" in "\n".join(caught.value.evidence)


def _planning(bundle: BundlePlan, path: str, content: bytes) -> BundlePlan:
    """The same plan, with this content at that path."""
    from builder.model import FromBytes

    made = FromBytes(content=content)
    files = [
        replace(file, content=made, size=len(content)) if file.path == path else file for file in bundle.files
    ]
    return replace(bundle, files=tuple(files))


def test_damage_is_no_traceback(tmp_path: Path) -> None:
    """Whatever `zipfile` says of it."""
    bundle = bundle_of(tmp_path)
    write_zip(bundle, tmp_path / "b.zip")
    whole = (tmp_path / "b.zip").read_bytes()
    for at in range(0, len(whole), 17):
        (tmp_path / "b.zip").write_bytes(whole[:at] + bytes([whole[at] ^ 0x11]) + whole[at + 1 :])
        with suppress(NotAsPlannedError):  # nothing reads some bytes of a header; the digest covers them
            proofread_zip(bundle, tmp_path / "b.zip")
    (tmp_path / "b.zip").write_bytes(whole[:-10])

    with pytest.raises(NotAsPlannedError):
        proofread_zip(bundle, tmp_path / "b.zip")


def test_a_zip_that_was_found_right_is_only_hashed_again(tmp_path: Path) -> None:
    """A file of another digest is never taken for it."""
    bundle = bundle_of(tmp_path)
    written = write_zip(bundle, tmp_path / "b.zip")
    nothing = replace(bundle, files=())
    with Store.open(tmp_path / "cache") as store:
        proofread(bundle, store)(tmp_path / "b.zip", written.sha256)
        proofread(nothing, store)(tmp_path / "b.zip", written.sha256)
        (tmp_path / "c.zip").write_bytes(b"")
        with pytest.raises(NotAsPlannedError, match="read again"):
            proofread(bundle, store)(tmp_path / "c.zip", written.sha256)
        with pytest.raises(NotAsPlannedError, match="read again"):
            proofread(bundle, store)(tmp_path / "c.zip", hashlib.sha256(b"").hexdigest())
