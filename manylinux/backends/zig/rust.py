"""Whether there is a Rust toolchain here that compiles for a target, and what it is told.

zig's compiler links what it makes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from manylinux.target import Target

_PATIENCE = 20.0
"""Seconds."""


def missing(target: Target, path: str) -> str | None:
    """What keeps Rust from being compiled for the target here, and how to get it; None when nothing does."""
    if shutil.which("cargo", path=path) is None:
        return "needs a Rust toolchain, and there is no `cargo` on the PATH: install one with `rustup`"
    triple = f"{target.architecture.machine}-unknown-linux-gnu"
    folder = _standard_library(triple, path)
    if folder is None or not os.path.isdir(folder):
        return f"needs Rust's standard library for {triple}: `rustup target add {triple}`"
    return None


@cache
def _standard_library(triple: str, path: str) -> str | None:
    program = shutil.which("rustc", path=path)
    if program is None:
        return None
    try:
        done = subprocess.run(
            (program, "--print", "target-libdir", "--target", triple),
            check=False, capture_output=True, encoding="utf-8", stdin=subprocess.DEVNULL, timeout=_PATIENCE,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def environment(target: Target, here: str, programs: Path) -> dict[str, str]:
    """What cargo, maturin and pyo3 are told; `here`: this machine, `programs`: where its compilers are.

    What a crate builds to run it while it builds (`build.rs`) is for this machine, whatever the target.
    """
    machine = target.architecture.machine
    crossing = {
        _linker_of(here): str(programs / "here-cc"),
        "HOST_CC": str(programs / "here-cc"),
        "HOST_CXX": str(programs / "here-c++"),
        "HOST_AR": str(programs / "here-ar"),
    }
    return {
        **(crossing if here != machine else {}),
        _linker_of(machine): str(programs / "cc"),
        "CARGO_BUILD_TARGET": f"{machine}-unknown-linux-gnu",
        "CARGO_NET_OFFLINE": "true",
        "RUSTC_WRAPPER": str(programs / "rustc-wrapper"),
        "MATURIN_PEP517_ARGS": f"-i python{target.runtime.python} --compatibility off",
        "PYO3_CROSS_PYTHON_VERSION": target.runtime.python,
    }


def _linker_of(machine: str) -> str:
    """The variable that tells cargo what links for a machine."""
    return f"CARGO_TARGET_{machine.upper()}_UNKNOWN_LINUX_GNU_LINKER"
