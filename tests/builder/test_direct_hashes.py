"""The hashes of a direct reference: the file has one of them, or is refused."""

import hashlib
from pathlib import Path
from typing import NoReturn

import pytest

from builder.facts import World
from builder.model import Origin, Request
from factories.indexes import make_client
from factories.wheels import write_wheel
from prebuilt_index.errors import HashMismatchError

WRONG = "sha256:" + "0" * 64
OTHER = "sha512:" + "1" * 128


def no_builder() -> NoReturn:
    raise AssertionError("a wheel needs no build")


def digests(path: Path) -> tuple[str, str]:
    """The file's hashes as they are written."""
    content = path.read_bytes()
    return f"sha256:{hashlib.sha256(content).hexdigest()}", f"sha512:{hashlib.sha512(content).hexdigest()}"


def reference(wheel: Path, *hashes: str) -> Request:
    """A reference to `wheel` that allows these hashes."""
    return Request(
        origin=Origin(source="requirements.txt", line=1),
        requirement=None,
        direct=wheel.as_uri(),
        hashes=frozenset(hashes),
    )


@pytest.mark.parametrize("hashes", [(WRONG,), (OTHER,), (WRONG, OTHER), (WRONG, "sha256:" + "2" * 64)])
def test_a_file_with_none_of_its_hashes_is_refused(tmp_path: Path, hashes: tuple[str, ...]) -> None:
    """Also when the same file was taken without one before."""
    wheel = write_wheel(tmp_path, "demo", "1.0")
    with make_client(tmp_path / "store") as client:
        world = World(lambda: client, no_builder, leave_out=())
        world.direct(reference(wheel))
        with pytest.raises(HashMismatchError):
            world.direct(reference(wheel, *hashes))


def test_one_of_several_hashes_is_enough(tmp_path: Path) -> None:
    """Of any kind: they are alternatives, as in pip."""
    wheel = write_wheel(tmp_path, "demo", "1.0")
    with make_client(tmp_path / "store") as client:
        world = World(lambda: client, no_builder, leave_out=())
        files = [world.direct(reference(wheel, WRONG, OTHER, each)) for each in digests(wheel)]

    assert [file.filename for file in files] == [wheel.name] * 2
