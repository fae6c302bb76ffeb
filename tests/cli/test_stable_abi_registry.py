"""Extension modules of the stable ABI, compiled where there is no Python of the runtime's version."""

import os
import platform
import sys
import zipfile
from pathlib import Path

import pytest

from builder.composing.native import unfit_to_build
from builder.interpreter.finding import search
from factories.commands import Outcome, Room
from factories.native_projects import SETUP, with_setuptools
from manylinux.runtimes import runtimes

pytestmark = [
    pytest.mark.registry,
    pytest.mark.skipif(
        sys.platform != "linux" or platform.machine() != "x86_64" or platform.libc_ver()[0] != "glibc",
        reason="zig builds on Linux",
    ),
]
STABLE = """
#define Py_LIMITED_API 0x03090000
#include <Python.h>
static PyObject *answer(PyObject *self, PyObject *none) { return PyLong_FromLong(42); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, 0}, {0, 0, 0, 0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_native", 0, -1, methods};
PyMODINIT_FUNC PyInit__native(void) { return PyModule_Create(&module); }
"""
UNSTABLE = STABLE.replace("#define Py_LIMITED_API 0x03090000", "").replace(
    "PyLong_FromLong(42)", "PyUnicode_New(0, 0)"
)
TAGGED = SETUP.replace("\n)", '    options={"bdist_wheel": {"py_limited_api": "cp39"}},\n)')


@pytest.fixture(scope="module")
def runtime() -> str:
    """One that has no Python here."""
    for each in runtimes():
        if search(each.python, os.environ, unfit_to_build).found is None:
            return each.id
    pytest.skip("every Python of Lambda's is on this machine")


@pytest.fixture
def user(tmp_path: Path, pytestconfig: pytest.Config) -> Room:
    assert pytestconfig.cache is not None
    cache = pytestconfig.cache.mkdir("native-builds")
    work = tmp_path / "work"
    work.mkdir()
    return Room(folder=work, cache=cache, index=None, environ=dict(os.environ))  # type: ignore[arg-type]  # not asked


def tagged(extra: str) -> str:
    """A setup.py of a wheel that says it is of the stable ABI; `extra`: arguments of its extension."""
    return TAGGED.replace("EXTRA", extra)


def build(user: Room, archive: Path, runtime: str, arch: str = "x86_64") -> Outcome:
    options = ("--build", "zig", "--runtime", runtime, "--arch", arch, "--slim", "none", "--json")
    return user.lbuild(archive, *options, "-o", "bundle.zip", index=False)


@pytest.mark.parametrize("arch", ["x86_64", "arm64"])
def test_what_keeps_to_the_stable_abi_is_made_by_another_python(
    arch: str, user: Room, runtime: str, tmp_path: Path
) -> None:
    """The file proves it: its tag stays, and the report says who made it."""
    archive = with_setuptools(tmp_path, native__c=STABLE, setup__py=tagged("py_limited_api=True"))
    done = build(user, archive, runtime, arch)

    assert done.status == 0, done.stderr
    (compiled,) = done.report["compiled"]
    assert compiled["wheel"].startswith("demo-1.0-cp39-abi3-manylinux")
    assert any("it keeps to the stable ABI" in note for note in compiled["notes"])
    assert done.report["findings"] == []
    with zipfile.ZipFile(user.folder / "bundle.zip") as bundle:
        assert "demo/_native.abi3.so" in bundle.namelist()


@pytest.mark.parametrize(
    ("extra", "text", "told"),
    [
        ("py_limited_api=True", UNSTABLE, "does not keep to the stable ABI"),
        ("", STABLE, "has a name that Python"),
    ],
    ids=["another symbol", "a name of one version"],
)
def test_what_only_says_so_is_refused(
    extra: str, text: str, told: str, user: Room, runtime: str, tmp_path: Path
) -> None:
    """It would load on the Python that made it, and on no other."""
    archive = with_setuptools(tmp_path, native__c=text, setup__py=tagged(extra))
    done = build(user, archive, runtime)

    assert (done.status, done.codes) == (5, ["sdist-build-failed"])
    assert told in done.stderr


def test_what_does_not_say_so_needs_the_runtimes_python(user: Room, runtime: str, tmp_path: Path) -> None:
    """The error tells how to get one."""
    done = build(user, with_setuptools(tmp_path), runtime)

    assert (done.status, done.codes) == (6, ["no-build-backend"])
    assert "uv python install" in done.stderr
