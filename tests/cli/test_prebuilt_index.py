"""`--prebuilt-index`: wheels of it are taken, told, locked, and nothing takes their place silently."""

import hashlib
import json
import platform
import sys
from pathlib import Path

import pytest

from factories.commands import Room, members, offer
from factories.prebuilt import built, built_all
from factories.projects import HONEST, pkg_info, project_files, tar_gz
from factories.refusals import demand_words
from factories.wheels import make_wheel, wheel_filename
from prebuilt_index.tree.upkeep import set_yanked
from servers import faults
from servers.index_server import IndexServer

LINUX = "cp313-cp313-manylinux_2_17_x86_64"
OTHER = "cp313-cp313-manylinux_2_17_aarch64"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "built"


def packages(report: dict[str, object]) -> dict[str, tuple[str, bool]]:
    """Project to version and whether it is prebuilt."""
    found = report["packages"]
    assert isinstance(found, list)
    return {each["name"]: (each["version"], each["prebuilt"]) for each in found}


@pytest.mark.parametrize("way", ["option", "simple", "url", "pyproject.toml", "lbuild.toml", "list"])
def test_a_wheel_comes_from_it_and_that_is_told(room: Room, root: Path, way: str) -> None:
    built(root, "demo", "1.0", {"demo.py": b"built = True\n"})
    room.offer("demo", "1.0", {"demo.py": b"built = False\n"})
    room.offer("plain", "2.0")
    options: dict[str, tuple[str | Path, ...]] = {
        "option": ("--prebuilt-index", root),
        "simple": ("--prebuilt-index", root / "simple"),
        "url": ("--prebuilt-index", root.as_uri()),
    }
    if way == "pyproject.toml":
        room.write("pyproject.toml", "[tool.lbuild]", f'prebuilt-index = "{root}"')
    elif way == "lbuild.toml":
        room.write("lbuild.toml", f'prebuilt-index = "{root}"')
    elif way == "list":
        room.write("lbuild.toml", f'prebuilt-index = ["{root}"]')
    done = room.lbuild("demo", "plain", "-o", "b.zip", "--json", *options.get(way, ()))
    assert done.status == 0, done.stderr
    assert members(room.folder / "b.zip")["demo.py"] == b"built = True\n"
    assert packages(done.report) == {"demo": ("1.0", True), "plain": ("2.0", False)}
    assert f"from the prebuilt index {(root / 'simple').as_uri()}:\n  demo 1.0\n" in done.stderr


def test_relative_folders_begin_at_the_configuration(room: Room) -> None:
    built(room.folder / "wheels/built", "demo", "1.0")
    room.write("lbuild.toml", 'prebuilt-index = "wheels/built"')
    done = room.lbuild("demo", "--dry-run", "--json")
    assert packages(done.report) == {"demo": ("1.0", True)}


def test_a_local_version_and_a_build_tag_win(room: Room, root: Path) -> None:
    built(root, "local", "1.0+opt")
    built(root, "tagged", "1.0", {"tagged.py": b"first"}, build="1")
    built(root, "tagged", "1.0", {"tagged.py": b"second"}, build="2")
    for name in ("local", "tagged"):
        room.offer(name, "1.0", build="9" if name == "tagged" else None)
    room.write("requirements.txt", "local==1.0", "tagged")
    done = room.lbuild("requirements.txt", "-o", "b.zip", "--json", "--prebuilt-index", root)
    assert packages(done.report) == {"local": ("1.0+opt", True), "tagged": ("1.0", True)}
    assert members(room.folder / "b.zip")["tagged.py"] == b"second"


def test_versions_it_lacks_come_from_the_own_index_and_that_is_told(room: Room, root: Path) -> None:
    built_all(root, [("demo", "1.0"), ("demo", "1.1")])
    for version in ("1.0", "1.1", "2.0"):
        room.offer("demo", version)
    newest = room.lbuild("demo", "--dry-run", "--json", "--prebuilt-index", root)
    assert packages(newest.report) == {"demo": ("2.0", False)}
    told = f"`demo 2.0` is from {room.index.index_url}: the prebuilt index has not this version, but 1.1, 1.0"
    assert newest.report["notes"] == [told]
    assert f"note: {told}" in newest.stderr
    pinned = room.lbuild("demo==1.0", "--dry-run", "--json", "--prebuilt-index", root)
    assert packages(pinned.report) == {"demo": ("1.0", True)}
    again = room.lbuild("demo", "--dry-run", "--json", "--prebuilt-index", root)
    assert again.report["notes"] == [told]


def test_its_wheel_goes_before_a_better_tagged_one_of_the_same_version(room: Room, root: Path) -> None:
    built(root, "demo", "1.0", tag="cp313-cp313-linux_x86_64".replace("linux", "manylinux_2_17"))
    room.offer("demo", "1.0", tag="cp313-cp313-manylinux_2_28_x86_64")
    done = room.lbuild("demo", "--dry-run", "--json", "--runtime", "python3.13", "--prebuilt-index", root)
    assert packages(done.report) == {"demo": ("1.0", True)}


def test_for_another_architecture_the_own_index_has_the_version(room: Room, root: Path) -> None:
    built(root, "demo", "1.0", tag=OTHER)
    room.offer("demo", "1.0", tag=LINUX)
    done = room.lbuild("demo", "--dry-run", "--json", "--runtime", "python3.13", "--prebuilt-index", root)
    assert packages(done.report) == {"demo": ("1.0", False)}
    assert "has no file of it that can be used here" in done.report["notes"][0]


def test_a_wheel_of_it_spares_a_build(room: Room, root: Path) -> None:
    """A version that has a usable wheel goes first, and this index has one where the own has none."""
    built(root, "demo", "1.0", tag=LINUX)
    for version in ("1.0", "2.0"):
        room.offer("demo", version, tag=OTHER)
    done = room.lbuild("demo", "--dry-run", "--json", "--runtime", "python3.13", "--prebuilt-index", root)
    assert packages(done.report) == {"demo": ("1.0", True)}


def test_a_public_project_of_the_name_of_a_private_one_is_left_aside(room: Room, root: Path) -> None:
    built(root, "acme", "1.0")
    room.offer("acme", "99.0")
    done = room.lbuild("acme", "--dry-run", "--json", "--prebuilt-index", root)
    assert packages(done.report) == {"acme": ("1.0", True)}
    (warning,) = done.report["warnings"]
    assert "is taken from a prebuilt index alone" in warning
    refused = room.lbuild("acme>=2", "--dry-run", "--prebuilt-index", root)
    demand_words(refused, 1, "resolution-impossible", [f"left aside: {room.index.index_url}"])


@pytest.mark.parametrize("form", ["{0}", "{0}/", "{0}/simple", "file://{0}", "file://{0}/simple/"])
def test_a_private_project_is_pinned_to_it_by_any_of_its_names(room: Room, root: Path, form: str) -> None:
    built(root, "acme", "1.0")
    for version in ("1.0", "99.0"):
        room.offer("acme", version)
    mixed = room.lbuild("acme", "--dry-run", "--json", "--prebuilt-index", root)
    assert packages(mixed.report) == {"acme": ("99.0", False)}
    pin = f"acme={form.format(root)}"
    done = room.lbuild("acme", "--dry-run", "--json", "--prebuilt-index", root, "--index-pin", pin)
    assert packages(done.report) == {"acme": ("1.0", True)}


def test_yanked_wheels_of_it_are_passed_over(room: Room, root: Path) -> None:
    built_all(root, [("demo", "1.0"), ("demo", "1.1")])
    set_yanked(root, lambda entry: "1.1" in entry.filename, "broken")
    done = room.lbuild("demo", "--dry-run", "--json", "--prebuilt-index", root)
    assert packages(done.report) == {"demo": ("1.0", True)}


def test_hashes_decide_between_files_of_one_name(room: Room, root: Path) -> None:
    built(root, "demo", "1.0", {"demo.py": b"built = True\n"})
    own = make_wheel("demo", "1.0", {"demo.py": b"built = False\n"})
    room.index.add("demo", wheel_filename("demo", "1.0"), own)
    room.write("requirements.txt", f"demo==1.0 --hash=sha256:{hashlib.sha256(own).hexdigest()}")
    done = room.lbuild("requirements.txt", "-o", "b.zip", "--json", "--prebuilt-index", root)
    assert packages(done.report) == {"demo": ("1.0", False)}
    assert members(room.folder / "b.zip")["demo.py"] == b"built = False\n"


def test_a_lock_names_it_and_is_built_as_it_says(room: Room, root: Path, tmp_path: Path) -> None:
    built(root, "demo", "1.0", {"demo.py": b"built = True\n"})
    room.offer("demo", "1.0", {"demo.py": b"built = False\n"})
    locked = room.lbuild("lock", "demo", "-o", "pylock.toml", "--prebuilt-index", root)
    assert "from the prebuilt index" in locked.stderr
    text = (room.folder / "pylock.toml").read_text()
    assert "built/files/demo/demo-1.0-py3-none-any.whl" in text
    assert "prebuilt = true" in text
    done = room.lbuild("pylock.toml", "-o", "b.zip", "--json", index=False)
    assert done.status == 0, done.stderr
    assert members(room.folder / "b.zip")["demo.py"] == b"built = True\n"
    assert packages(done.report) == {"demo": ("1.0", True)}


def test_a_server_of_it_is_locked_by_its_url_and_works_offline(room: Room) -> None:
    with IndexServer() as server:
        name = offer(server, "demo", "1.0", {"demo.py": b"built = True\n"})
        room.offer("demo", "1.0")
        words = ("demo", "-o", "b.zip", "--json", "--prebuilt-index", server.index_url)
        first = room.lbuild(*words)
        room.lbuild("lock", "demo", "-o", "pylock.toml", "--prebuilt-index", server.index_url)
        assert f'url = "{server.url}/files/{name}"' in (room.folder / "pylock.toml").read_text()
    room.index.fail(faults.status(500))
    done = room.lbuild(*words, "--offline")
    assert done.status == 0, done.stderr
    assert packages(done.report) == packages(first.report) == {"demo": ("1.0", True)}


def test_why_says_where_it_is_from(room: Room, root: Path) -> None:
    built(root, "demo", "1.0", {"demo.py": b"built = True\n"})
    room.offer("demo", "1.0")
    done = room.lbuild("why", "demo", "--prebuilt-index", root)
    assert f"{(root / 'simple').as_uri()} (a prebuilt index)" in done.stdout
    form = json.loads(room.lbuild("why", "demo", "--json", "--prebuilt-index", root).stdout)
    assert form["chosen"]["prebuilt"] is True
    assert [each["reason"] for each in form["chosen"]["files"]] == [
        "was taken",
        "can be used, and comes after the one taken",
    ]


def test_functions_of_a_project_take_from_it_too(room: Room, root: Path) -> None:
    built(root, "demo", "1.0", {"demo.py": b"built = True\n"})
    room.offer("demo", "1.0", {"demo.py": b"built = False\n"})
    room.write(
        "lbuild.toml",
        f'prebuilt-index = "{root}"',
        "[defaults]",
        'runtime = "python3.13"',
        'bytecode = "none"',
        "[functions.one]",
        'requirements = ["demo"]',
    )
    done = room.lbuild("build", "--json")
    assert done.status == 0, done.stderr
    assert done.report["prebuilt"] == [
        {"name": "demo", "version": "1.0", "index": (root / "simple").as_uri()}
    ]
    assert "from the prebuilt index" in done.stderr


def test_adding_a_wheel_is_noticed_by_a_warm_build(room: Room, root: Path) -> None:
    built(root, "demo", "1.0")
    words = ("demo", "-o", "b.zip", "--json", "--prebuilt-index", root)
    assert packages(room.lbuild(*words).report) == {"demo": ("1.0", True)}
    assert packages(room.lbuild(*words).report) == {"demo": ("1.0", True)}
    built(root, "demo", "1.1")
    assert packages(room.lbuild(*words).report) == {"demo": ("1.1", True)}
    room.offer("demo", "1.1")
    without = room.lbuild("demo", "-o", "b.zip", "--json", "--refresh")
    assert packages(without.report) == {"demo": ("1.1", False)}


def test_what_is_no_index_is_told(room: Room) -> None:
    outcome = room.lbuild("demo", "--dry-run", "--prebuilt-index", "nowhere")
    demand_words(outcome, 2, "not-a-prebuilt-index", ["nowhere` is not a prebuilt index"])
    room.write("lbuild.toml", "prebuilt-index = 3")
    outcome = room.lbuild("demo", "--dry-run")
    demand_words(outcome, 2, "configuration", ["`tool.lbuild.prebuilt-index` in lbuild.toml names no index"])


def test_a_damaged_wheel_of_it_is_refused(room: Room, root: Path) -> None:
    name = built(root, "demo", "1.0")
    (root / f"files/demo/{name}").write_bytes(b"damaged")
    outcome = room.lbuild("demo", "-o", "b.zip", "--prebuilt-index", root)
    assert (outcome.status, outcome.codes) == (4, ["bad-archive"])


def offer_sdist(room: Room, requires: str) -> None:
    """The own index has an sdist of `made`, whose backend demands the tool of the prebuilt index."""
    body = f"import tool\nassert tool.it == 'prebuilt', tool.it\n{HONEST}"
    files = {**project_files("made", "1.0", body), "PKG-INFO": pkg_info("made", "1.0")}
    text = files["pyproject.toml"].decode().replace("requires = []", f'requires = ["{requires}"]')
    files["pyproject.toml"] = text.encode()
    content = tar_gz({f"made-1.0/{path}": each for path, each in files.items()})
    room.index.add("made", "made-1.0.tar.gz", content)


@pytest.mark.skipif(
    sys.platform != "linux" or platform.libc_ver()[0] != "glibc",
    reason="elsewhere pip resolves what builds require, from one index",
)
@pytest.mark.parametrize("own", [None, "1.0", "99.0"])
def test_build_requirements_come_from_it_too(own: str | None, room: Room, root: Path) -> None:
    """With what they require in turn; and what its own index has of that name is as little a danger."""
    built(root, "tool", "1.0", {"tool.py": b"import part\nit = part.it\n"}, requires_dist=["part"])
    built(root, "part", "1.0", {"part.py": b"it = 'prebuilt'\n"})
    if own is not None:
        room.offer("tool", own, files={"tool.py": b"it = 'own'\n"})
    offer_sdist(room, "tool>=1")
    done = room.lbuild("made", "-o", "b.zip", "--prebuilt-index", root)
    assert done.status == 0, done.stderr
    assert "made.py" in members(room.folder / "b.zip")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere pip resolves what builds require")
def test_a_build_requirement_that_nobody_has_is_told(room: Room, root: Path) -> None:
    built(root, "part", "1.0")
    offer_sdist(room, "tool>=1")
    done = room.lbuild("made", "-o", "b.zip", "--prebuilt-index", root)
    assert (done.status, done.codes) == (5, ["sdist-build-failed"])
    assert "What a build requires cannot be had as wheels" in done.stderr
    assert "tool" in done.stderr
