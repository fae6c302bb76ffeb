"""Bundles of published wheels have the bytes they always had, however they come about.

Where a digest differs on purpose (other rules of slimming, another engine), the change says so and writes the
new one down.
"""

import hashlib
import os
from pathlib import Path

import pytest

from factories.commands import Room

pytestmark = pytest.mark.registry
BUNDLES = {
    "numpy==2.3.4": "ba8e9b24cac47258d7eb0f165eaff071cdf99cb60dd0831ffb77007f745cebcb",
    "pyyaml==6.0.3 markupsafe==3.0.3 certifi==2025.10.5 six==1.17.0": (
        "a745670cb00d1910e798d25ad9c05c76e09287481ed9e7f4f1814f7ea4012c33"
    ),
}
"""Requirements to the sha256 of their zip."""


@pytest.mark.parametrize("requirements", BUNDLES)
def test_a_bundle_is_what_it_was(tmp_path: Path, requirements: str) -> None:
    """Cold and warm: the compiled files stripped, and what nothing reaches left out."""
    user = Room(folder=tmp_path, cache=tmp_path / "cache", index=None, environ=dict(os.environ))  # type: ignore[arg-type]  # not asked
    options = ("--runtime", "python3.13", "--bytecode", "none", "-o", "b.zip")
    for _ in range(2):
        done = user.lbuild(*requirements.split(), *options, index=False)

        assert done.status == 0, done.stderr
        assert hashlib.sha256((tmp_path / "b.zip").read_bytes()).hexdigest() == BUNDLES[requirements]
