"""Real interpreters of this machine, asked once for all tests."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from builder.bytecode.interpreter import unfit
from builder.interpreter.finding import search
from builder.interpreter.values import Interpreter

MINORS = ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14")


def interpreter_of(python: str) -> Interpreter:
    """One of this minor version; the test is skipped where there is none."""
    found = _found(python)
    if found is None:
        pytest.skip(f"there is no Python {python} here")
    return found


def own_interpreter() -> Interpreter:
    """The Python that runs the tests."""
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    found = search(python, {"PATH": "/nowhere"}, lambda interpreter: "").found
    assert found is not None
    return found


def run(interpreter: Interpreter, program: str, *words: str) -> str:
    """What the interpreter prints when it runs `program`, without this machine's packages."""
    command = [os.fspath(interpreter.path), "-I", "-S", "-B", "-c", program, *words]
    done = subprocess.run(command, capture_output=True, check=True, encoding="utf-8", timeout=60)
    return done.stdout.strip()


def shell_script(path: Path, text: str) -> Path:
    """A program that is a shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@cache
def _found(python: str) -> Interpreter | None:
    return search(python, os.environ, unfit).found
