"""Which backend compiles a project, what is told of it, and what is remembered."""

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from builder.build import BuiltWheel, provenance_of
from builder.build.choice import Mode, Wishes
from builder.build.door import NativeDoor
from builder.build.native import NativeBuilds
from builder.build.process import FailedError
from builder.errors import NativeBuildNeededError, NoBuildBackendError, SdistBuildError
from factories.jobs import PretendBackend
from factories.native_doors import door_to
from factories.projects import HONEST, MakeBuilder, pkg_info, project_files, tar_gz
from factories.targets import make_target
from factories.wheels import write_wheel
from manylinux.backends.port import BackendError, Job
from manylinux.errors import ImagePullError
from prebuilt_index.store import Store

SETUP = b"from setuptools import Extension, setup\nsetup(ext_modules=[Extension('demo', ['demo.c'])])\n"


def write_native(folder: Path, **more: bytes) -> Path:
    """An sdist that says it has an extension module."""
    files = {"setup.py": SETUP, "demo.c": b"", "PKG-INFO": pkg_info("demo", "1.0"), **more}
    path = folder / "demo-1.0.tar.gz"
    path.write_bytes(tar_gz({f"demo-1.0/{name}": body for name, body in files.items()}))
    return path


def native(
    *backends: PretendBackend, mode: Mode = Mode.AUTO, compiler: str = "1", **projects: Mode
) -> NativeDoor:
    """Builds for one target by these backends, whose wheels are taken as they are."""
    wishes = Wishes(default=mode, projects={canonicalize_name(name): each for name, each in projects.items()})
    return door_to(
        *backends,
        wishes=wishes,
        compiler=compiler,
        tell=told.append,
        listen=lambda label, line: heard.append(line),
    )


TALK = """
import time
print("one")
print("\\x1b[1mtwo\\x1b[0m")
print("no line yet", end="", flush=True)
time.sleep(0.3)
"""
told: list[str] = []
heard: list[str] = []
"""What builds said, of all tests."""


def build(make_builder: MakeBuilder, archive: Path, builds: NativeDoor) -> BuiltWheel:
    return make_builder(native=builds).from_sdist(archive, archive.name)


def fail(job: Job) -> Path:
    raise FailedError("exit status 1")


def test_the_first_backend_that_does_not_refuse_builds(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """What was asked before it and why not are kept with the wheel, and so is the log's place."""
    zig = PretendBackend(name="zig", refuses="compiles no Fortran")
    docker, local = PretendBackend(name="docker"), PretendBackend(name="local")
    built = build(make_builder, write_native(tmp_path), native(local, docker, zig))

    assert (len(zig.built), len(docker.built), len(local.built)) == (0, 1, 0)
    story = built.provenance
    assert story is not None
    assert (story.backend, story.refused) == ("docker", (("zig", "compiles no Fortran"),))
    assert story.requirements == ("setuptools-80-py3-none-any.whl",)
    assert story.notes == ("a note",)
    assert Path(story.log).is_file()


def test_the_next_backend_builds_where_one_fails(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """It gets the sources as they were: the first has left things in them."""
    seen = []

    def careless(job: Job) -> Path:
        (job.project.folder / "build").mkdir()
        return fail(job)

    def look(job: Job) -> Path:
        seen.extend(sorted(path.name for path in job.project.folder.iterdir()))
        return PretendBackend(name="x").build(job).wheel

    zig, docker = PretendBackend(name="zig", works=careless), PretendBackend(name="docker", works=look)
    built = build(make_builder, write_native(tmp_path), native(zig, docker))

    assert seen == ["PKG-INFO", "demo.c", "setup.py"]
    assert built.provenance is not None
    assert built.provenance.refused == (("zig", "failed: exit status 1"),)


def test_when_all_fail_the_error_tells_of_all(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """The one that failed last, those before it, and those that refused."""
    zig = PretendBackend(name="zig", works=fail)
    docker = PretendBackend(name="docker", refuses="no engine answers")
    with pytest.raises(SdistBuildError) as error:
        build(make_builder, write_native(tmp_path), native(zig, docker))

    assert "zig: exit status 1" in error.value.evidence
    assert "docker: no engine answers" in error.value.evidence


def test_a_compilers_failure_is_told_before_that_of_an_engine(
    make_builder: MakeBuilder, tmp_path: Path
) -> None:
    """An image that cannot be had says nothing of the project; asked for alone, it is the error."""

    def no_image(job: Job) -> Path:
        raise ImagePullError("The image cannot be pulled")

    docker = PretendBackend(name="docker", works=no_image)
    with pytest.raises(SdistBuildError) as error:
        build(make_builder, write_native(tmp_path), native(PretendBackend(name="zig", works=fail), docker))
    with pytest.raises(ImagePullError):
        build(make_builder, write_native(tmp_path), native(docker))

    assert "zig: failed: exit status 1" in error.value.evidence
    assert any(line.startswith("docker: The image cannot be pulled") for line in error.value.evidence)


def test_when_all_refuse_nothing_is_built(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """The machine lacks something, and each backend says what."""
    zig = PretendBackend(name="zig", refuses="needs a Python 3.12 on this machine")
    with pytest.raises(NoBuildBackendError) as error:
        build(make_builder, write_native(tmp_path), native(zig))

    assert error.value.evidence == ("zig: needs a Python 3.12 on this machine",)
    assert "python3.12/x86_64" in error.value.summary


def test_one_backend_may_be_demanded(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """For all projects, and otherwise for one."""
    zig, docker = PretendBackend(name="zig"), PretendBackend(name="docker")
    build(make_builder, write_native(tmp_path), native(zig, docker, mode=Mode.DOCKER))
    assert (len(zig.built), len(docker.built)) == (0, 1)

    build(make_builder, write_native(tmp_path), native(zig, docker, mode=Mode.DOCKER, Demo=Mode.ZIG))
    assert (len(zig.built), len(docker.built)) == (1, 1)


def test_a_demanded_backend_that_fails_has_no_successor(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """Who names one wants that one."""
    zig, docker = PretendBackend(name="zig", works=fail), PretendBackend(name="docker")
    with pytest.raises(SdistBuildError):
        build(make_builder, write_native(tmp_path), native(zig, docker, mode=Mode.ZIG))

    assert docker.built == []


def test_never_means_never(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """A project with extension modules is tried as pure Python, and its result refused when it is not."""
    zig = PretendBackend(name="zig")
    body = "return wheel(wheel_directory, tag='cp311-cp311-linux_x86_64')"
    files = {**project_files("demo", "1.0", body), "PKG-INFO": pkg_info("demo", "1.0")}
    archive = tmp_path / "demo-1.0.tar.gz"
    archive.write_bytes(tar_gz({f"demo-1.0/{name}": each for name, each in {**files, "a.c": b""}.items()}))
    with pytest.raises(NativeBuildNeededError):
        build(make_builder, archive, native(zig, mode=Mode.NEVER))

    assert zig.built == []


def test_never_says_what_accepting_pure_python_wants(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """It holds for what could not be compiled; where nothing is tried, nobody knows."""
    wishes = Wishes(default=Mode.NEVER, pure=frozenset({canonicalize_name("demo")}))
    with pytest.raises(NativeBuildNeededError) as error:
        build(make_builder, write_native(tmp_path), door_to(PretendBackend(name="zig"), wishes=wishes))

    assert "`--build never` is in force" in error.value.evidence
    assert "allow it one, such as `--build PROJECT=zig`" in (error.value.hint or "")


def write_sdist(folder: Path, body: str, more: Mapping[str, bytes]) -> Path:
    """Of a project whose backend does `body`, with further files."""
    files = {**project_files("demo", "1.0", body), "PKG-INFO": pkg_info("demo", "1.0"), **more}
    archive = folder / "demo-1.0.tar.gz"
    archive.write_bytes(tar_gz({f"demo-1.0/{name}": each for name, each in files.items()}))
    return archive


@pytest.mark.parametrize(("name", "content"), [("a.c", b""), ("setup.py", b"cythonize(['module.py'])")])
def test_what_turns_out_to_be_native_is_compiled(
    name: str, content: bytes, make_builder: MakeBuilder, tmp_path: Path
) -> None:
    """The sources did not say so, they may be Python's for Cython; the pure build did."""
    zig = PretendBackend(name="zig")
    body = "return wheel(wheel_directory, tag='cp311-cp311-linux_x86_64')"
    archive = write_sdist(tmp_path, body, {name: content})

    assert build(make_builder, archive, native(zig)).provenance is not None
    assert len(zig.built) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")
@pytest.mark.parametrize("path", ["", "/nowhere"], ids=["a broken source", "no compiler here"])
@pytest.mark.parametrize(
    ("source", "call"),
    [("a.c", "run"), ("a.c", "check_call"), ("made.c", "check_call")],
    ids=["passed over", "fatal", "fatal, of what was generated"],
)
def test_what_did_not_compile_is_compiled(
    make_builder: MakeBuilder, tmp_path: Path, path: str, source: str, call: str
) -> None:
    """The sources did not say so, and the build went on without, or ended: no proof that they are pure."""
    zig = PretendBackend(name="zig")
    trial = f"import subprocess\nsubprocess.{call}(['gcc', '-c', '{source}', '-o', 'a.o'])\n"
    body = f"{trial}return wheel(wheel_directory)"
    archive = write_sdist(tmp_path, body, {"a.c": b"#error no"})
    environ = {**os.environ, "PATH": path or os.environ["PATH"]}
    built = make_builder(native=native(zig), environ=environ).from_sdist(archive, archive.name)

    assert built.provenance is not None
    assert len(zig.built) == 1


def test_what_fails_without_a_compiler_is_not_compiled(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """Another one would make no difference."""
    zig = PretendBackend(name="zig")
    archive = write_sdist(tmp_path, "raise SystemExit(3)", {"a.c": b""})

    with pytest.raises(SdistBuildError):
        build(make_builder, archive, native(zig))
    assert zig.built == []


def test_pure_projects_are_none_of_the_backends_business(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """They are built as ever."""
    zig = PretendBackend(name="zig")
    archive = write_sdist(tmp_path, HONEST, {"docs/a.c": b""})

    assert build(make_builder, archive, native(zig)).provenance is None
    assert zig.built == []


@pytest.mark.parametrize(
    ("tag", "names_python", "told"),
    [
        (
            "cp312-cp312-linux_x86_64",
            True,
            "for want of 3.12, which maturin asks nothing",
        ),
        ("cp312-cp312-linux_x86_64", False, None),
        ("cp311-cp311-linux_x86_64", True, None),
        ("cp311-abi3-linux_x86_64", False, "it keeps to the stable ABI"),
    ],
)
def test_another_python_makes_what_it_is_told_or_what_fits_all(
    tag: str, names_python: bool, told: str | None, make_builder: MakeBuilder, tmp_path: Path
) -> None:
    """A wheel for its own version is none for the target."""

    def work(job: Job) -> Path:
        return write_wheel(job.output, "demo", "1.0", tag=tag)

    zig = PretendBackend(name="zig", works=work, foreign_python="3.11.7", names_python=names_python)
    door, archive = door_to(zig, target=make_target("python3.12", "x86_64")), write_native(tmp_path)
    if told is None:
        with pytest.raises(SdistBuildError) as error:
            build(make_builder, archive, door)
        assert any("does not keep to the stable ABI" in line for line in error.value.evidence)
    else:
        story = build(make_builder, archive, door).provenance
        assert story is not None
        assert any(told in note for note in story.notes)


def test_what_was_built_is_not_built_again(make_builder: MakeBuilder, tmp_path: Path, store: Store) -> None:
    """Neither by this builder nor by the next; how it was built is known by its digest too."""
    zig, archive = PretendBackend(name="zig"), write_native(tmp_path)
    first = build(make_builder, archive, native(zig))
    second = build(make_builder, archive, native(zig))

    assert len(zig.built) == 1
    assert (first.sha256, first.provenance) == (second.sha256, second.provenance)
    assert provenance_of(store, first.sha256) == first.provenance


def test_another_toolchain_builds_anew(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """What decides over bytes is part of the key."""

    class Newer(PretendBackend):
        def identity(self, target: object) -> str:
            return "2"

    old, new, archive = PretendBackend(name="zig"), Newer(name="zig"), write_native(tmp_path)
    build(make_builder, archive, native(old))
    build(make_builder, archive, native(new, compiler="2"))

    assert (len(old.built), len(new.built)) == (1, 1)


def test_a_backend_that_lies_is_told_with_the_log(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """What it says of itself is evidence like what a program printed."""

    def lie(job: Job) -> Path:
        job.log.write_text("demo.c:1:10: fatal error: 'libpq-fe.h' file not found\n")
        raise BackendError("its wheel is for another machine")

    with pytest.raises(SdistBuildError) as error:
        build(make_builder, write_native(tmp_path), native(PretendBackend(name="zig", works=lie)))

    assert "zig: its wheel is for another machine" in error.value.evidence
    assert any("libpq-devel" in line for line in error.value.evidence)
    assert "--build docker" in (error.value.hint or "")


def test_what_is_remembered_costs_nothing_to_know(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """What builds is not even loaded: that would take longer than the rest of a warm build."""
    archive = write_native(tmp_path)
    door = native(PretendBackend(name="zig"))
    first = build(make_builder, archive, door)

    def refuse() -> NativeBuilds:
        raise AssertionError("what builds was loaded")

    assert build(make_builder, archive, replace(door, open=refuse)) == first


def test_a_local_project_is_known_by_the_name_it_declares(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """No file name tells it; and another wish is another wheel."""
    zig, docker = PretendBackend(name="zig"), PretendBackend(name="docker")
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "setup.py").write_bytes(SETUP)
    (folder / "demo.c").touch()
    (folder / "pyproject.toml").write_text('[project]\nname = "Demo"\n')
    for door in (native(zig, docker, demo=Mode.DOCKER), native(zig, docker, demo=Mode.ZIG)):
        make_builder(native=door).from_directory(folder)
        make_builder(native=door).from_directory(folder)

    assert (len(docker.built), len(zig.built)) == (1, 1)


def test_what_a_build_prints_is_heard_while_it_runs(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """Each line once, without what a terminal would obey; and everybody is told that it began."""

    def talk(job: Job) -> Path:
        job.run(
            (sys.executable, "-c", TALK),
            cwd=job.folder,
            environ={},
        )
        return PretendBackend(name="x").build(job).wheel

    heard.clear()
    build(make_builder, write_native(tmp_path), native(PretendBackend(name="zig", works=talk)))

    assert heard == ["one", "two"]
    assert told[-1] == "`demo` 1.0: compiling with zig"


def test_a_project_in_a_subdirectory_has_what_is_around_it(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """The history of the repository above all, which versions are taken from."""
    seen = []

    def look(job: Job) -> Path:
        seen.extend(sorted(path.name for path in job.project.folder.parent.iterdir()))
        return PretendBackend(name="x").build(job).wheel

    folder = tmp_path / "repository"
    (folder / "part").mkdir(parents=True)
    (folder / "part" / "setup.py").write_bytes(SETUP)
    (folder / "part" / "demo.c").touch()
    (folder / "beside.txt").touch()
    door = native(PretendBackend(name="zig", works=look))
    make_builder(native=door).from_directory(folder, subdirectory="part")

    assert seen == ["beside.txt", "part"]
