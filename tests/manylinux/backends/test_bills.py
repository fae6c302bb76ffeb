"""Bills of materials that name the folder of the build."""

import zipfile
from pathlib import Path

from factories.wheels import make_record, write_wheel
from manylinux.backends.bills import anonymized

BILL = "demo-1.0.dist-info/sboms/demo.cyclonedx.json"
FOLDER = Path("/tmp/lbuild-build-abc/zig")


def members(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_folder_is_gone_and_record_is_true(tmp_path: Path) -> None:
    """What referred to one thing still does."""
    bill = b'{"bom-ref": "path+file:///tmp/lbuild-build-abc/zig/source#demo", "ref": "%b/source#demo"}'
    wheel = write_wheel(
        tmp_path, "demo", "1.0", {"demo.py": b"", BILL: bill.replace(b"%b", str(FOLDER).encode())}
    )
    anonymized(wheel, FOLDER)
    found = members(wheel)
    record = found.pop("demo-1.0.dist-info/RECORD")

    assert found[BILL] == b'{"bom-ref": "path+file:///source#demo", "ref": "/source#demo"}'
    assert sorted(record.splitlines()) == sorted(make_record(found, "demo-1.0.dist-info/RECORD").splitlines())


def test_a_wheel_without_it_is_not_written(tmp_path: Path) -> None:
    """Paths elsewhere are told, not changed."""
    wheel = write_wheel(tmp_path, "demo", "1.0", {"demo.py": str(FOLDER).encode(), BILL: b"{}"})
    before = wheel.read_bytes()
    anonymized(wheel, FOLDER)

    assert wheel.read_bytes() == before
