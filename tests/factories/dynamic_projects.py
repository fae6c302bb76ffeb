"""Sdists of real backends whose requirements only the backend knows; what it is run for is printed."""

import uuid
from collections.abc import Mapping
from pathlib import Path

from factories.native_projects import MESON_BUILD, MODULE, SETUPTOOLS
from factories.projects import pkg_info, tar_gz

_SETUP = """
import sys
from setuptools import Extension, setup
print("RAN", sys.argv[1], flush=True)
setup(
    name="demo", version="VERSION", packages=["demo"], install_requires=REQUIRES,
    ext_modules=[Extension("demo._native", ["native.c"], libraries=["m"])],
)
"""
_HATCHLING = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "demo"
version = "VERSION"
dynamic = ["dependencies"]

[tool.hatch.metadata.hooks.custom]

[tool.hatch.build.targets.wheel.hooks.custom]
"""
_HATCH_BUILD = """
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

class Metadata(MetadataHookInterface):
    def update(self, metadata):
        print("RAN metadata", flush=True)
        metadata["dependencies"] = REQUIRES

class Build(BuildHookInterface):
    def initialize(self, version, build_data):
        print("RAN bdist_wheel", flush=True)
"""
_MESON = """
[build-system]
requires = ["meson-python"]
build-backend = "mesonpy"

[project]
name = "demo"
dynamic = ["version"]
dependencies = REQUIRES
"""
_MESON_PROJECT = "run_command('echo', check: true)\nmessage('RAN bdist_wheel')\n"
BACKENDS: Mapping[str, Mapping[str, str]] = {
    "setuptools": {"setup.py": _SETUP, "pyproject.toml": SETUPTOOLS},
    "hatchling": {"pyproject.toml": _HATCHLING, "hatch_build.py": _HATCH_BUILD},
    "meson-python": {"pyproject.toml": _MESON, "meson.build": MESON_BUILD + _MESON_PROJECT},
}


def write_dynamic(folder: Path, backend: str, version: str, requires: str) -> Path:
    """The sdist of such a project, each other bytes; `requires`: a list, as Python or TOML has it."""
    files = {"demo/__init__.py": "", "unlike.txt": uuid.uuid4().hex, **BACKENDS[backend]}
    if backend != "hatchling":
        files["native.c"] = MODULE.replace("UNLIKE", uuid.uuid4().hex)
    texts = {
        name: text.replace("VERSION", version).replace("REQUIRES", requires) for name, text in files.items()
    }
    if backend == "meson-python":
        texts["meson.build"] = texts["meson.build"].replace("'1.0'", f"'{version}'")
    content = {f"demo-{version}/{name}": text.encode() for name, text in texts.items()}
    archive = folder / f"demo-{version}.tar.gz"
    archive.write_bytes(tar_gz({**content, f"demo-{version}/PKG-INFO": pkg_info("demo", version)}))
    return archive
