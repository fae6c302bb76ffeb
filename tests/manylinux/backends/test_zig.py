"""What the zig backend refuses, and what it prepares before a build."""

import platform
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from factories.jobs import make_job
from factories.targets import make_target
from manylinux.backends.building_python import BuildingPython, Description
from manylinux.backends.port import Job
from manylinux.backends.zig.backend import Zig
from manylinux.backends.zig.toolchain import pinned
from manylinux.backends.zig.warmth import warm
from manylinux.backends.zig.workplace import Workplace

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in pinned().wheels, reason="zig builds on Linux"
)
HERE = BuildingPython(path=Path(sys.executable), version="3.12.1", machine="x86_64", glibc=(2, 36))
TARGET = make_target("python3.12", "arm64")


def zig(python: BuildingPython | None = HERE, path: str = "/nonexistent") -> Zig:
    @contextmanager
    def nothing(*_: object) -> Iterator[Path]:
        raise AssertionError("nothing is to be built")
        yield

    return Zig(
        find_python=lambda minor: (python, "`uv python install 3.12`"),
        toolchain=nothing,
        shelf=nothing,
        plain=lambda home: {},
        path=path,
    )


MESON = {"meson__build": "project('x', 'c', 'fortran')", "x__f90": ""}


@pytest.mark.parametrize(
    ("backend", "project_backend", "files", "why"),
    [
        (zig(), "mesonpy", MESON, "Fortran"),
        (zig(), "scikit_build_core.build", {"CMakeLists__txt": "project(x CUDA)", "x__cu": ""}, "CUDA"),
        (zig(), "maturin", {"lib__rs": ""}, "no `cargo`"),
        (zig(None), "mesonpy", {"x__c": ""}, "uv python install 3.12"),
        (zig(replace(HERE, glibc=None)), "mesonpy", {"x__c": ""}, "glibc"),
    ],
    ids=["Fortran", "CUDA", "Rust without cargo", "no Python", "no glibc"],
)
def test_what_zig_cannot_do_is_refused_with_a_way_out(
    backend: Zig, project_backend: str, files: dict[str, str], why: str, tmp_path: Path
) -> None:
    """Before anything is fetched."""
    project = make_job(tmp_path, TARGET, project_backend, **files).project
    refusal = backend.refusal(project, TARGET)

    assert refusal is not None
    assert why in refusal


@pytest.mark.parametrize(("backend", "refuses"), [("maturin", False), ("setuptools.build_meta", True)])
def test_maturin_needs_no_python_of_the_runtimes_version(backend: str, refuses: bool, tmp_path: Path) -> None:
    """It is told what it compiles for; others ask the Python that runs them."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("cargo", "rustc"):
        (tools / name).write_text(f"#!/bin/sh\necho {tmp_path}\n")
        (tools / name).chmod(0o755)
    project = make_job(tmp_path / "job", TARGET, backend, lib__rs="").project
    another = replace(HERE, version="3.13.0")
    backends = replace(
        zig(path=str(tools)), find_python=lambda minor: (another if minor == "3.13" else None, "get one")
    )
    refusal = backends.refusal(project, TARGET)

    assert (refusal is not None) is refuses, refusal


def test_c_is_not_refused(tmp_path: Path) -> None:
    """For either processor."""
    project = make_job(tmp_path, TARGET, "mesonpy", x__c="").project

    assert zig().refusal(project, TARGET) is None
    assert zig().refusal(project, make_target("python3.12", "x86_64")) is None


def shelved(job: Job) -> str:
    """The name of the cache that a job's compiler begins with."""
    asked = []

    @contextmanager
    def shelf(name: str, make: Callable[[Path], None]) -> Iterator[Path]:
        asked.append(name)
        yield job.folder

    with warm(Workplace(job=job, python=HERE, zig=Path("zig")), {}, shelf):
        pass
    return asked[0]


def test_the_cpp_library_is_compiled_before_a_build_and_kept(tmp_path: Path) -> None:
    """It takes a minute, which a build's time is not spent on; C does without."""
    job = make_job(tmp_path, TARGET, "mesonpy", x__cpp="")
    c = replace(job, project=replace(job.project, languages=frozenset()))

    assert shelved(job) == f"zig-{pinned().version}-aarch64-linux-gnu.2.34-cpp"
    assert shelved(c) == f"zig-{pinned().version}-aarch64-linux-gnu.2.34-c"


def configured(folder: Path, arch: str, *said: str) -> str:
    """What a `configure` of autoconf's believes of host and crossing, after it was told `said`."""
    headers = folder / "headers"
    headers.mkdir(parents=True)
    for name in ("Python.h", "pyconfig.h"):
        (headers / name).write_text("")
    job = make_job(folder / "job", make_target("python3.12", arch), x__c="")
    workplace = Workplace(job=job, python=HERE, zig=Path("zig"))
    workplace.furnish(
        Description(variables={}, include=headers, platinclude=headers, config_h=headers / "pyconfig.h")
    )
    site = workplace.environ({"PATH": "/bin"}, Path("/bin"))["CONFIG_SITE"]
    script = f". {site}; echo $build_alias $host_alias $cross_compiling"
    return subprocess.check_output(
        ["sh", "-c", script], env=dict(each.split("=") for each in said), text=True
    )


def test_a_configure_script_knows_that_it_crosses(tmp_path: Path) -> None:
    """Setup scripts call it without a word, and it would run what it compiles; one that is told keeps it."""
    told = "host_alias=aarch64-linux-musl"

    assert configured(tmp_path / "1", "arm64") == "x86_64-pc-linux-gnu aarch64-unknown-linux-gnu yes\n"
    assert configured(tmp_path / "2", "arm64", told) == "aarch64-linux-musl\n"
    assert configured(tmp_path / "3", "x86_64") == "\n"


def test_what_is_built_does_not_depend_on_what_builds(tmp_path: Path) -> None:
    """Neither this machine's processor nor its Python's patch release is part of the key."""
    assert zig().identity(TARGET) == zig(replace(HERE, version="3.12.9", machine="aarch64")).identity(TARGET)
    assert pinned().version in zig().identity(TARGET)


def test_the_pinned_wheels_are_pinned_by_hash() -> None:
    """One for each processor that lbuild builds on."""
    assert set(pinned().wheels) == {"x86_64", "aarch64"}
    assert all(len(wheel.sha256) == 64 for wheel in pinned().wheels.values())
    assert all(f"-{pinned().version}-" in wheel.filename for wheel in pinned().wheels.values())
