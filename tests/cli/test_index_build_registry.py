"""`lbuild index build` with a compiler: a library from its sources, stand-ins, variables, edits; for both
processors.

The compiler is fetched from the configured index, 101 MB, and kept in pytest's cache; what is built is new.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
import uuid
import zipfile
from typing import TYPE_CHECKING

import pytest

from factories.commands import Outcome, Room
from factories.native_projects import with_setuptools
from factories.projects import tar_gz

if TYPE_CHECKING:
    from pathlib import Path

RUNTIME = f"python3.{sys.version_info[1]}"
pytestmark = [
    pytest.mark.registry,
    pytest.mark.skipif(
        sys.platform != "linux" or platform.machine() != "x86_64" or platform.libc_ver()[0] != "glibc",
        reason="what is compiled is loaded here",
    ),
]
LIBRARY = b"int ask(void) { return 41; }\n"
MODULE = """
#include <Python.h>
#include <ask.h>
const char *unlike = "UNLIKE";
static PyObject *answer(PyObject *self, PyObject *none) { return PyLong_FromLong(ask() + MORE); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, 0}, {0, 0, 0, 0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_native", 0, -1, methods};
PyMODINIT_FUNC PyInit__native(void) { return PyModule_Create(&module); }
"""
SETUP = """
import subprocess
from setuptools import Extension, setup
where = subprocess.check_output(["ask-config", "--where"], text=True).strip()
module = Extension("demo._native", ["native.c"], libraries=["nobody-has-it"], library_dirs=[where + "/lib"])
setup(name="demo", version="1.0", packages=["demo"], ext_modules=[module])
"""
RECIPE = """\
schema = 1
project = "demo"
about = "It needs a library."
backend = "zig"
targets = {{runtimes = ["{runtime}"]}}
libraries = ["ask"]
edits = [{{file = "setup.py", find = "nobody-has-it", replace = "ask"}}]
licences = {{ask = "MIT"}}
smoke = "import demo._native as native; assert native.answer() == 42"

[environment]
CFLAGS = "-I{{libraries}}/include -DMORE=1"
LDFLAGS = "-Wl,--version-script={{libraries}}/exports.map"

[programs.ask-config]
"--where" = "{{libraries}}"
"""
HUNGRY = """\
schema = 1
project = "demo"
about = "It wants more than it may have."
backend = "zig"
targets = {{runtimes = ["{runtime}"]}}
limits = {{memory = "100MB"}}
smoke = "import demo"

[[edits]]
file = "setup.py"
find = "import subprocess"
replace = "import time; held = bytearray(200 << 20); time.sleep(60)"
"""
ASK = """\
schema = 1
library = "ask"
version = "1.0"
licence = "MIT"
commands = [
    "$CC $CFLAGS -c ask.c",
    "mkdir -p {{root}}{{prefix}}/lib {{root}}{{prefix}}/include",
    "$AR rcs {{root}}{{prefix}}/lib/libask.a ask.o",
    "echo 'int ask(void);' > {{root}}{{prefix}}/include/ask.h",
]

[source]
file = "ask-1.0.tar.gz"
sha256 = "{sha256}"
debian = "there-is-no-such-package"
"""


@pytest.fixture
def user(tmp_path: Path, pytestconfig: pytest.Config) -> Room:
    """A user with the machine's own pip configuration, and a cache that has the compiler after a test."""
    assert pytestconfig.cache is not None
    work = tmp_path / "work"
    (work / "recipes/projects").mkdir(parents=True)
    (work / "recipes/libraries").mkdir()
    (work / "sources").mkdir()
    content = tar_gz({"ask-1.0/ask.c": LIBRARY})
    (work / "sources/ask-1.0.tar.gz").write_bytes(content)
    (work / "recipes/projects/demo.toml").write_text(RECIPE.format(runtime=RUNTIME))
    sha256 = hashlib.sha256(content).hexdigest()
    (work / "recipes/libraries/ask.toml").write_text(ASK.format(sha256=sha256))
    cache = pytestconfig.cache.mkdir("native-builds")
    return Room(folder=work, cache=cache, index=None, environ=dict(os.environ))  # type: ignore[arg-type]  # not asked


def build(user: Room, *more: str) -> Outcome:
    made = user.folder / "made"
    made.mkdir()
    module = MODULE.replace("UNLIKE", uuid.uuid4().hex)
    archive = with_setuptools(made, setup__py=SETUP, native__c=module)
    simple = user.folder / "local/demo"
    simple.mkdir(parents=True, exist_ok=True)
    (simple / archive.name).write_bytes(archive.read_bytes())
    link = f'<a href="{archive.name}#sha256={hashlib.sha256(archive.read_bytes()).hexdigest()}">x</a>'
    (simple / "index.html").write_text(link)
    options = ("--index", "out", "--recipes", "recipes", "--only-recipes", "--sources", "sources")
    pin = ("--index-pin", f"demo={simple.parent}")
    return user.lbuild("index", "build", *options, *pin, "--json", *more, index=False)


def test_a_library_is_built_and_linked_for_both_processors(user: Room) -> None:
    done = build(user)
    assert done.status == 0, done.stdout + done.stderr
    x86, arm = sorted(done.report["wheels"], key=lambda row: str(row["target"]), reverse=True)
    assert (x86["state"], arm["state"]) == ("built", "built")
    assert x86["smoke"]["ran"]
    assert arm["smoke"] == {"ran": False, "how": f"no Python {RUNTIME[6:]} for aarch64 is here"}
    for row, machine in ((x86, 62), (arm, 183)):
        with zipfile.ZipFile(user.folder / "out/files/demo" / row["wheel"]) as wheel:
            (module,) = (name for name in wheel.namelist() if name.endswith(".so"))
            content = wheel.read(module)
        assert int.from_bytes(content[18:20], "little") == machine
        assert str(user.folder).encode() not in content
        exported = [
            name for name in (b"PyInit__native", b"unlike", b"ask") if b"\0" + name + b"\0" in content
        ]
        assert exported == [b"PyInit__native"], "what is the library's stays in the module"
    entry = json.loads((user.folder / f"out/files/demo/{x86['wheel']}.entry.json").read_text())
    assert entry["provenance"]["toolchain"]["zig"].startswith("zig ")


def test_sources_that_cannot_be_had_are_told(user: Room) -> None:
    (user.folder / "sources/ask-1.0.tar.gz").write_bytes(b"other")
    (user.folder / "recipes/libraries/ask.toml").write_text(ASK.format(sha256="0" * 64))
    done = build(user, "--arch", "x86_64")
    assert done.status == 5
    (row,) = done.report["wheels"]
    assert row["error"]["code"] == "library-sources"
    assert any("another file by its hash" in line for line in row["error"]["evidence"])
    assert not list((user.folder / "out/files").iterdir())


def test_a_recipes_limits_hold_for_its_build(user: Room) -> None:
    (user.folder / "recipes/projects/demo.toml").write_text(HUNGRY.format(runtime=RUNTIME))
    done = build(user, "--arch", "x86_64")
    assert done.status == 5
    (row,) = done.report["wheels"]
    assert row["error"]["code"] == "build-limit"
    assert any("it held more than 100 MB of memory" in line for line in row["error"]["evidence"])
    assert "`limits` in a recipe" in row["error"]["hint"]
