"""Requirements of every kind, each only as an sdist: built without a container, for three targets.

The compiler is fetched from the configured index, 101 MB, and kept in pytest's cache, with its libraries for
C++: 45 seconds of a processor for each target. What is built is new.
"""

import os
import platform
import shutil
import sys
from pathlib import Path

import pytest

from builder.interpreter.finding import search
from factories.commands import Room
from factories.native_projects import KINDS, of_every_kind

pytestmark = [
    pytest.mark.registry,
    pytest.mark.skipif(
        sys.platform != "linux" or platform.machine() != "x86_64" or platform.libc_ver()[0] != "glibc",
        reason="what is compiled is loaded here",
    ),
]
COMPILED = ["demo 1.0", *(each.replace("==", " ") for kind, each in KINDS.items() if kind != "pure")]


@pytest.fixture
def user(tmp_path: Path, runtime: str, pytestconfig: pytest.Config) -> Room:
    """A user with requirements and no container engine, whose cache has the compiler and nothing built.

    Each runtime has a cache: another process may run the others, and what it forgets would be missed here.
    """
    assert pytestconfig.cache is not None
    cache = pytestconfig.cache.mkdir(f"native-builds-{runtime}")
    shutil.rmtree(cache / "built-v1", ignore_errors=True)
    work = tmp_path / "work"
    work.mkdir()
    environ = {**os.environ, "DOCKER_HOST": f"unix://{tmp_path}/no-engine"}
    room = Room(folder=work, cache=cache, index=None, environ=environ)  # type: ignore[arg-type]  # not asked
    room.write("requirements.txt", *of_every_kind(tmp_path))
    return room


@pytest.mark.parametrize(
    ("runtime", "arch", "machine"),
    [
        ("python3.12", "x86_64", "x86_64"),
        ("python3.11", "x86_64", "x86_64"),
        ("python3.13", "arm64", "aarch64"),
    ],
)
def test_sdists_of_every_kind_become_a_bundle_that_loads(
    runtime: str, arch: str, machine: str, user: Room
) -> None:
    """Pure Python, C, Cython, C++ and meson together; `make sweep-native` imports those of arm64."""
    if search(runtime.removeprefix("python"), os.environ, lambda found: "").found is None:
        pytest.skip(f"there is no Python for {runtime} here, which builds for it")
    target = ("--runtime", runtime, "--arch", arch)
    done = user.lbuild("-r", "requirements.txt", *target, "-o", "bundle.zip", "--json", index=False)
    inspected = user.lbuild("inspect", "bundle.zip", *target, index=False, cache=False)

    assert done.status == 0, done.stderr
    assert sorted((each["package"], each["backend"]) for each in done.report["compiled"]) == [
        (package, "zig") for package in sorted(COMPILED)
    ]
    assert all(each["wheel"].endswith(f"_{machine}.whl") for each in done.report["compiled"])
    assert inspected.status == 0, inspected.stdout + inspected.stderr
    if machine == platform.machine():
        tried = user.lbuild("try", "bundle.zip", "--imports", "--runtime", runtime, index=False)
        assert tried.status == 0, tried.stderr
