"""The load test itself: a real library, a real loader, and nothing but the runtime's libraries."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from builder.errors import NoInterpreterError
from builder.trial.interpreter import find_interpreter
from factories.audits import make_policy
from sweeps.oracle.loading import Loading, check, load_all
from sweeps.oracle.root import NoOracleError, Root, make_root

SOURCES = {
    "sound.so": ("int f(void) { return 1; }", []),
    # exp has had its new version since glibc 2.29.
    "newer.so": ("double exp(double); double f(double x) { return exp(x); }", ["-lm"]),
    "lacks.so": ("int g(void); int f(void) { return g(); }", ["-L.", "-l:libabsent.so"]),
    "libabsent.so": ("int g(void) { return 1; }", []),
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Root:
    """python3.11's file system."""
    folder = tmp_path_factory.mktemp("oracle")
    try:
        made = make_root(folder / "root", make_policy("python3.11"), find_interpreter("3.11", os.environ))
        check(made, folder)
    except (NoOracleError, NoInterpreterError) as reason:
        pytest.skip(f"no load test on this machine: {reason}")
    return made


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Libraries made by this machine's compiler; what one of them needs is gone."""
    for name in ("sound.so", "newer.so", "libabsent.so", "lacks.so"):
        text, options = SOURCES[name]
        (tmp_path / "source.c").write_text(text, encoding="ascii")
        command = [shutil.which("cc") or "cc", "-shared", "-fPIC", "source.c", "-o", name, *options]
        subprocess.run(command, cwd=tmp_path, check=True)
    (tmp_path / "libabsent.so").unlink()
    return tmp_path


def test_a_runtime_has_what_its_policy_lists_and_nothing_newer(root: Root, bundle: Path) -> None:
    """A sound file loads; one that wants glibc 2.29, and one whose library is not there, do not."""
    sound, newer, lacks = load_all(root, bundle, {"sound.so": (), "newer.so": (), "lacks.so": ()})

    assert sound == Loading(path="sound.so")
    assert newer.said is not None
    assert "version `GLIBC_2.29' not found (required by /var/task/newer.so)" in newer.said
    assert lacks.said is not None
    assert lacks.said.startswith("libabsent.so: cannot open shared object file")


def test_what_a_package_loads_first_is_there(root: Root, bundle: Path) -> None:
    """A file that fails by itself is tried after the import of what may help it."""
    (bundle / "absent.c").write_text(SOURCES["libabsent.so"][0], encoding="ascii")
    (bundle / "deep").mkdir()
    command = ["cc", "-shared", "-fPIC", "-Wl,-soname,libabsent.so", "absent.c", "-o", "deep/libabsent.so"]
    subprocess.run(command, cwd=bundle, check=True)
    (bundle / "helps.py").write_text(
        "import ctypes; ctypes.CDLL('/var/task/deep/libabsent.so')", encoding="ascii"
    )

    (lacks,) = load_all(root, bundle, {"lacks.so": ("nothing", "helps")})

    assert lacks == Loading(path="lacks.so", helped="helps")
