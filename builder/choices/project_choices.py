"""The options of commands that look at a whole project."""

from dataclasses import dataclass
from pathlib import Path

from builder.choices.wishes import FromOptions
from builder.model import Optimize


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectChoices(FromOptions):
    """The options of these commands alone."""

    names: tuple[str, ...] = ()
    output: Path | None = None
    layers: bool | None = None
    previous: Path | None = None
    bytecode: str | None = None
    optimize: str = Optimize.SPEED.value
    paranoid: bool = False
    allow: tuple[str, ...] = ()
    locked: bool = False
    upgrade: bool = False
    dry_run: bool = False
    project: Path | None = None
    """A file that describes the functions; `-`: standard input. None: the current folder does."""
