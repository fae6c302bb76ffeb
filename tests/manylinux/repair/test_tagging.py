"""A wheel under another build tag is the same wheel for all that is installed."""

import zipfile
from pathlib import Path

import pytest

from factories.wheels import write_wheel
from manylinux.errors import BrokenWheelError
from manylinux.repair.tagging import tagged
from prebuilt_index.tree.admission import Candidate, admitted

FILES = {"demo/__init__.py": b"it = 1\n", "demo/data.bin": bytes(range(256)) * 50}


def content(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_name_and_wheel_say_the_tag_and_all_else_stays(tmp_path: Path) -> None:
    plain = write_wheel(tmp_path, "demo", "1.0+local", FILES, tag="cp313-cp313-manylinux_2_17_x86_64")
    made = tagged(plain, (2, "lambda"), tmp_path)

    assert made.name == "demo-1.0+local-2lambda-cp313-cp313-manylinux_2_17_x86_64.whl"
    before, after = content(plain), content(made)
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    assert changed == {"demo-1.0+local.dist-info/WHEEL", "demo-1.0+local.dist-info/RECORD"}
    text = after["demo-1.0+local.dist-info/WHEEL"].decode()
    assert text.count("Build: ") == 1
    assert "\nBuild: 2lambda\n" in text
    assert admitted(made, Candidate(path=made, filename=made.name), "0" * 64)  # every rule of an index


def test_an_earlier_tag_gives_way_and_the_bytes_are_the_same(tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    plain = write_wheel(tmp_path, "demo", "1.0", FILES)
    first = tagged(plain, (1, ""), tmp_path)
    second = tagged(first, (2, ""), tmp_path)

    assert (first.name, second.name) == ("demo-1.0-1-py3-none-any.whl", "demo-1.0-2-py3-none-any.whl")
    assert second.read_bytes() == tagged(plain, (2, ""), tmp_path / "again").read_bytes()


def test_what_is_no_wheel_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "demo-1.0-py3-none-any.whl"
    path.write_bytes(b"no zip")
    with pytest.raises(BrokenWheelError):
        tagged(path, (1, ""), tmp_path)
    assert list(tmp_path.iterdir()) == [path]
