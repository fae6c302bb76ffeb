"""Options that commands of `lbuild index` share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

INDEX: Callable[[Any], Any] = click.option(
    "--index",
    "root",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="The index's folder.",
)
