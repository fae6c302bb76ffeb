"""This machine's own compilers: when they may be used, and what they make."""

import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from factories.built import answer, unpacked
from factories.jobs import make_job
from factories.targets import make_target
from manylinux.backends.building_python import BuildingPython
from manylinux.backends.local import Local
from manylinux.repair import LibrarySource, repair

MINOR = f"3.{sys.version_info[1]}"
TARGET = make_target(f"python{MINOR}", "x86_64")
HERE = BuildingPython(
    path=Path(sys.executable), version=platform.python_version(), machine="x86_64", glibc=TARGET.glibc
)
pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64", reason="the target is Linux on x86_64"
)
BACKEND = """
import os, subprocess, sysconfig, zipfile

def build_wheel(folder, settings=None, metadata=None):
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    include = sysconfig.get_path("include")
    subprocess.check_call(["gcc", "-shared", "-fPIC", "-I" + include, "demo.c", "-o", "demo" + suffix])
    name = "demo-1.0-TAG-TAG-linux_x86_64.whl"
    with zipfile.ZipFile(os.path.join(folder, name), "w") as archive:
        archive.write("demo" + suffix)
        info = "demo-1.0.dist-info/"
        archive.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0\\n")
        archive.writestr(
            info + "WHEEL",
            "Wheel-Version: 1.0\\nRoot-Is-Purelib: false\\nTag: TAG-TAG-linux_x86_64\\n",
        )
        archive.writestr(info + "RECORD", "")
    return name
""".replace("TAG", f"cp{MINOR.replace('.', '')}")
MODULE = """
#include <Python.h>
static PyObject *answer(PyObject *self, PyObject *none) { return PyLong_FromLong(42); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, 0}, {0, 0, 0, 0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "demo", 0, -1, methods};
PyMODINIT_FUNC PyInit_demo(void) { return PyModule_Create(&module); }
"""


def local(python: BuildingPython | None = HERE, path: str = os.environ.get("PATH", os.defpath)) -> Local:
    return Local(
        find_python=lambda minor: (python, "get one"),
        plain=lambda home: {"PATH": path, "HOME": str(home), "TMPDIR": str(home), "LC_ALL": "C.UTF-8"},
        path=path,
    )


@pytest.mark.parametrize(
    ("backend", "architecture", "why"),
    [
        (local(), "arm64", "needs Linux on aarch64"),
        (local(None), "x86_64", f"needs a Python {MINOR} on this machine: get one"),
        (local(replace(HERE, glibc=(2, 99))), "x86_64", "this machine has glibc 2.99"),
        (local(replace(HERE, glibc=None)), "x86_64", "another libc"),
        (local(path="/nonexistent"), "x86_64", "needs a C compiler"),
    ],
    ids=["another processor", "no Python", "a newer glibc", "no glibc", "no compiler"],
)
def test_a_machine_that_is_not_the_target_is_refused(
    backend: Local, architecture: str, why: str, tmp_path: Path
) -> None:
    """Whatever would come out, it might not load."""
    target = make_target(f"python{MINOR}", architecture)
    refusal = backend.refusal(make_job(tmp_path, target, setup__py="").project, target)

    assert refusal is not None
    assert why in refusal
    assert backend.identity(target)


def test_a_machine_that_is_the_target_builds(tmp_path: Path) -> None:
    """The module is compiled here, repaired, and loads."""
    if not (Path(os.path.realpath(sys.base_prefix)) / "include" / f"python{MINOR}" / "Python.h").is_file():
        pytest.skip("this Python has no headers")
    job = make_job(tmp_path / "job", TARGET, "own", own__py=BACKEND, demo__c=MODULE)

    def run(command: Sequence[str], *, cwd: Path, environ: Mapping[str, str]) -> None:
        subprocess.run(command, cwd=cwd, env=dict(environ), check=True)

    (job.folder / "home").mkdir()
    job = replace(job, project=replace(job.project, backend_path=(".",)), run=run)
    backend = local()
    assert backend.refusal(job.project, TARGET) is None
    made = backend.build(job)
    (tmp_path / "out").mkdir()
    repaired = repair(made.wheel, TARGET, tmp_path / "out", LibrarySource.of(*made.libraries))

    assert any(path.name.startswith("libc.so") for path in made.libraries)
    assert "manylinux" in repaired.tag_set
    assert answer(unpacked(repaired.path, tmp_path / "site"), "demo") == "42"
