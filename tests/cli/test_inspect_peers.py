"""Bundles as other tools make them of real wheels, with the faults they are known for."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from factories.commands import Room

pytestmark = pytest.mark.registry
STRIP = shutil.which("strip")
PLATFORM = "manylinux_2_28_x86_64"


def install(folder: Path, *requirements: str, python: str = "3.11", platform: str = PLATFORM) -> Path:
    """Wheels installed as `pip install --target` does for another platform."""
    settings = [
        "--quiet",
        "--no-deps",
        "--only-binary",
        ":all:",
        "--no-compile",
        "--disable-pip-version-check",
    ]
    target = ["--platform", platform, "--python-version", python, "--target", str(folder)]
    command = [sys.executable, "-m", "pip", "install", *settings, *target, *requirements]
    subprocess.run(
        command, check=True, stdin=subprocess.DEVNULL, env={**os.environ, "PIP_ROOT_USER_ACTION": "ignore"}
    )
    return folder


def zipped(folder: Path, path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder))
    return path


def errors(room: Room, path: Path, *words: str) -> dict[str, list[str]]:
    """Error codes to the files they name."""
    outcome = room.lbuild("inspect", path, *words, "--json", index=False, cache=False)
    found: dict[str, list[str]] = {}
    for finding in outcome.report["findings"]:
        if finding["severity"] == "error":
            found.setdefault(finding["code"], []).append(finding["path"])
    assert outcome.status == (4 if found else 0)
    return found


def test_a_wheel_that_is_too_new_for_the_runtime(room: Room, tmp_path: Path) -> None:
    """What SAM's uv workflow ships for python3.11: numpy 2.3.4 needs GLIBC_2.27, Amazon Linux 2 has 2.26."""
    bundle = zipped(install(tmp_path / "t", "numpy==2.3.4"), tmp_path / "b.zip")

    assert set(errors(room, bundle, "--runtime", "python3.11")) == {"glibc-too-new"}
    assert "wrong-python" in errors(room, bundle, "--runtime", "python3.13")


def test_wheels_of_the_machine_that_zipped_them(room: Room, tmp_path: Path) -> None:
    """What Zappa ships from a Mac: nothing in it is for Lambda."""
    folder = install(tmp_path / "t", "markupsafe==3.0.2", python="3.13", platform="macosx_11_0_arm64")
    found = errors(room, zipped(folder, tmp_path / "b.zip"), "--runtime", "python3.13")

    assert set(found) == {"foreign-binary"}
    assert found["foreign-binary"] == ["/var/task/markupsafe/_speedups.cpython-313-darwin.so"]


def test_wheels_of_another_architecture(room: Room, tmp_path: Path) -> None:
    """An arm64 laptop's Linux wheels on an x86_64 function."""
    folder = install(tmp_path / "t", "markupsafe==3.0.2", python="3.13", platform="manylinux2014_aarch64")

    assert set(errors(room, folder, "--runtime", "python3.13", "--arch", "x86_64")) == {"wrong-machine"}
    assert errors(room, folder, "--runtime", "python3.13", "--arch", "arm64") == {}


@pytest.mark.skipif(STRIP is None, reason="needs strip of GNU binutils")
def test_libraries_that_strip_has_damaged(room: Room, tmp_path: Path) -> None:
    """`slim: true` of serverless-python-requirements: strip breaks what patchelf has changed."""
    folder = install(tmp_path / "t", "numpy==2.2.6", platform="manylinux_2_17_x86_64")
    sound = errors(room, folder, "--runtime", "python3.11")
    libraries = [str(path) for path in folder.rglob("*.so*")]
    assert STRIP is not None
    subprocess.run([STRIP, *libraries], check=True)
    found = errors(room, folder, "--runtime", "python3.11")

    assert sound == {}
    assert set(found) == {"misaligned-segment"}
    assert any("libscipy_openblas64_" in path for path in found["misaligned-segment"])


def test_a_library_that_lambda_does_not_have(room: Room, tmp_path: Path) -> None:
    """opencv-python needs a screen's libraries; the headless one does not."""
    folder = install(tmp_path / "t", "opencv-python>=4.13")

    assert "missing-library" in errors(room, folder, "--runtime", "python3.11")
