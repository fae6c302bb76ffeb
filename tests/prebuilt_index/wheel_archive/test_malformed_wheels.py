"""Wheels that PyPI still serves, in which an entry was overwritten in place and its own header left."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from prebuilt_index.errors import BadArchiveError
from prebuilt_index.wheel_archive.verify import verify_wheel


@pytest.mark.registry
@pytest.mark.parametrize(
    ("requirement", "platform", "python", "sha256"),
    [
        (
            "qcs-sdk-python==0.21.13",
            "manylinux_2_28_x86_64",
            "3.10",
            "2c03c2a3fca3a290ae8db081366652552ffe93e709a888aea3e1b1d16984f1fa",
        ),
        (
            "islpy==2025.1.3",
            "macosx_11_0_arm64",
            "3.13",
            "d4821572531e1035727200c0fb8adabeea1d127ead69d75a3e5f5677f5510e7c",
        ),
    ],
)
def test_refuses_wheels_with_two_truths(
    requirement: str, platform: str, python: str, sha256: str, tmp_path: Path
) -> None:
    """Copied by their directory alone they would be broken without any error (PyO3/maturin#2499)."""
    options = ["--no-deps", "--only-binary=:all:", "--platform", platform, "--python-version", python]
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", *options, "--dest", tmp_path, requirement],
        check=True,
    )
    (path,) = tmp_path.iterdir()
    with pytest.raises(BadArchiveError) as caught:
        verify_wheel(path, path.name, sha256)

    assert hashlib.sha256(path.read_bytes()).hexdigest() == sha256
    assert caught.value.rule == "Z4"
    assert caught.value.member is not None
