"""The options that only building a bundle has."""

from dataclasses import dataclass
from pathlib import Path

from builder.cli.options import FromOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleChoices(FromOptions):
    """The options of this command alone."""

    output: str | None
    layer: bool
    layer_path: str | None
    source: Path | None
    scripts: bool
    exclude: tuple[str, ...]
    exclude_runtime_packages: bool
    no_limit: bool
    locked: Path | None
    dry_run: bool
