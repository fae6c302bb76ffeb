"""What sources say of how they are built."""

from pathlib import Path

import pytest

from manylinux.backends.project import Language, Project, Tool, project_of


def make(folder: Path, backend: str = "setuptools.build_meta", *requires: str, **files: str) -> Project:
    """A project of these files, `_` for `/` and `__` for `.` in their names."""
    for name, text in files.items():
        path = folder / name.replace("__", ".").replace("_", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return project_of("demo", folder, backend=backend, backend_path=(), requires=requires)


@pytest.mark.parametrize(
    ("backend", "tool"),
    [
        ("setuptools.build_meta:__legacy__", Tool.SETUPTOOLS),
        ("mesonpy", Tool.MESON),
        ("scikit_build_core.build", Tool.CMAKE),
        ("maturin", Tool.CARGO),
        ("hatchling.build", Tool.HOOKS),
        ("poetry.core.masonry.api", Tool.HOOKS),
        ("somebodys.own", Tool.SETUPTOOLS),
    ],
)
def test_the_backend_tells_what_drives(backend: str, tool: Tool, tmp_path: Path) -> None:
    """Of a backend that nobody knows, the usual way is expected."""
    assert make(tmp_path, backend).tool is tool


def test_sources_that_no_build_file_speaks_of_are_not_compiled(tmp_path: Path) -> None:
    """C among the tests or the documentation makes no extension module."""
    project = make(tmp_path, tests_a__c="int x;", setup__py="setup(name='demo')")

    assert project.languages == {Language.C}
    assert not project.compiles


@pytest.mark.parametrize(
    "setup",
    [
        "setup(ext_modules=[Extension('a', ['a.c'])])",
        "setup(cffi_modules=['build.py:ffi'])",
        "setup(ext_modules=cythonize('a.pyx'))",
    ],
)
def test_extension_modules_are_compiled(setup: str, tmp_path: Path) -> None:
    """A `setup.py` names them, whatever makes their sources."""
    assert make(tmp_path, a__c="", setup__py=setup).compiles


def test_cython_among_the_requirements_means_compiling(tmp_path: Path) -> None:
    """Where the sources hold something for it."""
    assert make(tmp_path, "setuptools.build_meta", "Cython>=3", a__pyx="").compiles


def test_backends_for_compilers_always_compile(tmp_path: Path) -> None:
    """Nobody takes them for pure Python."""
    assert make(tmp_path, "mesonpy").compiles


def test_fortran_counts_where_the_build_speaks_of_it(tmp_path: Path) -> None:
    """A Fortran file among the tests keeps no C project from being built."""
    beside = make(tmp_path / "a", "mesonpy", tests_x__f90="", meson__build="project('x', 'c')")
    part = make(tmp_path / "b", "mesonpy", x__f90="", meson__build="project('x', 'c', 'fortran')")

    assert not beside.has_fortran
    assert part.has_fortran


def test_rust_is_known_by_what_builds_it(tmp_path: Path) -> None:
    """setuptools-rust is a way to it too."""
    assert make(tmp_path / "a", "maturin").has_rust
    assert make(tmp_path / "b", "setuptools.build_meta", "setuptools-rust>=1").has_rust
    assert not make(tmp_path / "c", "setuptools.build_meta", "setuptools", x__rs="").has_rust


def test_what_binds_cpp_is_cpp(tmp_path: Path) -> None:
    """zig's C++ library is then compiled before the build starts."""
    assert make(tmp_path / "a", "mesonpy", "pybind11").has_cpp
    assert make(tmp_path / "b", "mesonpy", "meson-python", x__cc="").has_cpp
    assert not make(tmp_path / "c", "mesonpy", "meson-python", x__c="").has_cpp


def test_cython_may_be_cpp(tmp_path: Path) -> None:
    """Its sources are not there yet, and say in a comment what they will be."""
    assert make(tmp_path / "a", x__pyx="# distutils: language = c++\n").has_cpp
    assert make(tmp_path / "b", x__pyx="", setup__py="Extension('x', ['x.pyx'], language='c++')").has_cpp
    assert not make(tmp_path / "c", x__pyx="cdef int x\n").has_cpp
