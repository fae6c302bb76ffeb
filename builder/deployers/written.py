"""Modules written into a user's project, which run in the deployer's process and call the `lbuild` command.

They import the standard library and the deployer alone. So a module of the user's called `builder` never
meets ours: lbuild runs in a process and an environment of its own.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from builder.errors import DeployerConfigurationError
from builder.link.output import check_file_output, replacing_file

if TYPE_CHECKING:
    from pathlib import Path

_MARK = b"Written by `lbuild "
"""In the first line of each."""


def write_module(template: Path, goal: Path) -> bool:
    """Whether `goal` changed: it is now as `template`. Raises DeployerConfigurationError.

    A file there that lbuild did not write stays. OutputError for what is there and no file.
    """
    content = template.read_bytes()
    check_file_output(goal)
    try:
        there = goal.read_bytes() if os.path.exists(goal) else None
    except OSError as error:
        evidence = [error.strerror or str(error)]
        raise DeployerConfigurationError(f"`{goal}` cannot be read", evidence=evidence) from error
    if there == content:
        return False
    if there is not None and _MARK not in there.partition(b"\n")[0]:
        raise DeployerConfigurationError(
            f"`{goal.name}` is there, and lbuild did not write it",
            hint="Rename it, or remove it; then run this again",
        )
    with replacing_file(goal, len(content)) as file:
        file.write(content)
    return True
