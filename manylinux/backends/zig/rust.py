"""Whether there is a Rust toolchain here that compiles for a target; zig's compiler links what it makes."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
