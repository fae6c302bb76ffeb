"""What the sweep says of bundles of which something is missing."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sweeps.asking import Asker
from sweeps.slimming import Bundle, judge

INFO = "pkg-1.dist-info"
POINTS = f"{INFO}/entry_points.txt"
WHOLE = {
    "pkg/__init__.py": "",
    "pkg/core.py": "import pkg.part",
    "pkg/part.py": "",
    "pkg/data.txt": "",
    "pkg/tests/__init__.py": "",
    "pkg/tests/deep/test_core.py": "",
    "space/inner/x.py": "",
    f"{INFO}/METADATA": "Metadata-Version: 2.1\nName: pkg\nVersion: 1\n",
    POINTS: "[x]\ny = pkg.core:pkg\n",
}
TESTS = ("pkg/tests/__init__.py", "pkg/tests/deep/test_core.py")


def judged(
    folder: Path, missing: tuple[str, ...] = (), more: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Of a slim bundle without tests, and without what is missing or with more though nothing told of it."""
    gone = dict.fromkeys(TESTS, "test-modules")
    slim = {path: content for path, content in WHOLE.items() if path not in {*gone, *missing}} | dict(
        more or {}
    )
    whole = Bundle(folder=_written(folder / "none", WHOLE), packages={}, dropped={}, sha256="1")
    safe = Bundle(folder=_written(folder / "safe", slim), packages={}, dropped=gone, sha256="2")
    (folder / "scratch").mkdir()
    asker = Asker(python=Path(sys.executable), scratch=folder / "scratch", seconds=20)
    return judge({"none": whole, "safe": safe, "small": safe}, asker)


def _written(folder: Path, files: Mapping[str, str]) -> Path:
    record = "".join(f"{path},,\n" for path in [*files, f"{INFO}/RECORD"])
    for path, content in {**files, f"{INFO}/RECORD": record}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)
    return folder


def test_tests_are_no_loss(tmp_path: Path) -> None:
    """All the rest answers, and serverless loses the entry points' metadata, not what they name."""
    row = judged(tmp_path)

    assert row["safe"]["lost"] == row["safe"]["otherwise"] == row["safe"]["metadata_bytes"] == []
    assert (row["importable"], row["namespaces"], row["entry_points"], row["tests"]) == (6, 2, 1, 3)
    assert row["serverless"] == {"import": 0, "entry": 0}


def test_a_module_that_is_missing_is_lost_with_all_that_needs_it(tmp_path: Path) -> None:
    """The entry point, too, and the file where resources and RECORD are listed: no rule told of it."""
    lost = judged(tmp_path, missing=("pkg/part.py",))["safe"]["lost"]

    assert ["import", "pkg.core", "module, then ModuleNotFoundError: No module named 'pkg.part'"] in lost
    assert ["entry", "pkg.core:pkg", "loads, then ModuleNotFoundError: No module named 'pkg.part'"] in lost
    assert ["metadata", "", "pkg: 1 files are not listed: pkg/part.py"] in lost
    assert ["resources", "pkg", "1 files are not listed: part.py"] in lost


def test_a_namespace_that_becomes_a_package_is_lost(tmp_path: Path) -> None:
    """And metadata that differs is told."""
    row = judged(tmp_path, more={"space/__init__.py": "", POINTS: "[x]\ny = pkg.core\n"})

    assert ["import", "space", "namespace, then package"] in row["safe"]["lost"]
    assert row["safe"]["metadata_bytes"] == [POINTS]
