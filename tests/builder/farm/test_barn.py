"""What an index in a folder has already, whatever else lies in the folder."""

from pathlib import Path

from packaging.utils import canonicalize_name
from packaging.version import Version

from builder.farm.barn import IndexFolder
from factories.wheels import write_wheel
from prebuilt_index.tree.adding import add
from prebuilt_index.tree.admission import Candidate

DEMO = canonicalize_name("demo")


def test_only_wheels_of_that_version_are_told(tmp_path: Path) -> None:
    """What is no wheel's entry is for `lbuild index verify` to tell; entries of others are not even read."""
    root = tmp_path / "index"
    wheels = [write_wheel(tmp_path, name, version) for name, version in (("demo", "1.0"), ("demo", "2.0"))]
    add(root, [Candidate(path=path, filename=path.name) for path in wheels])
    for stray in (
        "demo/demo-x.entry.json",
        "demo/demo-2.0-py3-none-any.whl.entry.json",
        "other/x.entry.json",
    ):
        (root / "files" / stray).parent.mkdir(exist_ok=True)
        (root / "files" / stray).write_text("{")
    barn = IndexFolder(root=root, logs=tmp_path / "logs")

    (entry,) = barn.wheels(DEMO, Version("1"))
    assert (entry.filename, entry.provenance) == ("demo-1.0-py3-none-any.whl", None)
    assert barn.wheels(DEMO, Version("3")) == barn.wheels(canonicalize_name("none"), Version("1")) == ()
