"""Functions with their layers load, by the account of the audit, and what cannot is told."""

import json
from typing import Any

from factories.commands import Room
from factories.elf import make_elf

TAG = "cp313-cp313-manylinux_2_17_x86_64"
NATIVE = "native/core.cpython-313-x86_64-linux-gnu.so"


def module(*needed: str, **options: Any) -> bytes:
    """An extension module."""
    return make_elf(needed=list(needed), exports=["PyInit_core"], **options)


def noise(seed: int) -> bytes:
    """A megabyte and a half that no zip makes smaller."""
    import random

    return random.Random(seed).randbytes(1_500_000)


def project(room: Room, **functions: str) -> None:
    """Functions of `python3.13` that share layers."""
    tables = [
        f"[functions.{name}]\nrequirements = {json.dumps(words.split())}" for name, words in functions.items()
    ]
    room.write("lbuild.toml", "[defaults]", 'runtime = "python3.13"', "share-layers = true", *tables)


def held(room: Room) -> dict[str, list[str]]:
    """What lies in each bundle and layer."""
    manifest = json.loads((room.folder / "dist/lbuild-manifest.json").read_text())
    entries = {**manifest["functions"], **manifest["layers"]}
    return {name: [each["name"] for each in entry["distributions"]] for name, entry in entries.items()}


def test_a_library_lies_in_the_tree_of_what_needs_it(room: Room) -> None:
    """RPATH leads from one folder of site-packages to another, and not from /var/task to /opt."""
    soname, name = "libb.so.1", "core.cpython-313-x86_64-linux-gnu.so"
    room.offer("lib-b", "1.0", {f"lib_b/{soname}": make_elf(soname=soname), "lib_b/x.bin": noise(1)}, tag=TAG)
    core = {"asks/__init__.py": b"", f"asks/{name}": module(soname, rpath="$ORIGIN/../lib_b")}
    room.offer("asks", "1.0", core, requires_dist=["lib-b"], tag=TAG)
    project(room, one="asks", two="lib-b", three="lib-b")
    outcome = room.lbuild("build")

    assert outcome.status == 0, outcome.stderr
    assert held(room)["one"] == ["asks", "lib-b"]
    assert held(room)["shared-py313-x86_64-lib-b"] == ["lib-b"]
    assert held(room)["two"] == []


def test_a_wheel_that_loads_nowhere_gives_way_for_all(room: Room) -> None:
    """The pool is resolved again without it."""
    for version, needs in (("1.0", "GLIBC_2.17"), ("2.0", "GLIBC_2.99")):
        content = module("libc.so.6", needs={"libc.so.6": [needs]})
        files = {"native/__init__.py": b"", NATIVE: content, "native/x.bin": noise(2)}
        room.offer("native", version, files, tag=TAG)
    project(room, one="native", two="native")
    outcome = room.lbuild("build", "--json")

    assert outcome.status == 0, outcome.stderr
    assert outcome.report["plans"][0]["packages"][0]["version"] == "1.0"


def test_a_function_that_would_not_load_is_named(room: Room) -> None:
    """Nothing is written; `--allow` lets it pass."""
    files = {"native/__init__.py": b"", NATIVE: module("libGL.so.1")}
    room.offer("native", "1.0", files, tag=TAG)
    room.offer("plain", "1.0")
    project(room, one="native", two="plain")
    refused = room.lbuild("build")
    written = list((room.folder / "dist").glob("*")) if (room.folder / "dist").exists() else []
    allowed = room.lbuild("build", "--allow", "missing-library")

    assert (refused.status, refused.codes) == (4, ["will-not-load"])
    assert "the function `one` with its layers" in refused.stderr
    assert written == []
    assert allowed.status == 0


def test_a_source_that_needs_a_wheels_library_has_it_beside(room: Room) -> None:
    """The app's own compiled files count."""
    files = {
        "lib_b/__init__.py": b"",
        "lib_b/lib/libb.so.1": make_elf(soname="libb.so.1"),
        "lib_b/x.bin": noise(3),
    }
    room.offer("lib-b", "1.0", files, tag=TAG)
    (room.folder / "app").mkdir()
    own = module("libb.so.1", rpath="$ORIGIN/lib_b/lib")
    (room.folder / "app/core.cpython-313-x86_64-linux-gnu.so").write_bytes(own)
    project(room, one="lib-b", two="lib-b", three="lib-b")
    text = (room.folder / "lbuild.toml").read_text()
    room.write("lbuild.toml", text.replace("[functions.one]", '[functions.one]\nsource = "app"'))
    outcome = room.lbuild("build")

    assert outcome.status == 0, outcome.stderr
    assert held(room)["one"] == ["lib-b"]
    assert held(room)["two"] == []
