"""What builds are told of the target's Python."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from factories.targets import make_target
from manylinux.backends.building_python import _DESCRIBE, Description
from manylinux.backends.port import BackendError
from manylinux.backends.zig import sysconfigdata

MINOR = f"3.{sys.version_info[1]}"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="builds with zig run on Linux")


@pytest.fixture(scope="module")
def description(tmp_path_factory: pytest.TempPathFactory) -> Description:
    """Of the Python that runs the tests."""
    answer = tmp_path_factory.mktemp("python") / "said.json"
    subprocess.run([sys.executable, "-I", "-c", _DESCRIBE, str(answer)], check=True)
    said = json.loads(answer.read_text())
    paths = {name: Path(said[name]) for name in ("include", "platinclude", "config_h")}
    return Description(variables=said["variables"], **paths)


def asked(folder: Path, question: str) -> str:
    """What `sysconfig` says to a build that is given the module in `folder`."""
    environ = {
        **os.environ,
        "PYTHONPATH": str(folder),
        "_PYTHON_SYSCONFIGDATA_NAME": sysconfigdata.MODULE,
        "_PYTHON_HOST_PLATFORM": "linux-aarch64",
    }
    program = f"import os, platform, sysconfig; print({question})"
    done = subprocess.run(
        [sys.executable, "-c", program], env=environ, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def site(description: Description, tmp_path: Path) -> Path:
    target = make_target(f"python{MINOR}", "arm64")
    found = sysconfigdata.variables(description, target, tmp_path / "bin", tmp_path / "include")
    sysconfigdata.write_module(found, tmp_path)
    sysconfigdata.write_identity(target, tmp_path)
    return tmp_path


def test_names_are_the_targets(site: Path) -> None:
    """Of modules, of the platform, of the machine."""
    suffix = f".cpython-{MINOR.replace('.', '')}-aarch64-linux-gnu.so"

    assert asked(site, "sysconfig.get_config_var('EXT_SUFFIX')") == suffix
    assert asked(site, "sysconfig.get_config_var('MULTIARCH')") == "aarch64-linux-gnu"
    assert asked(site, "sysconfig.get_platform()") == "linux-aarch64"
    assert asked(site, "(os.uname().machine, platform.machine(), platform.uname().machine)") == (
        "('aarch64', 'aarch64', 'aarch64')"
    )


def test_compilers_are_the_wrappers(site: Path) -> None:
    """And link nothing of this Python's own library."""
    names = "CC", "LDSHARED", "LDCXXSHARED", "AR"
    found = asked(site, f"[sysconfig.get_config_var(name) for name in {names!r}]")

    tools = site / "bin"
    assert found == str([f"{tools}/cc", f"{tools}/cc -shared", f"{tools}/c++ -shared", f"{tools}/ar"])
    assert asked(site, "sysconfig.get_config_var('Py_ENABLE_SHARED')") == "0"


def test_no_flag_of_this_machine_is_left(site: Path, description: Description) -> None:
    """pyenv's Python, for one, writes its own folder into every module as an RPATH."""
    found = asked(site, "[v for k, v in sysconfig.get_config_vars().items() if k.endswith('FLAGS') and v]")

    assert "-rpath" not in found
    assert "-L" not in found
    assert "-I" not in found


def test_headers_are_for_the_target(description: Description, tmp_path: Path) -> None:
    """Three macros are x86's; what Debian puts behind a choice of machines is one file."""
    if not (description.include / "Python.h").is_file():
        pytest.skip("this Python has no headers")
    for architecture, present in (("arm64", False), ("x86_64", True)):
        headers = tmp_path / architecture
        target = make_target(f"python{MINOR}", architecture)
        sysconfigdata.write_headers(description, target, headers)
        config = (headers / "pyconfig.h").read_text()

        assert (headers / "Python.h").is_file()
        assert ("#define HAVE_GCC_ASM_FOR_X64 1" in config) is present
        assert "linux-gnu/python" not in config


def test_a_python_without_headers_is_named(tmp_path: Path) -> None:
    """Debian has them in a package of their own."""
    nothing = Description(variables={}, include=tmp_path, platinclude=tmp_path, config_h=tmp_path / "x.h")
    with pytest.raises(BackendError, match=r"has no `Python\.h`"):
        sysconfigdata.write_headers(nothing, make_target(), tmp_path / "headers")
