"""A Pulumi project gets the module that its program imports."""

from __future__ import annotations

import os
from pathlib import Path

from builder.deployers.written import write_module
from builder.errors import ConfigurationError, DeployerConfigurationError
from builder.project.beginning.documents import inner, read_document, text

MODULE = "lbuild_pulumi.py"
TEMPLATE = Path(__file__).with_name(MODULE)
NAMES = ("Pulumi.yaml", "Pulumi.yml", "Pulumi.json")


def write_helper(project: Path) -> bool:
    """Whether the module was written. Raises DeployerConfigurationError.

    It lies where the program does: `main` of the project's file, else beside that.
    """
    path = next((project / name for name in NAMES if os.path.isfile(project / name)), None)
    if path is None:
        raise DeployerConfigurationError(
            f"There is no Pulumi project in `{project}`",
            evidence=[f"looked for {', '.join(f'`{name}`' for name in NAMES)}"],
            hint="Run it in the project's folder",
        )
    try:
        document = read_document(path)
    except ConfigurationError as error:
        raise DeployerConfigurationError(
            f"`{path.name}` cannot be read", evidence=error.evidence or [error.summary]
        ) from error
    runtime = text(document.get("runtime")) or text(inner(document, "runtime").get("name"))
    if runtime != "python":
        raise DeployerConfigurationError(
            f"The program of `{path.name}` is not in Python",
            evidence=[f"its `runtime` is `{runtime}`" if runtime else "it names no `runtime`"],
            hint="Build with `lbuild ... -o app.zip` before Pulumi, and give the program a FileArchive",
        )
    folder = project / (text(document.get("main")) or ".")
    if not os.path.isdir(folder):
        raise DeployerConfigurationError(
            f"`main` of `{path.name}` is no folder", evidence=[f"looked for `{folder}`"]
        )
    return write_module(TEMPLATE, folder / MODULE)
