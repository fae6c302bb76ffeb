"""What goes where: layers, folders, the app's own source, exclusions, conflicts and limits."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from factories.commands import Room, members, tree
from factories.projects import write_project
from factories.refusals import demand_words, stock
from factories.wheels import make_wheel, write_wheel


@pytest.mark.parametrize(
    ("words", "prefix"),
    [
        ((), ""),
        (("--layer",), "python/"),
        (("--layer", "--layer-path", "python"), "python/"),
        (("--layer-path", "site-packages", "--layer"), "python/lib/python3.13/site-packages/"),
    ],
)
def test_a_layout_decides_where_packages_go(room: Room, words: tuple[str, ...], prefix: str) -> None:
    """At the root for a function, below `python/` for a layer."""
    stock(room)
    room.lbuild("demo", "-o", "b.zip", "--runtime", "python3.13", *words)
    names = set(members(room.folder / "b.zip"))

    assert {f"{prefix}demo.py", f"{prefix}dep.py", f"{prefix}dep-1.2.dist-info/METADATA"} <= names
    assert all(name.startswith(prefix) for name in names)


@pytest.mark.parametrize("output", ["out/", "out", "deep/er/out/"])
def test_a_folder_holds_what_the_zip_holds(room: Room, output: str) -> None:
    """The same files by the same names, and nothing else."""
    stock(room)
    room.lbuild("demo", "-o", "b.zip")
    done = room.lbuild("demo", "-o", output, "--json")

    assert done.status == 0
    assert tree(room.folder / output) == members(room.folder / "b.zip")
    assert done.report["bundle"]["code_sha256"] is None


def test_a_folder_is_replaced_by_the_next_build(room: Room) -> None:
    """What the last build wrote and this one does not is gone."""
    stock(room)
    room.lbuild("demo", "-o", "out/")
    done = room.lbuild("dep==1.0", "-o", "out/")

    assert done.status == 0
    assert set(tree(room.folder / "out")) == {
        "dep.py",
        "dep-1.0.dist-info/METADATA",
        "dep-1.0.dist-info/RECORD",
        "dep-1.0.dist-info/WHEEL",
    }


def test_a_bundle_imports_with_nothing_else_on_the_path(room: Room) -> None:
    """The zip unpacked, an isolated interpreter, no site-packages."""
    room.offer("dep", "1.2", {"dep/__init__.py": b"", "dep/deep/mod.py": b"answer = 42\n"})
    room.offer("demo", "1.0", {"demo.py": b"from dep.deep.mod import answer\n"}, requires_dist=["dep"])
    room.lbuild("demo", "-o", "out/")
    program = "import sys; sys.path.append(sys.argv[1]); import demo; print(demo.answer)"
    command = [sys.executable, "-I", "-S", "-c", program, str(room.folder / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert done.stdout == "42\n"


def test_files_folders_and_requirements_go_together(room: Room) -> None:
    """A requirements file, a requirement, a wheel file and a project folder in one command, without pip."""
    stock(room)
    room.write("requirements.txt", "demo", "# nothing more")
    write_wheel(room.folder, "packed", "3.0")
    write_project(room.folder / "my project", "mine", "4.0")
    room.offer("single", "5.0")
    words = ("requirements.txt", "single<6", "./packed-3.0-py3-none-any.whl", "./my project")
    done = room.lbuild(*words, "-o", "b.zip", "--json")

    assert done.status == 0, done.stderr
    assert done.versions == {"demo": "1.0", "dep": "1.2", "single": "5.0", "packed": "3.0", "mine": "4.0"}
    assert {"demo.py", "dep.py", "single.py", "packed.py", "mine.py"} <= set(members(room.folder / "b.zip"))


def test_a_changed_project_folder_is_built_again(room: Room) -> None:
    """However fresh everything else is."""
    project = write_project(room.folder / "project", "mine", "4.0")
    room.lbuild("./project", "-o", "b.zip")
    (project / "module.py").write_bytes(b"answer = 43\n")
    room.lbuild("./project", "-o", "b.zip")

    assert members(room.folder / "b.zip")["mine.py"] == b"answer = 43\n"


def test_the_apps_source_is_put_beside_the_packages(room: Room) -> None:
    """What `.lbuildignore` and the defaults leave out stays out, and so does the output."""
    stock(room)
    for name in (
        "app.py",
        "pkg/mod.py",
        "pkg/secret.key",
        "tests/test_app.py",
        ".git/HEAD",
        ".env",
        ".env.local",
        "pkg/__pycache__/mod.cpython-313.pyc",
        ".venv/pyvenv.cfg",
        "keep/tests/data.txt",
    ):
        room.write(f"src/{name}", name)
    room.write("src/.lbuildignore", "# comment", "*.key", "/tests/")
    done = room.lbuild("demo", "-o", "src/b.zip", "--source", "src")
    again = room.lbuild("demo", "-o", "src/b.zip", "--source", "src/")
    own = {name for name in members(room.folder / "src" / "b.zip") if not name.startswith(("dep", "demo"))}

    assert (done.status, again.status) == (0, 0), done.stderr
    assert own == {"app.py", "pkg/mod.py", "keep/tests/data.txt"}


@pytest.mark.skipif(os.name != "posix", reason="Windows has no executable bit")
def test_the_executable_bit_of_the_source_is_kept(room: Room) -> None:
    """And no other bit: modes are 0644 and 0755."""
    import zipfile

    room.write("src/run.sh", "#!/bin/sh").chmod(0o700)
    room.write("src/app.py").chmod(0o666)
    room.lbuild("--source", "src", "-o", "b.zip")
    with zipfile.ZipFile(room.folder / "b.zip") as archive:
        modes = {info.filename: info.external_attr >> 16 for info in archive.infolist()}

    assert modes == {"run.sh": 0o100755, "app.py": 0o100644}


def test_an_edited_source_changes_the_bundle(room: Room) -> None:
    """A warm build is no stale build."""
    stock(room)
    room.write("src/app.py", "first")
    room.lbuild("demo", "-o", "b.zip", "--source", "src")
    room.write("src/app.py", "other")
    room.lbuild("demo", "-o", "b.zip", "--source", "src")

    assert members(room.folder / "b.zip")["app.py"] == b"other\n"


def test_what_is_excluded_is_neither_downloaded_nor_bundled(room: Room) -> None:
    """Names are compared as PEP 503 has them."""
    stock(room)
    metadata = b"Metadata-Version: 2.1\nName: Big.Thing\nVersion: 1.0\n\n"
    content = make_wheel("Big.Thing", "1.0", metadata=metadata)
    room.index.add("big-thing", "big_thing-1.0-py3-none-any.whl", content, metadata=metadata)
    done = room.lbuild("demo", "big-thing", "-o", "b.zip", "--exclude", "BIG_thing")

    assert done.status == 0, done.stderr
    assert "excluded big-thing: --exclude" in done.stderr
    assert not any("big" in name for name in members(room.folder / "b.zip"))
    assert "/files/big_thing-1.0-py3-none-any.whl" not in room.index.paths()


@pytest.mark.parametrize(
    ("asked", "fits"), [("boto3", True), ("boto3<1.1000", True), ("boto3>=1.999", False)]
)
def test_the_runtimes_own_packages_are_left_out_as_one_or_not_at_all(
    room: Room, asked: str, fits: bool
) -> None:
    """Only when the runtime's versions satisfy everyone, and the comparison is shown."""
    stock(room)
    room.offer("boto3", "1.999.0" if not fits else "1.20.0", requires_dist=["botocore", "s3transfer"])
    for name in ("botocore", "s3transfer"):
        room.offer(name, "1.0")
    done = room.lbuild("demo", asked, "-o", "b.zip", "--exclude-runtime-packages", "--runtime", "python3.13")
    names = set(members(room.folder / "b.zip"))

    assert done.status == 0, done.stderr
    assert "packages of the runtime:" in done.stderr
    assert {"demo.py", "dep.py"} <= names
    assert ({"boto3.py", "botocore.py", "s3transfer.py"} & names == set()) is fits
    assert ("do not fit" in done.stderr) is not fits


def test_two_wheels_at_one_path_are_refused_until_one_is_preferred(room: Room) -> None:
    """The error names both and the option; the preferred one's bytes win."""
    room.offer("left", "1.0", {"shared/mod.py": b"left\n", "left.py": b""})
    room.offer("right", "1.0", {"shared/mod.py": b"right\n", "right.py": b""})
    refused = room.lbuild("left", "right", "-o", "b.zip")

    demand_words(
        refused, 1, "path-conflict", ["`left 1.0`", "`right 1.0`", "`shared/mod.py`", "--prefer left"]
    )
    assert room.names() == []
    for project in ("left", "right"):
        done = room.lbuild("left", "right", "-o", "b.zip", "--prefer", project)

        assert done.status == 0
        assert members(room.folder / "b.zip")["shared/mod.py"] == f"{project}\n".encode()


def test_same_bytes_at_one_path_are_no_conflict(room: Room) -> None:
    """Two wheels that ship the same file merge."""
    room.offer("left", "1.0", {"shared/mod.py": b"same\n"})
    room.offer("right", "1.0", {"shared/mod.py": b"same\n"})
    done = room.lbuild("left", "right", "-o", "b.zip")

    assert done.status == 0
    assert members(room.folder / "b.zip")["shared/mod.py"] == b"same\n"


def test_source_and_wheel_at_one_path_are_refused(room: Room) -> None:
    """An app's module that hides a package is a mistake until it is said."""
    stock(room)
    room.write("src/dep.py", "mine")
    refused = room.lbuild("demo", "-o", "b.zip", "--source", "src")

    assert (refused.status, refused.codes) == (1, ["path-conflict"])
    assert "`dep.py`" in refused.stderr
    assert room.names() == ["src"]


@pytest.mark.parametrize(("words", "kept"), [((), False), (("--scripts",), True)])
def test_console_scripts_are_kept_on_demand(room: Room, words: tuple[str, ...], kept: bool) -> None:
    """A function does not call them; a container may."""
    points = {"console_scripts": {"tool": "demo:main"}}
    room.offer("demo", "1.0", entry_points=points, data_scripts={"run.sh": b"#!/bin/sh\n"})
    room.lbuild("demo", "-o", "b.zip", *words)

    assert ({"bin/tool", "bin/run.sh"} <= set(members(room.folder / "b.zip"))) is kept


def test_a_bundle_that_is_too_large_is_refused_with_what_is_in_it(room: Room) -> None:
    """Before anything is written; `--no-limit` writes it for a container image."""
    noise = random.Random(1).randbytes(5_500_000)
    room.offer("huge", "1.0", {"huge.bin": noise, "zeros.bin": bytes(257_000_000)})
    room.offer("small", "1.0")
    refused = room.lbuild("huge", "small", "-o", "b.zip")

    demand_words(refused, 1, "too-large", ["huge 1.0", "small 1.0", "250"])
    assert room.names() == []
    done = room.lbuild("huge", "-o", "out/", "--no-limit", "-q")

    assert (done.status, done.stderr) == (0, "")
    assert (room.folder / "out" / "zeros.bin").stat().st_size == 257_000_000


def test_an_app_without_requirements_is_a_bundle_too(room: Room) -> None:
    """Source alone is something asked for."""
    room.write("src/app.py", "x")
    done = room.lbuild("--source", "src", "-o", "b.zip")

    assert done.status == 0
    assert members(room.folder / "b.zip") == {"app.py": b"x\n"}
    assert room.index.paths() == []


def test_a_path_is_a_path_from_the_current_folder(room: Room) -> None:
    """Relative and absolute names, blanks and any letters in them."""
    stock(room)
    file = room.write("dé pôt/requirements (new).txt", "demo", "-c limits.txt")
    room.write("dé pôt/limits.txt", "dep<1.2")
    for name in (file, Path("dé pôt", "requirements (new).txt"), "./dé pôt/../dé pôt/requirements (new).txt"):
        done = room.lbuild(name, "-o", "b.zip", "--json")

        assert done.versions == {"demo": "1.0", "dep": "1.0"}
