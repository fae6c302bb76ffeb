"""The options of `lbuild try`, checked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from builder.choices.wishes import FromOptions
from builder.errors import InputNotFoundError
from manylinux.errors import EnvironmentFault, UsageError

LARGEST_EVENT = 6 * 1024 * 1024
"""Bytes that Lambda takes with a call that waits for the result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TryChoices(FromOptions):
    """The options of this command alone."""

    bundles: tuple[Path, ...]
    handler: str | None
    event: Path | None
    layers: tuple[Path, ...]
    imports: bool
    repeat: int
    timeout: float | None
    variables: tuple[str, ...]
    runtime: str | None
    in_container: bool
    image: str | None


def demand_sense(choices: TryChoices) -> None:
    """Raises UsageError for options that leave nothing to do, or contradict each other."""
    if not choices.bundles:
        raise UsageError("There is no bundle", hint="Name one: `lbuild try bundle.zip --handler app.handler`")
    if choices.image is not None and not choices.in_container:
        raise UsageError("`--image` is for containers", hint="Add `--in-container`")
    if choices.imports and (choices.handler or choices.event or choices.repeat > 1):
        raise UsageError(
            "`--imports` calls no handler",
            hint="Leave `--handler`, `--event` and `--repeat` away, or `--imports`",
        )
    if not choices.imports and not choices.handler:
        raise UsageError(
            "There is no handler", hint="Name one with `--handler app.handler`, or look only at `--imports`"
        )


def read_event(path: Path | None) -> bytes:
    """The event's bytes as given. Raises UsageError when they are no JSON, or more than Lambda takes."""
    if path is None:
        return b"{}"
    try:
        with path.open("rb") as file:
            event = file.read(LARGEST_EVENT + 1)
        if len(event) > LARGEST_EVENT:
            raise UsageError(
                f"`{path}` is too large for an event", evidence=[f"Lambda takes {LARGEST_EVENT:,} bytes"]
            )
        json.loads(event)
    except FileNotFoundError as error:
        raise InputNotFoundError(f"There is no file `{path}`", hint="Name a file with JSON") from error
    except OSError as error:
        raise EnvironmentFault(
            f"`{path}` cannot be read",
            evidence=[error.strerror or str(error)],
            hint="Name a file you may read",
        ) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"`{path}` is no JSON", evidence=[str(error)], hint="An event is one JSON document"
        ) from error
    return event


def chosen_variables(texts: tuple[str, ...], environ: Mapping[str, str]) -> dict[str, str]:
    """`NAME=VALUE`, or `NAME` alone for what this shell has. Raises UsageError for anything else."""
    variables = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if not name or "\0" in text:
            raise UsageError(f"`--env {text}` names no variable", hint="Write NAME=VALUE, or NAME")
        if not separator and name not in environ:
            raise UsageError(f"`--env {name}`: this shell has no such variable", hint=f"Write {name}=VALUE")
        variables[name] = value if separator else environ[name]
    return variables
