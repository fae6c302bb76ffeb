"""Sources become pure wheels, once; what is not pure, or not honest, is refused and leaves nothing behind."""

import os
import subprocess
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from builder.build import BuildIndex, BuildPolicy, PureBuilder, built_before
from builder.errors import InputNotFoundError, SdistBuildError
from factories.projects import (
    HONEST,
    MakeBuilder,
    pkg_info,
    project_files,
    tar_gz,
    write_project,
    write_sdist,
)
from factories.wheels import write_wheel
from manylinux.errors import EnvironmentFault
from prebuilt_index.errors import BadArchiveError, MetadataMismatchError
from prebuilt_index.store import Store


def test_an_sdist_becomes_a_wheel_in_the_store(
    make_builder: MakeBuilder, tmp_path: Path, store: Store
) -> None:
    """The wheel is a blob; the work folder is empty again and no log is kept."""
    archive = write_sdist(tmp_path, "demo", "1.0")
    built = make_builder().from_sdist(archive, archive.name)

    assert built.filename == "demo-1.0-py3-none-any.whl"
    assert built.path == store.blob(built.sha256)
    assert zipfile.ZipFile(built.path).read("demo.py") == b"answer = 42\n"
    assert not list((tmp_path / "work").iterdir())
    assert not (tmp_path / "logs").exists()


def test_a_source_is_built_once(
    make_builder: MakeBuilder, tmp_path: Path, store: Store, marker: Path
) -> None:
    """The second time, nothing runs: the backend would write another marker."""
    archive = write_sdist(tmp_path, "demo", "1.0", f"open({str(marker)!r}, 'a').write('x')\n{HONEST}")
    first = make_builder().from_sdist(archive, archive.name)
    second = make_builder().from_sdist(archive, archive.name)

    assert first == second == built_before(store, sha256(archive.read_bytes()).hexdigest())
    assert marker.read_text() == "x"


def test_settings_and_subdirectories_are_built_apart(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """The key holds all that decides the result, and the backend is told the settings."""
    body = "return wheel(wheel_directory, files={'settings.txt': repr(config_settings).encode()})"
    files = {f"top/sub/{path}": content for path, content in project_files("demo", "1.0", body).items()}
    archive = tmp_path / "anything.tar.gz"
    archive.write_bytes(tar_gz(files))
    builder = make_builder()
    plain = builder.from_sdist(archive, archive.name, promised=False, subdirectory="sub")
    chosen = builder.from_sdist(
        archive, archive.name, promised=False, subdirectory="sub", config_settings={"a": "1", "b": ("2", "3")}
    )

    assert zipfile.ZipFile(plain.path).read("settings.txt") == b"{}"
    assert zipfile.ZipFile(chosen.path).read("settings.txt") == b"{'a': '1', 'b': ['2', '3']}"


def test_the_same_sources_give_the_same_bytes(tmp_path: Path) -> None:
    """Neither the folder, the time zone, the umask nor the hash seed of the caller shows in the wheel."""
    body = (
        "facts = repr((os.environ.get('TZ'), os.environ['SOURCE_DATE_EPOCH'], os.umask(0), hash('x'),"
        " oct(os.stat('module.py').st_mode), sorted(k for k in os.environ if k.startswith('LC_'))))\n"
        "return wheel(wheel_directory, files={'facts.txt': facts.encode()})"
    )
    archive = write_sdist(tmp_path, "demo", "1.0", body)
    digests = set()
    for number, (zone, umask) in enumerate((("UTC", 0o022), ("Asia/Kolkata", 0o077))):
        folder = tmp_path / str(number)
        before = os.umask(umask)
        try:
            with Store.open(folder / "store") as store:
                environ = {**os.environ, "TZ": zone, "PYTHONHASHSEED": str(number), "LC_ALL": f"C.{number}"}
                policy = BuildPolicy(logs=folder / "logs")
                builder = PureBuilder(
                    store=store, index=BuildIndex(no_index=True), policy=policy, environ=environ
                )
                digests.add(builder.from_sdist(archive, archive.name).sha256)
        finally:
            os.umask(before)

    assert len(digests) == 1


PYPROJECTS = {
    "no TOML": (b"[build-system", "cannot be read"),
    "not UTF-8": (b"\xff", "cannot be read"),
    "no requires": (b"[build-system]\n", "lacks `requires`"),
    "a table of another kind": (b"build-system = 1\n", "lacks `requires`"),
    "requires a string": (b'[build-system]\nrequires = "setuptools"\n', "not an array of strings"),
    "backend a number": (b"[build-system]\nrequires = []\nbuild-backend = 1\n", "not a string"),
    "backend outside": (
        b'[build-system]\nrequires = []\nbuild-backend = "x"\nbackend-path = ["../.."]\n',
        "is outside of the project",
    ),
    "an unknown setting": (b"[build-system]\nrequires = []\nbackend = 1\n", "does not know"),
    "an option for pip": (
        b'[build-system]\nrequires = ["--index-url=https://evil.example"]\n',
        "which is malformed",
    ),
    "an sdist by URL": (
        b'[build-system]\nrequires = ["x @ https://evil.example/x-1.tar.gz"]\n',
        "only wheels are taken by URL",
    ),
    "no such backend": (
        b'[build-system]\nrequires = []\nbuild-backend = "nowhere"\n',
        "cannot be imported",
    ),
}


@pytest.mark.parametrize(("content", "evidence"), PYPROJECTS.values(), ids=PYPROJECTS)
def test_tells_what_is_wrong_with_a_build_system(
    content: bytes, evidence: str, make_builder: MakeBuilder, tmp_path: Path
) -> None:
    """A malformed `[build-system]` is an error that says so, before any of it is used."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").write_bytes(content)
    with pytest.raises(SdistBuildError) as error:
        make_builder().from_directory(project)

    assert any(evidence in line for line in error.value.evidence), error.value.evidence


def test_tells_which_build_requirement_is_missing(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """pip's own words are quoted."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text('[build-system]\nrequires = ["no-such-thing-9"]\n')
    with pytest.raises(SdistBuildError) as error:
        make_builder().from_directory(project)

    assert any("No matching distribution found for no-such-thing-9" in line for line in error.value.evidence)


def test_an_sdist_must_be_what_its_name_says(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """PKG-INFO is there and tells the same project and version."""
    builder = make_builder()
    other = write_sdist(tmp_path, "demo", "1.0", info=pkg_info("other", "1.0"))
    with pytest.raises(MetadataMismatchError, match="another project"):
        builder.from_sdist(other, other.name)
    bare = tmp_path / "bare-1.0.tar.gz"
    bare.write_bytes(tar_gz({"bare-1.0/setup.py": b""}))
    with pytest.raises(BadArchiveError, match="is not one"):
        builder.from_sdist(bare, bare.name)
    with pytest.raises(MetadataMismatchError, match="not that of an sdist"):
        builder.from_sdist(bare, "bare.tar.gz")
    with pytest.raises(InputNotFoundError):
        builder.from_sdist(tmp_path / "none-1.0.tar.gz", "none-1.0.tar.gz")


def test_a_subdirectory_must_be_inside(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """What is asked for outside of the sources is not there."""
    project = write_project(tmp_path / "project", "demo", "1.0")
    for subdirectory in ("../..", "/etc", "nowhere"):
        with pytest.raises(SdistBuildError) as error:
            make_builder().from_directory(project, subdirectory=subdirectory)
        assert "no subdirectory" in error.value.evidence[0]


def test_static_metadata_needs_no_build(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """From version 2.2 on, what is not dynamic is final (PEP 643)."""
    info = pkg_info("demo", "1.0", metadata_version="2.2", extra="Requires-Dist: x\nDynamic: Description\n")
    archive = write_sdist(tmp_path, "demo", "1.0", "os.abort()", info=info)

    assert make_builder().metadata_of_sdist(archive, archive.name) == info


@pytest.mark.parametrize(
    ("version", "extra"),
    [
        ("2.1", ""),
        ("2.2", "Dynamic: Requires-Dist\n"),
        ("2.4", "Dynamic: requires-python\n"),
        ("x", ""),
        ("²", ""),
    ],
)
def test_dynamic_metadata_is_built(
    version: str, extra: str, make_builder: MakeBuilder, tmp_path: Path
) -> None:
    """What a build may change is read from the wheel it gives."""
    info = pkg_info("demo", "1.0", metadata_version=version, extra=extra)
    archive = write_sdist(tmp_path, "demo", "1.0", info=info)

    assert make_builder().metadata_of_sdist(archive, archive.name) == pkg_info("demo", "1.0")


def test_no_space_is_a_fault_of_the_machine(store: Store, tmp_path: Path) -> None:
    """A work folder that is not there stands for all that the system may refuse."""
    archive = write_sdist(tmp_path, "demo", "1.0")
    policy = BuildPolicy(logs=tmp_path / "logs", workdir=tmp_path / "missing")
    builder = PureBuilder(store=store, index=BuildIndex(no_index=True), policy=policy, environ=os.environ)
    with pytest.raises(EnvironmentFault, match="could not be built on this machine"):
        builder.from_sdist(archive, archive.name)


def test_an_index_shows_no_secret() -> None:
    """Nothing that prints the value prints its credentials."""
    index = BuildIndex(index_url="https://u:hush@example.org", find_links=("https://u:hush@x",), proxy="hush")

    assert "hush" not in repr(index)


def test_what_is_installed_never_runs_beside_secrets(store: Store, tmp_path: Path, marker: Path) -> None:
    """A `.pth` file runs whenever its environment's Python starts; it must not start with pip's variables."""
    spy = f"import os; open({str(marker)!r}, 'a').write(repr(dict(os.environ)))\n"
    write_wheel(tmp_path, "one", "1.0", {"one.py": b"", "one.pth": spy.encode()})
    write_wheel(tmp_path, "two", "1.0")
    project = write_project(tmp_path / "project", "demo", "1.0", f"import one, two\n{HONEST}")
    pyproject = project / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace("requires = []", 'requires = ["one"]'))
    with (project / "backend.py").open("a") as backend:
        backend.write("def get_requires_for_build_wheel(config_settings=None): return ['two==1.0']\n")
    index = BuildIndex(no_index=True, find_links=(str(tmp_path),), proxy="http://u:hush@proxy.example")
    policy = BuildPolicy(logs=tmp_path / "logs")
    builder = PureBuilder(store=store, index=index, policy=policy, environ=os.environ)

    assert builder.from_directory(project).filename == "demo-1.0-py3-none-any.whl"
    assert "SOURCE_DATE_EPOCH" in marker.read_text()
    assert "hush" not in marker.read_text()


@pytest.mark.registry
def test_docopt_is_built_from_its_sdist(store: Store, tmp_path: Path) -> None:
    """A project that an index offers only as sdist, with its default backend."""
    arguments = ("download", "-q", "--no-deps", "--no-binary", ":all:", "docopt==0.6.2")
    subprocess.run((sys.executable, "-m", "pip", *arguments, "-d", str(tmp_path)), check=True)
    policy = BuildPolicy(logs=tmp_path / "logs")
    builder = PureBuilder(store=store, index=BuildIndex(), policy=policy, environ=os.environ)
    archive = tmp_path / "docopt-0.6.2.tar.gz"
    built = builder.from_sdist(archive, archive.name)

    assert built.filename == "docopt-0.6.2-py2.py3-none-any.whl"
    assert b"Version: 0.6.2" in builder.metadata_of_sdist(archive, archive.name)
