"""Bundles run on this machine, below a folder that stands for `/`."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from builder.trial.beside import watch
from manylinux.errors import EnvironmentFault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from builder.interpreter.values import Interpreter
    from builder.trial.beside.process import Listener
    from builder.trial.values import Tree

_BOOTSTRAP = Path(watch.__file__).with_name("bootstrap.py")
COMPILE = ("-I", "-S", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash")
"""The words for an interpreter, before those of folders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnMachine:
    """This machine; see `Place`."""

    interpreter: Interpreter
    image: None = None

    def compile(self, folder: Path) -> None:
        done = subprocess.run(
            [self.interpreter.path, *COMPILE, folder],
            check=False, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", errors="replace",
        )  # fmt: skip
        if done.returncode:
            raise not_compiled(self.interpreter, done.stdout + done.stderr)

    @contextmanager
    def stage(self, tree: Tree, sdk_dir: str, packages: Path) -> Iterator[StageHere]:
        place = tree.at(sdk_dir)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(packages)
        for path in ("/var/runtime", "/tmp"):
            tree.at(path).mkdir(exist_ok=True)
        yield StageHere(tree=tree)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageHere:
    """A folder of this machine; see `Stage`."""

    tree: Tree
    bootstrap: str = str(_BOOTSTRAP)

    def start(self, launch: watch.Launch, invocation: watch.Invocation, hear: Listener) -> watch.Outcome:
        try:
            return watch.start(launch, invocation, hear)
        except OSError as error:
            raise _cannot_run(launch, error) from error

    def read(self, launch: watch.Launch, file: str, seconds: float, hear: Listener) -> watch.Reading:
        try:
            return watch.read(launch, file, seconds, hear)
        except OSError as error:
            raise _cannot_run(launch, error) from error


def not_compiled(interpreter: Interpreter, said: str) -> EnvironmentFault:
    """What the runtime brings could not be compiled, and why."""
    return EnvironmentFault(
        f"Python {interpreter.version} cannot compile what the runtime brings",
        evidence=said.splitlines()[-5:],
        hint="Look at what that Python lacks, or at the space in the cache",
    )


def _cannot_run(launch: watch.Launch, error: OSError) -> EnvironmentFault:
    return EnvironmentFault(
        f"`{launch.command[0]}` cannot be run",
        evidence=[error.strerror or str(error)],
        hint="Install it anew",
    )
