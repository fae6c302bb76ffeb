"""What a direct reference points at: a wheel, an sdist, a folder, or nothing that can be read."""

from collections.abc import Collection
from pathlib import Path
from typing import Any, NoReturn

import pytest

from builder.build import BuiltWheel
from builder.errors import InvalidRequirementError
from builder.facts import World
from builder.model import Origin, Request
from factories.wheels import write_wheel


class Folders:
    """A builder that builds folders alone, each to the same wheel."""

    def __init__(self, wheel: Path) -> None:
        self._wheel = wheel
        self.built: list[Path] = []

    def from_directory(self, folder: Path, *, leave_out: Collection[Path], **_: Any) -> BuiltWheel:
        self.built.append(folder)
        return BuiltWheel(path=self._wheel, filename=self._wheel.name, sha256="0" * 64)


def nothing() -> NoReturn:
    raise AssertionError("not needed")


def make_world(builder: Folders) -> World:
    """A world without an index."""
    return World(nothing, lambda: builder, leave_out=())  # type: ignore[arg-type, return-value]  # folders suffice


def reference(url: str) -> Request:
    """A nameless direct reference."""
    return Request(origin=Origin(source="requirements.txt", line=3), requirement=None, direct=url)


@pytest.mark.parametrize("name", ["demo", "demo.zip", "demo-1.0.tar.gz", "demo.whl"])
def test_a_folder_is_built_whatever_its_name(tmp_path: Path, name: str) -> None:
    """What lies there decides, with or without a slash at the end of the URL."""
    folder = tmp_path / name
    folder.mkdir()
    builder = Folders(write_wheel(tmp_path, "demo", "1.0"))
    for url in (folder.as_uri(), f"{folder.as_uri()}/"):
        make_world(builder).direct(reference(url))

    assert builder.built == [folder, folder]


@pytest.mark.parametrize(
    "url",
    [
        "https://user:password@files.test/demo-1.0.tar.bz2",
        "https://user:password@files.test/archive/main",
        "https://user:password@files.test/demo/",
    ],
)
def test_what_is_neither_wheel_nor_sdist_is_refused(tmp_path: Path, url: str) -> None:
    """The kinds that can be read are told, the place where it is written too, and no password."""
    world = make_world(Folders(tmp_path / "none.whl"))
    with pytest.raises(InvalidRequirementError) as caught:
        world.direct(reference(url))

    told = "\n".join((caught.value.summary, *caught.value.evidence))
    assert "requirements.txt:3" in told
    assert ".tar.gz" in told
    assert "password" not in told


def test_a_local_archive_of_another_kind_is_no_folder(tmp_path: Path) -> None:
    """It is there, so that it is missing would be no answer."""
    archive = tmp_path / "demo-1.0.tar.bz2"
    archive.write_bytes(b"")
    world = make_world(Folders(tmp_path / "none.whl"))
    with pytest.raises(InvalidRequirementError, match=r"neither a wheel nor an sdist"):
        world.direct(reference(archive.as_uri()))
