"""The options that only building a bundle has."""

from dataclasses import dataclass
from pathlib import Path

from builder.bytecode.mode import Mode
from builder.choices.wishes import FromOptions
from manylinux.errors import UsageError

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


def demand_compiler(choices: BundleChoices) -> None:
    """Raises UsageError for a `--compile-in` that names nothing, or is not to compile anything."""
    if not choices.compile_in.strip():
        raise UsageError(
            "`--compile-in` names nothing",
            hint=f"Write `{HOST}`, `{CONTAINER}` or the name of a container image",
        )
    if choices.compile_in != HOST and choices.bytecode == Mode.NONE:
        raise UsageError(
            "`--compile-in` is given with `--bytecode none`",
            hint="Leave one of them away: nothing is compiled",
        )
