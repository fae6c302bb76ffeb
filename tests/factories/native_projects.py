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


def with_meson(folder: Path, optional: str = "") -> Path:
    """`optional`: a library that the module is linked with where there is one."""
    linked = f"[math, dependency('{optional}', required: false)]" if optional else "math"
    build = MESON_BUILD.replace("dependencies: math", f"dependencies: {linked}")
    return _write(folder, {"meson.build": build, "pyproject.toml": MESON})


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
_SCIKIT_BUILD = """
[build-system]
requires = ["scikit-build-core"]
build-backend = "scikit_build_core.build"

[project]
name = "demo"
version = "1.0"
"""
_CMAKE_LISTS = """
cmake_minimum_required(VERSION 3.18...4.2)
project(demo LANGUAGES C)
find_package(Python COMPONENTS Interpreter Development.Module REQUIRED)
find_package(PkgConfig)
Python_add_library(_native MODULE native.c WITH_SOABI)
target_link_libraries(_native PRIVATE m)
install(TARGETS _native DESTINATION demo)
"""
_CARGO = """
[package]
name = "native"
version = "1.0.0"
edition = "2021"

[lib]
crate-type = ["cdylib"]

[dependencies]
helper = "1.0"
"""
_VENDORED = """
[source.crates-io]
replace-with = "vendored"

[source.vendored]
directory = "vendored"
"""
_HELPER = """
[package]
name = "helper"
version = "1.0.0"
edition = "2021"
"""
_HELPER_RUST = """
pub fn demand(text: &str) {
    if text.is_empty() { panic!("UNLIKE, said at a path of the sources"); }
}
"""
_RUST = """
use std::os::raw::{c_char, c_int, c_void};

#[repr(C)]
pub struct Def {
    head: [*const c_void; 5], name: *const c_char, doc: *const c_char, size: isize, rest: [*const c_void; 5],
}

extern "C" { fn PyModule_Create2(def: *mut Def, version: c_int) -> *mut c_void; }

static mut DEF: Def = Def {
    head: [1 as *const c_void, std::ptr::null(), std::ptr::null(), std::ptr::null(), std::ptr::null()],
    name: b"_native\\0".as_ptr().cast(), doc: std::ptr::null(), size: -1, rest: [std::ptr::null(); 5],
};

#[no_mangle]
pub unsafe extern "C" fn PyInit__native() -> *mut c_void {
    helper::demand(&std::env::var("DEMO").unwrap_or("no".to_string()));
    PyModule_Create2(std::ptr::addr_of_mut!(DEF), 1013)
}
"""
_SETUPTOOLS_RUST = """
[build-system]
requires = ["setuptools>=70.1", "setuptools-rust>=1.10"]
build-backend = "setuptools.build_meta"

[project]
name = "demo"
version = "1.0"

[tool.setuptools]
packages = ["demo"]

[[tool.setuptools-rust.ext-modules]]
target = "demo._native"
binding = "NoBinding"
"""
DRIVERS = {
    "scikit-build-core": {"pyproject.toml": _SCIKIT_BUILD, "CMakeLists.txt": _CMAKE_LISTS},
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


def with_rust(folder: Path) -> Path:
    """A module in Rust; a crate in the sdist says where its source is, when it panics."""
    rust = {
        "Cargo.toml": _CARGO,
        ".cargo/config.toml": _VENDORED,
        "vendored/helper/.cargo-checksum.json": '{"files": {}, "package": null}',
        "vendored/helper/Cargo.toml": _HELPER,
        "vendored/helper/src/lib.rs": _HELPER_RUST.replace("UNLIKE", uuid.uuid4().hex),
        "src/lib.rs": _RUST,
        "build.rs": 'fn main() { println!("cargo:rerun-if-changed=build.rs"); }\n',
        "pyproject.toml": _SETUPTOOLS_RUST,
        "demo/__init__.py": "import demo._native\n",
    }
    return _write(folder, rust)


KINDS = {
    "pure": "docopt==0.6.2",
    "C": "markupsafe==3.0.3",
    "Cython": "cymem==2.0.13",
    "C++": "greenlet==3.5.6",
}
"""A project of the index for each, quickly built; the first has no wheels."""


def of_every_kind(folder: Path) -> tuple[str, ...]:
    """Lines of a requirements file: those, as sdists, and one that meson-python builds.

    Of the index's meson projects none is small and for all Pythons.
    """
    names = ",".join(each.partition("==")[0] for each in KINDS.values())
    return (f"--no-binary {names}", *KINDS.values(), str(with_meson(folder)))
