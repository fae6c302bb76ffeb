"""One run: its tools made and put away."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from builder.cli.asking_pip import asked_pip
from builder.cli.cache_folder import opened_store
from builder.cli.wiring import Wiring
from builder.ports import Progress, Silent
from manylinux.errors import EnvironmentFault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from builder.cli.bundle_choices import BundleChoices
    from builder.cli.options import Wishes
    from builder.cli.terminal import Terminal
    from manylinux.target import Target


@contextmanager
def wired(
    wishes: Wishes,
    target: Target,
    terminal: Terminal,
    output: Path | None,
    locked: Path | None = None,
    allow: frozenset[str] = frozenset(),
    bundle: BundleChoices | None = None,
) -> Iterator[Wiring]:
    """The tools of one run, put away at its end."""
    _demand_current_folder()
    with opened_store(wishes.cache) as store, shown_progress(terminal) as progress:
        pip = asked_pip(store, terminal)
        tools = Wiring(wishes, target, store, progress, terminal, pip, output, locked, allow, bundle)
        try:
            yield tools
        finally:
            tools.close()


@contextmanager
def shown_progress(terminal: Terminal) -> Iterator[Progress]:
    """Bars on a terminal, silence elsewhere."""
    if not terminal.interactive or terminal.verbosity < 0:
        yield Silent()
        return
    from builder.cli.progress import Bars

    with Bars() as bars:
        yield bars


def _demand_current_folder() -> None:
    """Raises EnvironmentFault when the current folder is gone; every relative path begins there."""
    try:
        os.getcwd()
    except OSError as error:
        raise EnvironmentFault(
            "The current folder cannot be found",
            evidence=[error.strerror or str(error)],
            hint="Change to a folder that exists",
        ) from error
