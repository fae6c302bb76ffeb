"""Where bundles run: the port behind which stand this machine and a container."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from builder.interpreter.values import Interpreter
    from builder.trial.beside.process import Listener
    from builder.trial.beside.watch import Invocation, Launch, Outcome, Reading
    from builder.trial.values import Tree


class Stage(Protocol):
    """A bundle, its layers and what the runtime brings, where a function finds them."""

    @property
    def tree(self) -> Tree:
        """As the function sees it."""
        ...

    @property
    def bootstrap(self) -> str:
        """Where the function's interpreter finds `beside/bootstrap.py`."""
        ...

    def start(self, launch: Launch, invocation: Invocation, hear: Listener) -> Outcome:
        """As `beside.watch.start`. Raises EnvironmentFault when the process cannot be started."""
        ...

    def read(self, launch: Launch, file: str, seconds: float, hear: Listener) -> Reading:
        """As `beside.watch.read`. Raises EnvironmentFault when the process cannot be started."""
        ...


class Place(Protocol):
    """A system with a Python of the runtime's version."""

    @property
    def interpreter(self) -> Interpreter: ...

    @property
    def image(self) -> str | None:
        """The name of the container image; None on this machine."""
        ...

    def compile(self, folder: Path) -> None:
        """The Python files below `folder`, on this machine, have bytecode for that Python beside them.

        It needs no look at the sources: they do not change, and their dates mean nothing. Raises
        EnvironmentFault.
        """
        ...

    def stage(self, tree: Tree, sdk_dir: str, packages: Path) -> AbstractContextManager[Stage]:
        """What is unpacked in `tree`, with `packages` at `sdk_dir`; gone after the block.

        Raises EnvironmentFault.
        """
        ...
