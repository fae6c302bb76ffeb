"""Resolutions that look at several sdists whose requirements only their backends know, by the command."""

import os
import platform
import sys
from pathlib import Path

import pytest

from factories.commands import Outcome, Room
from factories.dynamic_projects import write_dynamic

pytestmark = [
    pytest.mark.registry,
    pytest.mark.skipif(
        sys.platform != "linux" or platform.machine() != "x86_64" or platform.libc_ver()[0] != "glibc",
        reason="zig builds on Linux",
    ),
]
RUNTIME = f"python3.{sys.version_info[1]}"
UNHEARD_OF = "['six>=999']"


@pytest.fixture
def user(tmp_path: Path, pytestconfig: pytest.Config) -> Room:
    """A user with the machine's own pip configuration, and a cache that has the compiler after a test."""
    assert pytestconfig.cache is not None
    cache = pytestconfig.cache.mkdir("native-builds")
    work = tmp_path / "work"
    work.mkdir()
    return Room(folder=work, cache=cache, index=None, environ=dict(os.environ))  # type: ignore[arg-type]  # not asked


def look(user: Room, folder: Path) -> Outcome:
    """A build of the newest version that can be had."""
    return user.lbuild(
        "demo", "--find-links", folder, "-o", "b.zip", "--runtime", RUNTIME, "--json", "-v", index=False
    )


@pytest.mark.parametrize("backend", ["setuptools", "hatchling"])
def test_versions_that_are_passed_over_are_not_built(backend: str, user: Room, tmp_path: Path) -> None:
    """Of three versions two require what is not there: one build, and three questions before it.

    A build of pure Python is not listened to.
    """
    for version, requires in (("1.0", "['six']"), ("2.0", UNHEARD_OF), ("3.0", UNHEARD_OF)):
        write_dynamic(tmp_path, backend, version, requires)
    done = look(user, tmp_path)

    assert done.status == 0, done.stderr
    versions = {package["name"]: package["version"] for package in done.report["packages"]}
    assert versions["demo"] == "1.0"
    assert "six" in versions
    assert done.stderr.count("compiling with zig") == (1 if backend == "setuptools" else 0)
    assert done.stderr.count("RAN bdist_wheel") == (1 if backend == "setuptools" else 0)


def test_without_the_hook_a_version_is_built_and_kept(user: Room, tmp_path: Path) -> None:
    """meson-python has none."""
    write_dynamic(tmp_path, "meson-python", "1.0", "['six']")
    done = look(user, tmp_path)

    assert done.status == 0, done.stderr
    assert "six" in {package["name"] for package in done.report["packages"]}
    assert done.stderr.count("compiling with zig") == 1


def test_what_a_backend_says_must_come_true(user: Room, tmp_path: Path) -> None:
    """A setup.py that says another thing when it builds: the fields and the log are told."""
    requires = "['six'] if 'bdist_wheel' in sys.argv else ['six<2']"
    write_dynamic(tmp_path, "setuptools", "1.0", requires)
    done = look(user, tmp_path)

    assert (done.status, done.codes) == (4, ["metadata-mismatch"])
    assert "Requires-Dist: its backend said `six<2`, the wheel says `six`" in done.stderr
    log = done.report["error"]["log"]
    assert f"log: {log}" in done.stderr
    assert "RAN bdist_wheel" in Path(log).read_text()
