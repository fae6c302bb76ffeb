"""Sdists with extension modules, in the words of several build tools; no two are the same bytes."""

import uuid
from collections.abc import Mapping
from pathlib import Path

from factories.projects import pkg_info, tar_gz

MODULE = """
#include <Python.h>
#include <math.h>
const char *unlike = "UNLIKE";
static PyObject *answer(PyObject *self, PyObject *none) { return PyFloat_FromDouble(pow(6.0, 2.0) + 6.0); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, 0}, {0, 0, 0, 0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_native", 0, -1, methods};
PyMODINIT_FUNC PyInit__native(void) { return PyModule_Create(&module); }
"""
SETUP = """
from setuptools import Extension, setup
setup(
    name="demo", version="1.0", packages=["demo"],
    ext_modules=[Extension("demo._native", ["native.c"], libraries=["m"], EXTRA)],
)
"""
SETUPTOOLS = """
[build-system]
requires = ["setuptools>=70.1"]
build-backend = "setuptools.build_meta"
"""
MESON = """
[build-system]
requires = ["meson-python"]
build-backend = "mesonpy"

[project]
name = "demo"
version = "1.0"
"""
MESON_BUILD = """
project('demo', 'c', version: '1.0')
py = import('python').find_installation(pure: false)
math = meson.get_compiler('c').find_library('m')
py.install_sources('demo/__init__.py', subdir: 'demo')
py.extension_module('_native', 'native.c', dependencies: math, install: true, subdir: 'demo')
"""


def with_setuptools(folder: Path, extra: str = "", **more: str) -> Path:
    """`extra`: arguments of the extension; `more`: files, `__` for the dot of their names."""
    files = {"setup.py": SETUP.replace("EXTRA", extra), "pyproject.toml": SETUPTOOLS}
    return _write(folder, files | {name.replace("__", "."): text for name, text in more.items()})


def with_meson(folder: Path) -> Path:
    return _write(folder, {"meson.build": MESON_BUILD, "pyproject.toml": MESON})


def _write(folder: Path, files: Mapping[str, str]) -> Path:
    whole = {
        "native.c": MODULE.replace("UNLIKE", uuid.uuid4().hex),
        "demo/__init__.py": "from demo._native import answer\n",
        **files,
    }
    content = {f"demo-1.0/{path}": text.encode() for path, text in whole.items()}
    archive = folder / "demo-1.0.tar.gz"
    archive.write_bytes(tar_gz({**content, "demo-1.0/PKG-INFO": pkg_info("demo", "1.0")}))
    return archive


_BUILD_EXT = """
import os, shutil

def build():
    from setuptools import Distribution, Extension
    from setuptools.command.build_ext import build_ext

    distribution = Distribution({"name": "demo", "ext_modules": [Extension("demo._native", ["native.c"])]})
    command = build_ext(distribution)
    command.ensure_finalized()
    command.run()
    for output in command.get_outputs():
        name = os.path.relpath(output, command.build_lib)
        shutil.copyfile(output, name)
        os.chmod(name, 0o755)
        yield name
"""
_POETRY = """
[build-system]
requires = ["poetry-core>=1.9", "setuptools"]
build-backend = "poetry.core.masonry.api"

[tool.poetry]
name = "demo"
version = "1.0"
description = ""
authors = []

[tool.poetry.build]
script = "build.py"
generate-setup-file = false
"""
_HATCHLING = """
[build-system]
requires = ["hatchling", "setuptools"]
build-backend = "hatchling.build"

[project]
name = "demo"
version = "1.0"

[tool.hatch.build.targets.wheel]
packages = ["demo"]

[tool.hatch.build.targets.wheel.hooks.custom]
path = "hatch_build.py"
"""
_HATCH_BUILD = """
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

class Hook(BuildHookInterface):
    def initialize(self, version, build_data):
        build_data["artifacts"].extend(build())
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
"""
DRIVERS = {
    "distutils": {
        "setup.py": SETUP.replace("EXTRA", "").replace("from setuptools import", "from distutils.core import")
    },
    "poetry": {"pyproject.toml": _POETRY, "build.py": f"{_BUILD_EXT}\nlist(build())\n"},
    "hatchling": {"pyproject.toml": _HATCHLING, "hatch_build.py": f"{_BUILD_EXT}\n{_HATCH_BUILD}"},
}
"""Files of projects that reach the compiler by other ways."""


def driven_by(folder: Path, driver: str) -> Path:
    """A project of one of the DRIVERS."""
    return _write(folder, DRIVERS[driver])
