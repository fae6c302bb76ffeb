"""Metadata that only a backend knows: asked of it without a build, kept, and held against its wheel."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from builder.build.door import NativeDoor
from builder.build.process import FailedError
from builder.errors import SdistBuildError
from factories.jobs import PretendBackend
from factories.native_doors import door_to
from factories.projects import HONEST, MakeBuilder, pkg_info, project_files, tar_gz
from factories.refusals import listing
from manylinux.backends.port import Job
from prebuilt_index.errors import MetadataMismatchError
from prebuilt_index.store import Store

HOOK = """
def prepare_metadata_for_build_wheel(folder, settings=None):
    open(MARKER, "a").write("prepared ")
    path = os.path.join(folder, "demo-" + VERSION + ".dist-info")
    os.makedirs(path)
    with open(path + "/METADATA", "w") as file:
        file.write("Metadata-Version: 2.1\\nName: demo\\nVersion: " + VERSION + "\\nMORE")
    return os.path.basename(path)
"""


def write_sdist(
    folder: Path,
    marker: Path,
    version: str = "1.0",
    *,
    hook: str = HOOK,
    more: str = "",
    files: Sequence[str] = (),
) -> Path:
    """An sdist whose metadata a build may change; what its backend is asked for is written to the marker."""
    body = f"open({str(marker)!r}, 'a').write('built ')\n{HONEST}"
    content = {**project_files("demo", version, body), "PKG-INFO": pkg_info("demo", version)}
    content["backend.py"] += hook.replace("MARKER", repr(str(marker))).replace("MORE", more).encode()
    content.update(dict.fromkeys(files, b""))
    path = folder / f"demo-{version}.tar.gz"
    path.write_bytes(tar_gz({f"demo-{version}/{name}": each for name, each in content.items()}))
    return path


def ran(marker: Path) -> str:
    """What was asked of backends, in order."""
    return marker.read_text().strip() if marker.exists() else ""


def test_a_look_at_several_versions_builds_none(
    make_builder: MakeBuilder, tmp_path: Path, marker: Path
) -> None:
    """Each backend is asked once; who asks again gets what was kept."""
    archives = [write_sdist(tmp_path, marker, f"{number}.0") for number in (1, 2, 3)]
    for _ in range(2):
        for archive in archives:
            version = archive.name.removeprefix("demo-").removesuffix(".tar.gz")
            told = make_builder().metadata_of_sdist(archive, archive.name)
            assert f"Version: {version}".encode() in told

    assert ran(marker) == "prepared prepared prepared"
    assert not (tmp_path / "logs").exists()
    assert list((tmp_path / "work").iterdir()) == []


def test_without_the_hook_the_wheel_tells(make_builder: MakeBuilder, tmp_path: Path, marker: Path) -> None:
    """It is kept, so the build is not for nothing."""
    archive = write_sdist(tmp_path, marker, hook="")
    told = make_builder().metadata_of_sdist(archive, archive.name)
    make_builder().from_sdist(archive, archive.name)

    assert told == pkg_info("demo", "1.0")
    assert ran(marker) == "built"


def test_what_was_built_needs_no_hook(make_builder: MakeBuilder, tmp_path: Path, marker: Path) -> None:
    """Its metadata is the wheel's."""
    archive = write_sdist(tmp_path, marker)
    make_builder().from_sdist(archive, archive.name)
    make_builder().metadata_of_sdist(archive, archive.name)

    assert ran(marker) == "built"


def test_the_wheel_must_be_what_was_said(
    make_builder: MakeBuilder, tmp_path: Path, store: Store, marker: Path
) -> None:
    """A resolution rests on it: the fields that differ are told, and the wheel is not kept."""
    archive = write_sdist(tmp_path, marker, more="Requires-Dist: other>=2\\nRequires-Python: >=3.8\\n")
    make_builder().metadata_of_sdist(archive, archive.name)
    before = listing(store.root)
    with pytest.raises(MetadataMismatchError) as error:
        make_builder().from_sdist(archive, archive.name)

    assert error.value.evidence[:2] == (
        "Requires-Python: its backend said `>=3.8`, the wheel says ``",
        "Requires-Dist: its backend said `other>=2`, the wheel says nothing",
    )
    assert listing(store.root) - before == set()


@pytest.mark.parametrize(
    ("deed", "told"),
    [
        ("return '../demo-1.0.dist-info'", "says that it wrote the metadata '../demo"),
        ("return None", "says that it wrote the metadata None"),
        ("os.makedirs(place); return 'x.dist-info'", "without a plain file `METADATA`"),
        ("os.symlink('/etc', place); return 'x.dist-info'", "without a plain file"),
        (
            "os.makedirs(place); os.symlink('/etc/passwd', place + '/METADATA'); return 'x.dist-info'",
            "without a plain file",
        ),
        (
            "os.makedirs(place); open(place + '/METADATA', 'w').write('x' * 9000000); return 'x.dist-info'",
            "more than 8388608 bytes",
        ),
        (
            "os.makedirs(place); open(place + '/METADATA', 'w').write('Name: x'); return 'x.dist-info'",
            "prepared metadata of `x` None, and the sdist is `demo` 1.0",
        ),
        ("raise RuntimeError('no')", "RuntimeError: no"),
    ],
)
def test_a_hostile_hook_gets_nowhere(
    deed: str, told: str, make_builder: MakeBuilder, tmp_path: Path, store: Store, marker: Path
) -> None:
    """It is named, and nothing is kept."""
    first = "place = folder + '/x.dist-info'"
    hook = f"\ndef prepare_metadata_for_build_wheel(folder, settings=None):\n    {first}\n    {deed}\n"
    archive = write_sdist(tmp_path, marker, hook=hook)
    before = listing(store.root)
    with pytest.raises(SdistBuildError, match=r"Preparing the metadata of `demo` 1\.0 failed") as error:
        make_builder().metadata_of_sdist(archive, archive.name)

    assert any(told in line for line in error.value.evidence), error.value.evidence
    assert listing(store.root) == before
    assert list((tmp_path / "work").iterdir()) == []


# -- what has to be compiled ---------------------------------------------------------------------------


def prepared(job: Job) -> bytes:
    return pkg_info("demo", "1.0", extra="Requires-Dist: other\n")


def write_native(folder: Path) -> Path:
    files = {"setup.py": b"setup(ext_modules=[])", "demo.c": b"", "PKG-INFO": pkg_info("demo", "1.0")}
    path = folder / "demo-1.0.tar.gz"
    path.write_bytes(tar_gz({f"demo-1.0/{name}": body for name, body in files.items()}))
    return path


def asked(make_builder: MakeBuilder, archive: Path, door: NativeDoor) -> bytes:
    return make_builder(native=door).metadata_of_sdist(archive, archive.name)


def test_who_would_compile_is_asked(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """Once: a setup.py sees the Python and the machine that it would be built for."""
    zig, archive = PretendBackend(name="zig", prepares=prepared), write_native(tmp_path)
    first = asked(make_builder, archive, door_to(zig))
    second = asked(make_builder, archive, door_to(zig))

    assert first == second == prepared(None)  # type: ignore[arg-type]  # not looked at
    assert (len(zig.prepared), len(zig.built)) == (1, 0)


def test_the_next_is_asked_where_one_fails(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """A setup.py may want a library's program to tell anything."""

    def fail(job: Job) -> bytes:
        raise FailedError("exit status 1")

    zig, docker = PretendBackend(name="zig", prepares=fail), PretendBackend(name="docker", prepares=prepared)
    asked(make_builder, write_native(tmp_path), door_to(zig, docker))

    assert (len(zig.prepared), len(docker.prepared)) == (1, 1)


def test_a_compiled_wheel_must_be_what_was_said_too(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """And the error tells where the log is."""

    def talk(job: Job) -> Path:
        job.log.write_text("compiling\n")
        return PretendBackend(name="x").build(job).wheel

    zig, archive = PretendBackend(name="zig", prepares=prepared, works=talk), write_native(tmp_path)
    asked(make_builder, archive, door_to(zig))
    with pytest.raises(MetadataMismatchError) as error:
        make_builder(native=door_to(zig)).from_sdist(archive, archive.name)

    assert "Requires-Dist: its backend said `other`" in error.value.evidence[0]
    assert error.value.log is not None
    assert Path(error.value.log).read_text() == "compiling\n"


def test_where_the_result_tells_who_builds_it_is_built(
    make_builder: MakeBuilder, tmp_path: Path, marker: Path
) -> None:
    """Sources that nobody speaks of: whether they are compiled shows in the wheel."""
    archive = write_sdist(tmp_path, marker, files=["a.c"])
    asked(make_builder, archive, door_to(PretendBackend(name="zig")))

    assert ran(marker) == "built"
