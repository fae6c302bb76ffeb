"""What one build with zig has around it: wrappers as compilers, headers, a `sysconfig` of the target.

tools/bin       cc, c++, ar and the names builds know them by; programs that must not be found, as refusals
tools/include   CPython's headers for the target
tools/site      `_sysconfigdata__lbuild`, and for another machine `sitecustomize`
tools/*.cmake, tools/native.ini or tools/cross.ini, tools/config.site
"""

from __future__ import annotations

import json
import shlex
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from manylinux.backends.extras import LIBRARIES
from manylinux.backends.project import Tool
from manylinux.backends.zig import rust, sysconfigdata
from manylinux.backends.zig.target import as_word, triple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from manylinux.backends.building_python import BuildingPython, Description
    from manylinux.backends.port import Job
    from manylinux.target import Target

COMPILER = Path(__file__).with_name("compiler.py")
EMULATOR = Path(__file__).with_name("emulator.py")
_NAMES = {
    "cc": ("cc", "gcc", "clang"),
    "c++": ("c++", "g++", "clang++"),
    "ar": ("ar", "gcc-ar", "llvm-ar"),
    "ranlib": ("ranlib", "gcc-ranlib", "llvm-ranlib"),
}
_LIBRARIES = "libraries of this machine do not belong into the wheel, `--build docker` has those of an image"
_FORTRAN = "zig compiles no Fortran, `--build docker` can"
_REFUSED = {
    **dict.fromkeys(
        (
            *(
                "pkg-config",
                "pkgconf",
                "pg_config",
                "xml2-config",
                "xslt-config",
                "curl-config",
                "mysql_config",
            ),
            *("mariadb_config", "krb5-config", "freetype-config", "libpng-config", "gdal-config"),
            *("geos-config", "icu-config", "ncurses6-config", "sdl2-config", "pcre-config", "llvm-config"),
            *("gsl-config", "nc-config"),
        ),
        _LIBRARIES,
    ),
    **dict.fromkeys(("gfortran", "f77", "f95", "flang", "flang-new"), _FORTRAN),
    **dict.fromkeys(("ld", "nvcc"), "zig links, and compiles C and C++ only"),
}
_NATIVE = """\
[properties]
cmake_toolchain_file = {toolchain!r}
"""
"""Meson asks CMake for dependencies, with a toolchain of its own, which knows this machine's libraries."""
_CROSS = """\
[binaries]
c = {cc!r}
cpp = {cxx!r}
ar = {ar!r}
strip = {strip!r}
pkg-config = {pkg_config!r}
pybind11-config = 'pybind11-config'
numpy-config = 'numpy-config'

[properties]
cmake_toolchain_file = {toolchain!r}
needs_exe_wrapper = true

[host_machine]
system = 'linux'
cpu_family = {machine!r}
cpu = {machine!r}
endian = 'little'
"""
_CMAKE = """\
set(CMAKE_C_COMPILER "{cc}")
set(CMAKE_CXX_COMPILER "{cxx}")
set(CMAKE_AR "{ar}")
set(CMAKE_RANLIB "{ranlib}")
set(CMAKE_STRIP "{strip}")
set(CMAKE_C_COMPILER_TARGET "")
set(CMAKE_FIND_ROOT_PATH "{own}")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
"""
_CMAKE_CROSS = """\
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR {machine})
set(CMAKE_CROSSCOMPILING_EMULATOR "{emulator}")
"""
_CONFIGURE = """\
if test -z "$host_alias"; then
  build_alias={build}-pc-linux-gnu build=$build_alias
  host_alias={machine}-unknown-linux-gnu host=$host_alias
  cross_compiling=yes
fi
"""
"""What every `configure` of autoconf's reads after its arguments: setup scripts call it without any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """The tools of one build, written out."""

    job: Job
    python: BuildingPython
    zig: Path
    """The program."""

    @property
    def tools(self) -> Path:
        return self.job.folder / "tools"

    @property
    def bin(self) -> Path:
        return self.tools / "bin"

    @property
    def site(self) -> Path:
        return self.tools / "site"

    @property
    def libraries(self) -> Path:
        """Where libraries are that were built for the project: `include/`, `lib/`."""
        return self.job.folder / "libraries"

    @property
    def notes(self) -> Path:
        """Where the compilers note what they were asked for."""
        return self.job.folder / "compilations"

    @property
    def cache(self) -> Path:
        """zig's own, of this build."""
        return self.job.folder / "zig-cache"

    @property
    def headers_of(self) -> Target:
        """The target with the Python whose headers are used: its own, but for the stable ABI."""
        runtime = self.job.target.runtime
        return replace(self.job.target, runtime=replace(runtime, python=self.python.minor))

    @property
    def crosses(self) -> bool:
        """What is built does not run here."""
        return self.python.machine != self.job.target.architecture.machine

    @property
    def _machine_file(self) -> str:
        """Which of Meson's two kinds tells it of the target."""
        return "cross" if self.crosses else "native"

    def furnish(self, description: Description) -> None:
        """Everything is written. Raises BackendError when this machine's Python has no headers."""
        headers = self.tools / "include" / f"python{self.python.minor}"
        for folder in (self.bin, self.site, self.tools / "lib", headers.parent):
            folder.mkdir(parents=True)
        sysconfigdata.write_headers(description, self.headers_of, headers)
        found = sysconfigdata.variables(description, self.headers_of, self.bin, headers)
        sysconfigdata.write_module(found, self.site)
        if self.crosses:
            sysconfigdata.write_identity(self.job.target, self.site)
        self._write_compilers(description, headers)
        self._write_drivers()

    def _write_compilers(self, description: Description, headers: Path) -> None:
        own = str(self.job.folder)
        includes = {str(path.resolve()) for path in (description.include, description.platinclude)}
        content = {
            "zig": str(self.zig),
            "machine": self.job.target.architecture.machine,
            "first": ["-target", triple(self.job.target), "-O2", "-fno-sanitize=undefined"],
            "last": ["-g0", f"-ffile-prefix-map={own}=."],
            "own": [own],
            "includes": sorted(includes),
            "headers": str(headers),
            "notes": str(self.notes),
        }
        start = self._compiler("settings.json", content)
        for mode, names in _NAMES.items():
            for name in names:
                _script(self.bin / name, f'exec {start} {mode} "$@"')
        for name, why in _REFUSED.items():
            _script(self.bin / name, f"exec {start} refuse {shlex.join((name, why))}")
        for name, answers in self.job.extras.programs.items():
            _script(self.bin / name, _stand_in(answers, str(self.libraries)))
        if self.crosses and self.job.project.has_rust:
            self._write_compilers_for_here(content)
        # What zig links is stripped already; the machine's own would not know another machine's code.
        _script(self.bin / "strip", "exit 0")
        machine = self.job.target.architecture.machine
        emulator = (str(self.python.path), "-I", "-S", str(EMULATOR), machine, str(self.notes))
        _script(self.bin / "emulator", f'exec {shlex.join(emulator)} "$@"')
        # A flag of the environment would take the place of those in the project's own configuration.
        _script(self.bin / "rustc-wrapper", f'exec "$@" {shlex.quote(f"--remap-path-prefix={own}=.")}')

    def _compiler(self, name: str, settings: Mapping[str, Any]) -> str:
        """What starts the compiler with such settings, as words of a shell."""
        path = self.tools / name
        path.write_text(json.dumps(settings), encoding="utf-8")
        return shlex.join((str(self.python.path), "-I", "-S", str(COMPILER), str(path)))

    def _write_compilers_for_here(self, settings: Mapping[str, Any]) -> None:
        """For what cargo builds to run it while it builds; whether that fails, cargo tells."""
        first = ["-target", triple(self.python.place(self.job.target)), "-O1", "-fno-sanitize=undefined"]
        own = {"machine": self.python.machine, "first": first, "notes": str(self.tools / "here")}
        start = self._compiler("settings-here.json", {**settings, **own})
        for name in ("cc", "c++", "ar"):
            _script(self.bin / f"here-{name}", f'exec {start} {name} "$@"')

    def _write_drivers(self) -> None:
        names = {
            "cc": str(self.bin / "cc"),
            "cxx": str(self.bin / "c++"),
            "ar": str(self.bin / "ar"),
            "ranlib": str(self.bin / "ranlib"),
            "strip": str(self.bin / "strip"),
            "pkg_config": str(self.bin / "pkg-config"),
            "emulator": str(self.bin / "emulator"),
            "machine": self.job.target.architecture.machine,
            "build": self.python.machine,
            "own": str(self.job.folder),
            "toolchain": str(self.tools / "toolchain.cmake"),
        }
        meson = _CROSS if self.crosses else _NATIVE
        (self.tools / f"{self._machine_file}.ini").write_text(meson.format(**names), encoding="utf-8")
        cmake = _CMAKE + (_CMAKE_CROSS if self.crosses else "")
        (self.tools / "toolchain.cmake").write_text(cmake.format(**names), encoding="utf-8")
        site = _CONFIGURE.format(**names) if self.crosses else ""
        (self.tools / "config.site").write_text(site, encoding="utf-8")

    def equip(self, site_packages: Path) -> None:
        """A new virtual environment knows the target, even where a program starts it with `-I`."""
        shutil.copytree(self.site, site_packages, dirs_exist_ok=True)

    def environ(self, plain: Mapping[str, str], programs: Path) -> dict[str, str]:
        """What hooks see, with the programs of their virtual environment before everything else."""
        target = self.job.target
        path = (str(programs), str(self.bin), plain["PATH"])
        return {
            **plain,
            "PATH": ":".join(path),
            "VIRTUAL_ENV": str(programs.parent),
            "PYTHONPATH": str(self.site),
            "_PYTHON_SYSCONFIGDATA_NAME": sysconfigdata.MODULE,
            "_PYTHON_HOST_PLATFORM": f"linux-{target.architecture.machine}",
            "CC": as_word(self.bin / "cc"),
            "CXX": as_word(self.bin / "c++"),
            "LDSHARED": f"{as_word(self.bin / 'cc')} -shared",
            "LDCXXSHARED": f"{as_word(self.bin / 'c++')} -shared",
            "AR": as_word(self.bin / "ar"),
            "RANLIB": as_word(self.bin / "ranlib"),
            "PKG_CONFIG": as_word(self.bin / "pkg-config"),
            "CONFIG_SITE": str(self.tools / "config.site"),
            "CMAKE_TOOLCHAIN_FILE": str(self.tools / "toolchain.cmake"),
            "ZIG_GLOBAL_CACHE_DIR": str(self.cache),
            "ZIG_LOCAL_CACHE_DIR": str(self.job.folder / "zig-local-cache"),
            **(rust.environment(target, self.python.machine, self.bin) if self.job.project.has_rust else {}),
            **self.job.extras.filled_in(str(self.libraries)),
        }

    def settings(self) -> dict[str, Any]:
        """The user's config settings, and what the driver needs beside them."""
        found: dict[str, Any] = {
            key: value if isinstance(value, str) else list(value) for key, value in self.job.settings.items()
        }
        if self.job.project.tool is Tool.MESON:
            given = found.get("setup-args", [])
            given = [given] if isinstance(given, str) else given
            kind = self._machine_file
            found["setup-args"] = [f"--{kind}-file={self.tools / kind}.ini", *given]
        return found


def _stand_in(answers: Mapping[str, str], libraries: str) -> str:
    """A program that has an answer for each list of arguments, and fails for any other."""
    cases = "".join(
        f"{shlex.quote(words)}) echo {shlex.quote(said.replace(LIBRARIES, libraries))} ;;\n"
        for words, said in answers.items()
    )
    return f'case "$*" in\n{cases}*) echo "lbuild: the recipe has no answer to $0 $*" >&2; exit 1 ;;\nesac'


def _script(path: Path, command: str) -> None:
    path.write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
    path.chmod(0o755)
