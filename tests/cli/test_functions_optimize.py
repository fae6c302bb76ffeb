"""`lbuild build --optimize size` and `--paranoid`: what they do for one bundle, for all zips of a project."""

import zipfile
from pathlib import Path

import pytest

from builder.errors import NotAsPlannedError
from builder.link import proofs
from factories.commands import Room, members

TEXT = b"".join(b"value_%d = %d\n" % (n * n % 997, n) for n in range(60_000))


@pytest.fixture
def two(room: Room) -> Room:
    """Two functions with one large distribution in a layer."""
    room.offer("base", "1.0", {"base/__init__.py": b"", "base/data.py": TEXT * 3})
    for name in ("one", "two"):
        room.write(f"{name}/app.py", "import base.data")
    room.write(
        "lbuild.toml",
        "[defaults]",
        'runtime = "python3.13"',
        "share-layers = true",
        'bytecode = "none"',
        *("[functions.one]", 'requirements = ["base"]', 'source = "one"'),
        *("[functions.two]", 'requirements = ["base"]', 'source = "two"'),
    )
    return room


def zips(room: Room) -> dict[str, Path]:
    """Every zip of the build; a layer by its name without its digest."""
    return {path.name.rpartition("-")[0] or path.name: path for path in (room.folder / "dist").rglob("*.zip")}


def packed(path: Path) -> int:
    with zipfile.ZipFile(path) as archive:
        return sum(info.compress_size for info in archive.infolist())


def test_every_zip_is_as_small_as_it_gets(two: Room) -> None:
    """Layers too; the files are the same."""
    two.lbuild("build")
    plain = {name: (members(path), packed(path)) for name, path in zips(two).items()}
    done = two.lbuild("build", "--optimize", "size")

    assert done.status == 0, done.stderr
    assert len(plain) == 3
    for name, path in zips(two).items():
        assert members(path) == plain[name][0]
        assert packed(path) <= plain[name][1]
    assert sum(map(packed, zips(two).values())) < sum(size for _, size in plain.values())


def test_unchanged_zips_are_left_alone(two: Room) -> None:
    """The manifest knows how they were made: with other options all are new."""
    two.lbuild("build", "--optimize", "size")
    again = two.lbuild("build", "--optimize", "size", "--json")
    plain = two.lbuild("build", "--json")

    assert again.report["changed"] == []
    assert len(plain.report["changed"]) == 3


def test_what_was_written_is_read_again(two: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """A zip that is not as planned takes nobody's place."""

    def spoiled(plan: object, path: Path) -> None:
        raise NotAsPlannedError("not as planned")

    assert two.lbuild("build").status == 0
    before = {path: path.read_bytes() for path in zips(two).values()}
    two.write("one/app.py", "import base")
    monkeypatch.setattr(proofs, "proofread_zip", spoiled)
    failed = two.lbuild("build", "--paranoid")
    monkeypatch.undo()

    assert failed.codes == ["not-as-planned"]
    assert {path: path.read_bytes() for path in zips(two).values()} == before
    assert two.lbuild("build", "--paranoid").status == 0
