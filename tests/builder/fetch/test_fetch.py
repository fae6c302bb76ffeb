"""Pins become verified wheels: from the store without a thread, else downloaded, verified and compared."""

import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from builder.fetch import Supply, fetch
from builder.model import Pin
from factories.wheels import make_wheel, wheel_filename
from manylinux.errors import LbuildError, SeveralErrors
from prebuilt_index.artefacts import IndexFile
from prebuilt_index.errors import BadArchiveError, HashMismatchError, MetadataMismatchError
from prebuilt_index.store import Store
from prebuilt_index.wheel_archive import VerifiedWheel
from prebuilt_index.wheel_archive.cached import load, load_or_verify
from prebuilt_index.wheel_archive.identity import compare_metadata


def pin(name: str, version: str = "1.0", *, filename: str | None = None, **file: object) -> Pin:
    """A pin of a wheel, or of the file named."""
    filename = filename or wheel_filename(name, version)
    listed = IndexFile(filename=filename, url=f"https://example.org/{filename}", **file)  # type: ignore[arg-type]  # passed on
    return Pin(name=canonicalize_name(name), version=Version(version), file=listed)


class Shop:
    """Files by name, kept in a store when they are had; every order is remembered."""

    def __init__(self, store: Store, files: Mapping[str, bytes | LbuildError]) -> None:
        self.store = store
        self.files = files
        self.orders: list[str] = []
        self.promised: dict[str, bytes] = {}
        self.events: list[str] = []

    def supply(self) -> Supply:
        return Supply(
            recall=self.recall,
            obtain=self.obtain,
            verify=self.verify,
            promised=lambda file: self.promised.get(file.filename),
            compare=compare_metadata,
        )

    def recall(self, sha256: str, filename: str) -> VerifiedWheel | None:
        path = self.store.blob(sha256)
        return None if path is None else load(self.store, path, filename, sha256)

    def obtain(self, file: IndexFile, on_bytes: Callable[[int], None]) -> tuple[Path, str, str]:
        self.orders.append(file.filename)
        content = self.files[file.filename]
        if isinstance(content, LbuildError):
            raise content
        with self.store.receive() as incoming:
            incoming.write(content)
            on_bytes(len(content))
            return incoming.commit(), file.filename.replace(".tar.gz", "-py3-none-any.whl"), incoming.sha256

    def verify(self, path: Path, filename: str, sha256: str, pulse: Callable[[], None]) -> VerifiedWheel:
        return load_or_verify(self.store, path, filename, sha256, pulse=pulse)


class Ledger:
    """A Progress that adds up."""

    def __init__(self) -> None:
        self.total = self.done = 0
        self.finished = False

    def start(self, task: str, total: int | None = None) -> None:
        self.total = total or 0

    def add_total(self, task: str, amount: int) -> None:
        self.total += amount

    def advance(self, task: str, amount: int) -> None:
        self.done += amount

    def finish(self, task: str) -> None:
        self.finished = True


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store")


def wheels(*names: str) -> dict[str, bytes | LbuildError]:
    return {wheel_filename(name, "1.0"): make_wheel(name, "1.0") for name in names}


def test_wheels_come_in_the_order_of_the_pins(store: Store) -> None:
    """However they were downloaded."""
    shop = Shop(store, wheels("a", "b", "c"))
    fetched = fetch([pin("c"), pin("a"), pin("b")], shop.supply())

    assert [wheel.name for wheel in fetched] == ["c", "a", "b"]
    assert fetch([], shop.supply()) == ()


def test_what_the_store_has_is_not_ordered_again(store: Store) -> None:
    """Pins with a hash are found; nothing else runs, not even a thread."""
    shop = Shop(store, wheels("a", "b"))
    first = fetch([pin("a"), pin("b")], shop.supply())
    shop.orders.clear()
    before = threading.active_count()
    again = fetch([pin(each.name, hashes={"sha256": each.sha256}) for each in first], shop.supply())

    assert again == first
    assert shop.orders == []
    assert threading.active_count() == before


def test_what_was_built_before_is_not_built_again(store: Store) -> None:
    """An sdist's pin leads to the wheel made of it, as long as the store has that."""
    shop = Shop(store, {"a-1.0.tar.gz": make_wheel("a", "1.0")})
    (wheel,) = fetch([pin("a", filename="a-1.0.tar.gz")], shop.supply())
    shop.orders.clear()
    memory = {"5" * 64: (wheel.sha256, wheel.filename)}
    supply = replace(shop.supply(), built=lambda sha256, project: memory.get(sha256))

    assert fetch([pin("a", filename="a-1.0.tar.gz", hashes={"sha256": "5" * 64})], supply) == (wheel,)
    assert shop.orders == []
    assert fetch([pin("a", filename="a-1.0.tar.gz", hashes={"sha256": "6" * 64})], supply) == (wheel,)
    assert shop.orders == ["a-1.0.tar.gz"]


def test_builds_start_first_then_the_largest(store: Store) -> None:
    """What takes longest must not be begun last."""
    files = wheels("small", "large", "unknown")
    files["sdist-1.0.tar.gz"] = make_wheel("sdist", "1.0")
    shop = Shop(store, files)
    pins = [
        pin("small", size=1),
        pin("large", size=100),
        pin("unknown"),
        pin("sdist", filename="sdist-1.0.tar.gz"),
    ]
    fetch(pins, shop.supply(), workers=1)

    assert [name.partition("-")[0] for name in shop.orders] == ["sdist", "unknown", "large", "small"]


def test_progress_counts_bytes(store: Store) -> None:
    """The total is known where sizes are, and grows where they are not."""
    files = wheels("a", "b")
    sizes = {name: len(content) for name, content in files.items() if isinstance(content, bytes)}
    ledger = Ledger()
    fetch(
        [pin("a", size=sizes[wheel_filename("a", "1.0")]), pin("b")],
        Shop(store, files).supply(),
        progress=ledger,
    )

    assert ledger.total == ledger.done == sum(sizes.values())
    assert ledger.finished


def test_verifies_while_others_download(store: Store) -> None:
    """The verdict on one wheel is had while another is still on its way."""
    shop = Shop(store, wheels("a", "b"))
    verified = threading.Event()
    supply = shop.supply()

    def obtain(file: IndexFile, on_bytes: Callable[[int], None]) -> tuple[Path, str, str]:
        if file.filename.startswith("b"):
            assert verified.wait(5)
        return supply.obtain(file, on_bytes)

    def verify(path: Path, filename: str, sha256: str, pulse: Callable[[], None]) -> VerifiedWheel:
        wheel = supply.verify(path, filename, sha256, pulse)
        verified.set()
        return wheel

    slow = replace(supply, obtain=obtain, verify=verify)

    assert len(fetch([pin("b"), pin("a")], slow)) == 2


def test_a_failed_download_fails_the_fetch(store: Store) -> None:
    """With the error the download raised."""
    files = {**wheels("a"), wheel_filename("b", "1.0"): HashMismatchError("`b` has another sha256")}
    with pytest.raises(HashMismatchError, match="another sha256"):
        fetch([pin("a"), pin("b")], Shop(store, files).supply())


def test_damaged_wheels_are_told_together(store: Store) -> None:
    """Each is a fault of its own."""
    files = {wheel_filename(name, "1.0"): make_wheel(name, "1.0")[:-30] for name in ("a", "b")}
    shop = Shop(store, files)
    both = threading.Barrier(2, timeout=5)
    supply = shop.supply()

    def verify(path: Path, filename: str, sha256: str, pulse: Callable[[], None]) -> VerifiedWheel:
        both.wait()
        return supply.verify(path, filename, sha256, pulse)

    meeting = replace(supply, verify=verify)
    with pytest.raises(SeveralErrors) as error:
        fetch([pin("a"), pin("b")], meeting)

    assert [type(each) for each in error.value.errors] == [BadArchiveError, BadArchiveError]


@pytest.mark.parametrize("known", [False, True], ids=["downloaded", "from the store"])
def test_metadata_must_be_what_was_promised(known: bool, store: Store) -> None:
    """A wheel whose dependencies are not those the resolution saw is refused; other differences are not."""
    files = {wheel_filename("a", "1.0"): make_wheel("a", "1.0", requires_dist=["b"])}
    shop = Shop(store, files)
    (wheel,) = fetch([pin("a")], shop.supply())
    asked = pin("a", hashes={"sha256": wheel.sha256} if known else {})
    shop.promised[wheel.filename] = wheel.metadata + b"Description: other\n"

    assert fetch([asked], shop.supply()) == (wheel,)

    shop.promised[wheel.filename] = make_promise(requires_dist="c")
    with pytest.raises(MetadataMismatchError):
        fetch([asked], shop.supply())


def make_promise(requires_dist: str) -> bytes:
    return f"Metadata-Version: 2.1\nName: a\nVersion: 1.0\nRequires-Dist: {requires_dist}\n".encode()


def test_a_built_wheel_must_be_of_the_pin(store: Store) -> None:
    """A build that gives another version than was resolved is refused."""
    shop = Shop(store, {"a-1.0.tar.gz": make_wheel("a", "1.0")})
    with pytest.raises(MetadataMismatchError, match=r"is not of `a` 2\.0"):
        fetch([pin("a", "2.0", filename="a-1.0.tar.gz")], shop.supply())


def test_importing_is_cheap() -> None:
    """A warm run imports neither threads' queues, nor a network, nor executors."""
    code = "import sys, builder.fetch; print(*sys.modules)"
    done = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True)
    heavy = {"urllib3", "concurrent.futures", "queue", "builder.fetch.crew", "builder.build", "ssl"}

    assert heavy.isdisjoint(done.stdout.split())
