"""Causes of failures that a log shows."""

import pytest

from builder.build.causes import cause_in

LOGS = {
    "a header of a library, clang": (
        "a.c:3:10: fatal error: 'ffi.h' file not found",
        ("`ffi.h`", "libffi-devel"),
        "--build docker",
    ),
    "a header of a library, gcc": (
        "a.c:3:10: fatal error: openssl/ssl.h: No such file or directory",
        ("openssl-devel", "libssl-dev"),
        "--build docker",
    ),
    "a header nobody knows": ("fatal error: 'own/x.h' file not found", ("`own/x.h`",), "--build docker"),
    "Python's own": ("fatal error: 'Python.h' file not found", ("Python.h",), "-dev"),
    "an older Python's": ("fatal error: 'longintrepr.h' file not found", ("3.11",), "newer version"),
    "OpenMP": ("fatal error: 'omp.h' file not found", ("OpenMP",), "--build docker"),
    "a program for libraries": (
        "lbuild: pg_config of this machine is not the target's: x",
        ("pg_config",),
        "--build docker",
    ),
    "a library by its path": (
        "lbuild: `/usr/lib/libz.so` belongs to this machine, not to the target",
        ("/usr/lib/libz.so",),
        "--build docker",
    ),
    "a library by its name": (
        'error: unable to find dynamic system library "z" using strategy paths_first. searched paths: none',
        ("`z`",),
        "--build docker",
    ),
    "a library by what it says": (
        "Error: Please make sure the libxml2 and libxslt development packages are installed.",
        ("libxml2 and libxslt",),
        "--build docker",
    ),
    "Fortran": ("lbuild: gfortran of this machine is not the target's: x", ("Fortran",), "--build docker"),
    "Rust": ("error: can't find Rust compiler", ("Rust",), "rustup"),
    "crates": (
        "error: failed to get `base64` as a dependency of package `x v1.0`",
        ("crate `base64`", "no network"),
        "cargo vendor",
    ),
    "crates, offline": (
        "error: no matching package named `base64` found\nyou're using offline mode",
        ("crate `base64`", "no network"),
        "cargo vendor",
    ),
    "the network": ("URLError: [Errno -3] Temporary failure in name resolution", ("network",), "has wheels"),
    "a Python that is too new": ("error: no member named 'ob_digit' in", ("ob_digit",), "newer version"),
    "distutils": ("ModuleNotFoundError: No module named 'distutils'", ("distutils",), "--runtime"),
    "an unsaid requirement": ("ModuleNotFoundError: No module named 'numpy'", ("numpy",), "maintainers"),
    "memory": ("Traceback\nMemoryError", ("memory",), "limits = {memory = ...}"),
    "the compiler's memory": ("cc1: out of memory: Cannot allocate memory", ("memory",), "limits"),
    "another folder": (
        "PermissionError: [Errno 13] Permission denied: '/etc/x'",
        ("`/etc/x`",),
        "maintainers",
    ),
    "an image without a compiler": (
        "/lbuild/compilers/cc: 15: cc: not found",
        ("no C compiler",),
        "packages",
    ),
    "a full disk": ("OSError: [Errno 28] No space left on device", ("disk",), "TMPDIR"),
}


@pytest.mark.parametrize(("log", "told", "hint"), LOGS.values(), ids=LOGS)
def test_a_known_cause_is_named(log: str, told: tuple[str, ...], hint: str) -> None:
    """With what to do."""
    cause = cause_in(f"running build_ext\n{log}\nerror: command failed\n")

    assert cause is not None
    assert all(each in cause.what for each in told)
    assert hint in cause.hint


def test_an_unknown_cause_is_not_guessed() -> None:
    """The log's end has to do."""
    assert cause_in("a.c:1: error: expected expression\n") is None
