"""What unpacked sources say of how they are built: read, never run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path


class Language(StrEnum):
    """What a build may have to compile."""

    C = "C"
    CPP = "C++"
    CYTHON = "Cython"
    RUST = "Rust"
    FORTRAN = "Fortran"
    CUDA = "CUDA"
    GO = "Go"


class Tool(StrEnum):
    """What drives the compilers."""

    SETUPTOOLS = "setuptools"
    """distutils' way, whoever calls it: a `setup.py`, a build script of poetry's, an in-tree backend."""
    MESON = "meson-python"
    CMAKE = "scikit-build-core"
    """Or any other that is CMake inside."""
    CARGO = "maturin"
    HOOKS = "hatchling"
    """A backend that compiles nothing by itself, but may have a hook that does."""


_SUFFIXES: Mapping[str, Language] = {
    ".c": Language.C,
    ".cc": Language.CPP,
    ".cpp": Language.CPP,
    ".cxx": Language.CPP,
    ".c++": Language.CPP,
    ".pyx": Language.CYTHON,
    ".rs": Language.RUST,
    ".f": Language.FORTRAN,
    ".f77": Language.FORTRAN,
    ".f90": Language.FORTRAN,
    ".f95": Language.FORTRAN,
    ".cu": Language.CUDA,
    ".go": Language.GO,
}
_BUILD_FILES = ("meson.build", "CMakeLists.txt", "setup.py", "pyproject.toml")
_TOOLS: Mapping[str, Tool] = {
    "mesonpy": Tool.MESON,
    "scikit_build_core": Tool.CMAKE,
    "skbuild": Tool.CMAKE,
    "py_build_cmake": Tool.CMAKE,
    "maturin": Tool.CARGO,
    "hatchling": Tool.HOOKS,
    "flit_core": Tool.HOOKS,
    "flit_scm": Tool.HOOKS,
    "poetry": Tool.HOOKS,
    "pdm": Tool.HOOKS,
    "uv_build": Tool.HOOKS,
}
_ALWAYS = frozenset({Tool.MESON, Tool.CMAKE, Tool.CARGO})
"""Nobody takes these for pure Python."""
_COMPILES = re.compile(
    r"\bext_modules\b|\bext-modules\b|\bExtension\s*\(|\bcffi_modules\b|\brust_extensions\b|\bcythonize\b"
    r"|\bbuild_ext\b|\bmypycify\b|\bCMakeExtension\b|\bsetuptools[_-]rust\b|\bfrom_cmake\b"
)
"""What a build script says that compiles something."""
_MAKES_C = re.compile(r"(cython|cffi|mypy|hatch-(cython|mypyc))\b", re.IGNORECASE)
"""Requirements that make C of Python's sources, or without any."""
_STABLE_ABI = re.compile(r"limited[_-]api|\bSTABLE_ABI\b|\bpy-api\b|\babi3\b", re.IGNORECASE)
"""What a build script says that keeps to the stable ABI, whichever tool reads it."""
_LARGEST = 4 << 20
"""Bytes of a build file that are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """Sources in a folder, and what drives their build."""

    label: str
    """What is built, for people: `markupsafe` 3.0.4, in backquotes where they belong."""
    folder: Path
    """Where `pyproject.toml` or `setup.py` is."""
    backend: str
    """As PEP 517 has it: `setuptools.build_meta`."""
    backend_path: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    """`build-system.requires`."""
    tool: Tool
    languages: frozenset[Language]
    """Of the sources that are there; not all of them need be compiled."""
    compiles: bool
    """Something in it says that it has extension modules."""

    @property
    def may_compile(self) -> bool:
        """Only a build tells: sources of compiled languages, or what takes those of Python for some."""
        return (
            bool(self.languages)
            or any(_MAKES_C.match(each) for each in self.requires)
            or _names_modules(self.folder)
        )

    @property
    def has_fortran(self) -> bool:
        """Fortran belongs to the build: its sources are there, and a build file speaks of it."""
        return Language.FORTRAN in self.languages and _speaks_of(
            self.folder, r"fortran|\.f(?:77|90|95)?['\"]"
        )

    @property
    def has_rust(self) -> bool:
        """Rust belongs to the build."""
        asked = any(
            re.match(r"(setuptools[-_.]rust|maturin)\b", each, re.IGNORECASE) for each in self.requires
        )
        return self.tool is Tool.CARGO or asked

    @property
    def says_stable_abi(self) -> bool:
        """A build file speaks of the stable ABI; whether the result keeps to it, the result tells."""
        files = (*_build_files(self.folder), self.folder / "setup.cfg", self.folder / "Cargo.toml")
        return any(_STABLE_ABI.search(_text(path)) for path in files)

    @property
    def has_cuda(self) -> bool:
        return Language.CUDA in self.languages and _speaks_of(self.folder, r"\bcuda\b|nvcc")

    @property
    def has_cpp(self) -> bool:
        """C++ will be linked, as far as can be seen: by its sources, and by what binds them."""
        binds = any(re.match(r"(pybind11|nanobind)\b", each, re.IGNORECASE) for each in self.requires)
        return Language.CPP in self.languages or binds or self._has_cython_for_cpp()

    def _has_cython_for_cpp(self) -> bool:
        """Cython makes C++ where a source, or the build file, says so."""
        if Language.CYTHON not in self.languages:
            return False
        sources = (path for path in self.folder.rglob("*") if path.suffix.lower() in (".pyx", ".pxd"))
        said = re.compile(r"language\s*=\s*['\"]?c\+\+|\blibcpp\b|--cplus\b", re.IGNORECASE)
        return any(said.search(_text(path)) for path in (*sources, *_build_files(self.folder)))


def project_of(
    label: str, folder: Path, *, backend: str, backend_path: Sequence[str], requires: Sequence[str]
) -> Project:
    """What the sources in `folder` say."""
    languages = frozenset(_languages(folder))
    tool = _tool(backend, backend_path)
    return Project(
        label=label,
        folder=folder,
        backend=backend,
        backend_path=tuple(backend_path),
        requires=tuple(requires),
        tool=tool,
        languages=languages,
        compiles=_compiles(folder, tool, languages, requires),
    )


def _tool(backend: str, backend_path: Sequence[str]) -> Tool:
    package = backend.partition(":")[0].partition(".")[0]
    return Tool.SETUPTOOLS if backend_path else _TOOLS.get(package, Tool.SETUPTOOLS)


def _languages(folder: Path) -> Iterable[Language]:
    for path in folder.rglob("*"):
        language = _SUFFIXES.get(path.suffix.lower())
        if language is not None:
            yield language


def _compiles(folder: Path, tool: Tool, languages: frozenset[Language], requires: Sequence[str]) -> bool:
    if tool in _ALWAYS:
        return True
    if not languages:
        return False
    if any(
        re.match(r"(cython|cffi|pybind11|nanobind|setuptools[-_.]rust)\b", each, re.I) for each in requires
    ):
        return True
    # An in-tree backend, or a hook, may compile without a word that is known here; its result tells.
    return _names_modules(folder)


def _names_modules(folder: Path) -> bool:
    files = [folder / name for name in ("setup.py", "setup.cfg", "pyproject.toml", "build.py")]
    return any(_COMPILES.search(_text(path)) for path in files)


def _speaks_of(folder: Path, pattern: str) -> bool:
    return any(re.search(pattern, _text(path), re.IGNORECASE) for path in _build_files(folder))


def _build_files(folder: Path) -> Iterable[Path]:
    return (folder / name for name in _BUILD_FILES)


def _text(path: Path) -> str:
    """The file's text, however it is encoded; empty when there is none."""
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST).decode(errors="replace")
    except OSError:
        return ""
