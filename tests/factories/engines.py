"""The container engine of the tests, and projects that are built in its image without an index."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from factories.projects import HONEST, pkg_info, project_files, tar_gz

MODULE = """
#include <Python.h>
INCLUDES
static PyObject *answer(PyObject *self, PyObject *none) { return PyLong_FromLong(EXPRESSION); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, 0}, {0, 0, 0, 0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_demo", 0, -1, methods};
PyMODINIT_FUNC PyInit__demo(void) { return PyModule_Create(&module); }
"""
COMPILE = """
import subprocess, sysconfig
name = "_demo" + sysconfig.get_config_var("EXT_SUFFIX")
include = sysconfig.get_path("include")
subprocess.check_call(["gcc", "-shared", "-fPIC", "-I" + include, "_demo.c", "-o", name, *LIBRARIES])
return wheel(wheel_directory, tag="cp39-cp39-linux_x86_64", purelib="false", files={
    name: pathlib.Path(name).read_bytes(), "demo.py": b"from _demo import answer\\n"
})
"""


@contextmanager
def engine_with_image() -> Iterator[Any]:
    """The client of an engine that has the image; the test is skipped where there is none."""
    import docker

    script = Path(__file__).parents[1] / "containers" / "image.py"
    done = subprocess.run([sys.executable, script], stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        pytest.skip(done.stderr.splitlines()[-1])
    with closing(docker.from_env()) as client:
        yield client


@contextmanager
def nothing_prepared(client: Any) -> Iterator[None]:
    """Images that lbuild prepares meanwhile are gone afterwards."""
    before = _prepared(client)
    yield
    while made := _prepared(client) - before:
        for image in made.difference(*(_below(client, each) for each in made)):
            client.images.remove(image, force=True)


def _prepared(client: Any) -> set[str]:
    return {image.id for image in client.images.list(filters={"label": "lbuild.prepared"})}


def _below(client: Any, image: str) -> list[str]:
    """What it is made of: the engine removes that after it."""
    return [layer["Id"] for layer in client.images.get(image).history()][1:]


def native_files(
    body: str = HONEST, *, includes: str = "", expression: str = "42", libraries: tuple[str, ...] = ()
) -> Mapping[str, bytes]:
    """A project with an extension module; `body` is what its backend does, COMPILE to compile it."""
    module = MODULE.replace("INCLUDES", includes).replace("EXPRESSION", expression)
    files = project_files("demo", "1.0", body.replace("LIBRARIES", repr(list(libraries))))
    return {**files, "_demo.c": module.encode(), "build.py": b"# Extension(\n"}


def write_native(folder: Path, body: str = COMPILE, **options: Any) -> Path:
    """The sdist of such a project."""
    files = {**native_files(body, **options), "PKG-INFO": pkg_info("demo", "1.0")}
    path = folder / "demo-1.0.tar.gz"
    path.write_bytes(tar_gz({f"demo-1.0/{name}": content for name, content in files.items()}))
    return path
