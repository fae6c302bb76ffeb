"""Verifying as a whole: in threads, in little memory, once per wheel."""

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest

from factories.raw_zips import Part, raw_zip
from factories.wheels import make_record, make_wheel
from prebuilt_index.errors import BadArchiveError, StoreError
from prebuilt_index.store import Bucket, Store
from prebuilt_index.wheel_archive import cached
from prebuilt_index.wheel_archive.rules import RULES
from prebuilt_index.wheel_archive.verify import verify_wheel

FILENAME = "demo-1.0-py3-none-any.whl"
FILES = {f"demo/m{number}.py": bytes([number]) * 400_000 for number in range(40)}


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.temporary() as store:
        yield store


def write(folder: Path, content: bytes) -> tuple[Path, str]:
    path = folder / "blob"
    path.write_bytes(content)
    return path, hashlib.sha256(content).hexdigest()


def test_verifies_alike_in_threads_and_without(tmp_path: Path) -> None:
    """The table does not depend on how many threads inflate."""
    path, sha256 = write(tmp_path, make_wheel("demo", "1.0", FILES))
    alone = verify_wheel(path, FILENAME, sha256)
    with ThreadPoolExecutor(4) as executor:
        together = verify_wheel(path, FILENAME, sha256, executor=executor)

    assert together == alone
    assert len(alone.members) == 43


def test_ends_between_two_pieces_of_a_member_when_it_is_told_to(tmp_path: Path) -> None:
    """Whoever is interrupted does not wait for a large member, and no thread goes on with it."""
    path, sha256 = write(tmp_path, make_wheel("demo", "1.0", {"demo/large.bin": bytes(60_000_000)}))
    calls = count()

    def pulse() -> None:
        if next(calls) >= 5:
            raise KeyboardInterrupt

    with ThreadPoolExecutor(2) as executor, pytest.raises(KeyboardInterrupt):
        verify_wheel(path, FILENAME, sha256, executor=executor, pulse=pulse)

    assert next(calls) < 20  # of 229 pieces


def test_finds_the_one_bad_member_in_threads(tmp_path: Path) -> None:
    """A fault found in a thread is the caller's error, naming the member."""
    info = "demo-1.0.dist-info"
    content = {**FILES, f"{info}/METADATA": b"Name: demo\nVersion: 1.0\n", f"{info}/WHEEL": b""}
    record = make_record({**content, "demo/m20.py": b"other"}, f"{info}/RECORD")
    parts = [Part(name=name.encode(), content=body) for name, body in content.items()]
    path, sha256 = write(tmp_path, raw_zip([*parts, Part(name=f"{info}/RECORD".encode(), content=record)]))
    with ThreadPoolExecutor(3) as executor, pytest.raises(BadArchiveError) as caught:
        verify_wheel(path, FILENAME, sha256, executor=executor)

    assert (caught.value.rule, caught.value.member) == ("Z30", "demo/m20.py")
    assert caught.value.evidence == ("member: `demo/m20.py`", f"rule Z30: {RULES['Z30']}")


def test_says_when_a_wheel_cannot_be_read(tmp_path: Path) -> None:
    """A file that is gone is the machine's fault, not the wheel's."""
    with pytest.raises(StoreError, match="Cannot read"):
        verify_wheel(tmp_path / "gone", FILENAME, "0" * 64)


def test_needs_little_memory_for_a_large_member(tmp_path: Path) -> None:
    """A member of 200 MB is verified in a few megabytes."""
    pytest.importorskip("resource")
    block = hashlib.shake_256().digest(4096) + bytes(60 << 10)
    path, sha256 = write(tmp_path, make_wheel("demo", "1.0", {"demo.bin": block * 3000}))
    program = (
        "import resource, sys; from pathlib import Path\n"
        "from prebuilt_index.wheel_archive.verify import verify_wheel\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "before = peak(); verify_wheel(Path(sys.argv[1]), sys.argv[2], sys.argv[3]); print(peak() - before)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program, path, FILENAME, sha256], capture_output=True, text=True, check=False
    )

    assert (result.returncode, result.stderr) == (0, "")
    assert int(result.stdout) < (8 << 20 if sys.platform == "darwin" else 8 << 10)


def test_reads_a_kept_verdict_back(store: Store, tmp_path: Path) -> None:
    """A kept wheel is the verified one, wherever its bytes are by then."""
    content = make_wheel(
        "demo",
        "1.0",
        {"demo/é.py": b"x", "demo/tool": b"y"},
        executables=["demo/tool"],
        entry_points={"console_scripts": {"demo": "demo:main"}},
        metadata=b"Name: demo\nVersion: 1.0\n\nnot UTF-8: \xff\n",
    )
    path, sha256 = write(tmp_path, content)
    verified = cached.load_or_verify(store, path, FILENAME, sha256)
    path.unlink()

    assert cached.load(store, path, FILENAME, sha256) == verified
    assert cached.load_or_verify(store, path, FILENAME, sha256) == verified
    assert verified.metadata.endswith(b"\xff\n")


def test_keeps_a_verdict_for_one_file_under_one_name(store: Store, tmp_path: Path) -> None:
    """Another digest or another file name is another question."""
    path, sha256 = write(tmp_path, make_wheel("demo", "1.0"))
    cached.load_or_verify(store, path, FILENAME, sha256)

    assert cached.load(store, path, FILENAME, "0" * 64) is None
    assert cached.load(store, path, "demo-1.0-py2-none-any.whl", sha256) is None


def test_keeps_no_verdict_on_a_bad_wheel(store: Store, tmp_path: Path) -> None:
    """A refused wheel is refused again."""
    path, sha256 = write(tmp_path, raw_zip([]))
    for _ in range(2):
        with pytest.raises(BadArchiveError):
            cached.load_or_verify(store, path, FILENAME, sha256)

    assert not (store.root / Bucket.WHEELS).exists()
