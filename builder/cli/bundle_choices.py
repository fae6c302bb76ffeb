"""The options that only building a bundle has."""

from dataclasses import dataclass
from pathlib import Path

from builder.cli.options import FromOptions

HOST, CONTAINER = "host", "container"
"""Where bytecode is made, beside the name of an image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleChoices(FromOptions):
    """The options of this command alone."""

    output: str | None = None
    layer: bool = False
    layer_path: str | None = None
    source: Path | None = None
    scripts: bool = False
    exclude: tuple[str, ...] = ()
    exclude_runtime_packages: bool = False
    no_limit: bool = False
    max_size: str | None = None
    fit: bool = False
    locked: Path | None = None
    slim: str | None = None
    keep: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    paranoid: bool = False
    bytecode: str = "none"
    optimize: str = "speed"
    compile_in: str = HOST
    allow: tuple[str, ...] = ()
    dry_run: bool = False
