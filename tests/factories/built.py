"""Wheels with extension modules, compiled here for the Python that runs the tests, and their libraries."""

import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from factories.targets import make_target
from factories.wheels import write_wheel
from manylinux.errors import UnknownRuntimeError
from manylinux.target import Target

MINOR = sys.version_info[1]
SUFFIX = str(sysconfig.get_config_var("EXT_SUFFIX"))
LINUX = f"linux_{platform.machine()}"
MODULE = """
#include <Python.h>
int outer(void);
static PyObject *answer(PyObject *self, PyObject *none) { return PyLong_FromLong(outer()); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, 0}, {0, 0, 0, 0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "MODULE", 0, -1, methods};
PyMODINIT_FUNC PyInit_MODULE(void) { return PyModule_Create(&module); }
"""
HEADERS = "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n"
"""For debug information of some pages, which is worth stripping."""
OUTER = (
    f"{HEADERS}int inner(void); static __thread int more = 2; int outer(void) {{ return inner() + more; }}"
)
INNER = f"{HEADERS}int inner(void) {{ return 40; }}"


def native_target() -> Target:
    """The runtime of the Python that runs the tests, on this processor; the test is skipped without."""
    if sys.platform != "linux" or platform.libc_ver()[0] != "glibc":
        pytest.skip("needs a Linux with glibc: what is compiled is loaded here")
    try:
        return make_target(f"python3.{MINOR}", platform.machine())
    except UnknownRuntimeError:
        pytest.skip(f"no runtime has Python 3.{MINOR}, which runs the tests")


def compiled(output: Path, source: str, *options: str | Path) -> Path:
    """A shared library at `output`, made of C; the calling test is skipped where that cannot be done."""
    compiler = shutil.which("gcc")
    headers = Path(sysconfig.get_path("include"))
    if compiler is None or not (headers / "Python.h").is_file():
        pytest.skip("needs gcc and Python.h")
    output.parent.mkdir(parents=True, exist_ok=True)
    code = output.with_suffix(".c")
    code.write_text(source)
    command = [compiler, "-shared", "-fPIC", "-g3", f"-I{headers}", code, "-o", output, *options]
    subprocess.run(command, check=True, capture_output=True)
    code.unlink()
    return output


def make_libraries(folder: Path) -> Path:
    """`libouter.so.2`, which needs `libinner.so.1` and a version of it, as a package would install them."""
    script = folder / "inner.map"
    folder.mkdir(parents=True, exist_ok=True)
    script.write_text("INNER_1 { global: inner; local: *; };")
    named = ["-Wl,-soname,libinner.so.1", f"-Wl,--version-script={script}"]
    inner = compiled(folder / "usr/lib/libinner.so.1.0", INNER, *named)
    inner.with_name("libinner.so.1").symlink_to("/usr/lib/libinner.so.1.0")
    outer = inner.with_name("libouter.so.2")
    compiled(outer, OUTER, "-Wl,-soname,libouter.so.2", inner)
    inner.with_name("libouter.so").symlink_to("libouter.so.2")
    return folder


def make_module(path: Path, libraries: Path, *options: str) -> bytes:
    """An extension module that is linked to `libouter.so.2`, with the RPATH of a careless build."""
    folder = libraries / "usr/lib"
    name = path.name.partition(".")[0]
    linked = [folder / "libouter.so.2", f"-Wl,-rpath,{folder}", f"-Wl,-rpath-link,{folder}", *options]
    return compiled(path, MODULE.replace("MODULE", name), *linked).read_bytes()


def make_built(folder: Path, libraries: Path, name: str = "demo", **options: object) -> Path:
    """A wheel as setuptools would leave it: its module is `NAME.sub._core`."""
    core = make_module(folder / f"_core{SUFFIX}", libraries)
    files = {f"{name}/__init__.py": b"", f"{name}/sub/__init__.py": b"", f"{name}/sub/_core{SUFFIX}": core}
    tag = f"cp3{MINOR}-cp3{MINOR}-{LINUX}"
    return write_wheel(folder, name, "1.0", files, tag=tag, **options)


def unpacked(wheel: Path, folder: Path) -> Path:
    """The wheel's files, as an installer would put them."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def answer(folder: Path, module: str, environ: Mapping[str, str] | None = None) -> str:
    """What the module says in a clean process that has nothing but `folder` on its path."""
    program = "import importlib, sys; sys.path.insert(0, sys.argv[1])"
    program += "; print(importlib.import_module(sys.argv[2]).answer())"
    command: Sequence[str] = [sys.executable, "-I", "-S", "-B", "-c", program, str(folder), module]
    variables = {"PATH": os.environ["PATH"], "LD_BIND_NOW": "1", **(environ or {})}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=variables, timeout=60)
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]
