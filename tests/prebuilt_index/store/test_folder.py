"""The store's folder is private, marked, and never someone else's."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from prebuilt_index.errors import StoreError
from prebuilt_index.store import Bucket, Store

posix_only = pytest.mark.skipif(os.name != "posix", reason="owners and modes are POSIX's")


@posix_only
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_is_private_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    """Nobody else reads or writes in a new store."""
    before = os.umask(umask)
    try:
        with Store.open(tmp_path / "a" / "store") as store:
            store.put(Bucket.PAGES, "key", b"value")
            mode = stat.S_IMODE(store.root.stat().st_mode)
    finally:
        os.umask(before)

    assert mode == 0o700


def test_marks_itself_as_a_cache(tmp_path: Path) -> None:
    """Backup programs know the folder by its tag."""
    Store.open(tmp_path / "store").close()

    assert (
        (tmp_path / "store/CACHEDIR.TAG")
        .read_bytes()
        .startswith(b"Signature: 8a477f597d28d172789f06886806bc55\n")
    )


def test_opens_again_what_it_made(tmp_path: Path) -> None:
    """A store outlives the process that made it."""
    with Store.open(tmp_path) as store:
        store.put(Bucket.PAGES, "key", b"value")
    with Store.open(tmp_path) as store:
        assert store.get(Bucket.PAGES, "key") == b"value"


def test_refuses_a_folder_with_other_content(tmp_path: Path) -> None:
    """A folder of someone's work is no store, and is left alone."""
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(StoreError, match="is not a store of lbuild") as caught:
        Store.open(tmp_path)

    assert os.listdir(tmp_path) == ["thesis.txt"]
    assert "thesis.txt" in caught.value.evidence[0]


@pytest.mark.parametrize(
    "path", ["tmp/thesis.txt", "locks/front door", "tmp/12-notes", "blobs", "pages-v0/x"]
)
def test_refuses_folders_that_are_named_as_its_own(tmp_path: Path, path: str) -> None:
    """A folder called `tmp` is not enough to be taken for a store that lost its tag."""
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_text("years of work")
    with pytest.raises(StoreError, match="is not a store of lbuild"):
        Store.open(tmp_path)


def test_refuses_the_cache_of_another_program(tmp_path: Path) -> None:
    """Another program's tag is not ours."""
    tag = b"Signature: 8a477f597d28d172789f06886806bc55\n# by another\n"
    (tmp_path / "CACHEDIR.TAG").write_bytes(tag)
    with pytest.raises(StoreError, match="is not a store of lbuild"):
        Store.open(tmp_path)

    assert (tmp_path / "CACHEDIR.TAG").read_bytes() == tag


def test_marks_itself_anew_when_its_tag_was_lost(tmp_path: Path) -> None:
    """A tag that a power cut emptied is written again; what the folder holds stays."""
    with Store.open(tmp_path) as store:
        store.put(Bucket.PAGES, "key", b"value")
    (tmp_path / "CACHEDIR.TAG").write_bytes(b"")
    with Store.open(tmp_path) as store:
        assert store.get(Bucket.PAGES, "key") == b"value"
    assert (tmp_path / "CACHEDIR.TAG").stat().st_size > 0


@pytest.mark.parametrize("inside", ["", "sub/folder"])
def test_refuses_a_file_in_the_way(tmp_path: Path, inside: str) -> None:
    """A file where the folder should be is an error that names it."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match="Cannot make the store"):
        Store.open(tmp_path / "file" / inside)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give a folder away")
def test_refuses_a_folder_of_another_user(tmp_path: Path) -> None:
    """Who owns a folder decides what is in it."""
    Store.open(tmp_path / "store").close()
    os.chown(tmp_path / "store", 12345, -1)
    with pytest.raises(StoreError, match="belongs to another user"):
        Store.open(tmp_path / "store")


@posix_only
def test_follows_a_link_to_its_folder_once(tmp_path: Path) -> None:
    """A folder moved to another disk and linked is used; where the link leads later does not matter."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    with Store.open(tmp_path / "link") as store:
        (tmp_path / "link").unlink()
        store.put(Bucket.PAGES, "key", b"value")

    assert store.root == tmp_path / "real"


def test_leaves_nothing_of_a_temporary_store() -> None:
    """A store for one run is gone after it."""
    with Store.temporary() as store:
        with store.receive() as incoming:
            incoming.write(b"x")
            path = incoming.commit()
        store.put(Bucket.PAGES, "key", b"value")
        existed = path.exists()

    assert existed
    assert not store.root.exists()


READ_ONLY_PROGRAM = """
import os, shutil, sys, tempfile
from pathlib import Path
import prebuilt_index.store.sweeping
from prebuilt_index.store import Bucket, Store

if os.geteuid() == 0:
    os.setuid(65534)  # modes do not bind root
root, sha256 = Path(sys.argv[1]), sys.argv[2]
with Store.open(root) as store:
    assert store.read_only
    assert store.get(Bucket.PAGES, "key") == b"value"
    assert store.blob(sha256).read_bytes() == b"x"
    with store.lock("key"):
        store.put(Bucket.PAGES, "new", b"new")
    assert store.get(Bucket.PAGES, "new") == b"new"
    with store.receive() as incoming:
        incoming.write(b"y")
        path = incoming.commit()
    assert store.blob(incoming.sha256) == path and root not in path.parents
assert not path.exists()
"""


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that another user can reach, unlike pytest's."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir():
            path.chmod(0o700)
    shutil.rmtree(folder)


@posix_only
def test_serves_from_a_read_only_folder(public_folder: Path) -> None:
    """What the store holds is used; what is added lives until the end of the run, elsewhere."""
    with Store.open(public_folder / "store") as store:
        store.put(Bucket.PAGES, "key", b"value")
        with store.receive() as incoming:
            incoming.write(b"x")
            incoming.commit()
    for path in [store.root, *store.root.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    result = subprocess.run(
        [sys.executable, "-c", READ_ONLY_PROGRAM, store.root, incoming.sha256],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[3],
    )

    assert (result.returncode, result.stderr) == (0, "")
