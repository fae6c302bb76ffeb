"""What Chalice itself says of a project: it is asked, in its own Python, for its rules are its own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builder.deployers.interpreters import ask, interpreter_of
from builder.errors import DeployerConfigurationError, UnknownResourceError
from builder.project.tables import nearest

CONFIGURATION = Path(".chalice/config.json")
DEFAULT_STAGE = "dev"
"""Chalice's own."""
_SCRIPT = """
import inspect, json, sys
question = json.loads(sys.argv[1])
from chalice import __version__
from chalice.cli.factory import CLIFactory
from chalice.deploy.packager import LayerDeploymentPackager
from chalice.utils import OSUtils, UI
config = CLIFactory(question["project"]).create_config_obj(chalice_stage_name=question["stage"])
architecture = getattr(config, "lambda_architecture", "x86_64")
known = inspect.signature(LayerDeploymentPackager.__init__).parameters
more = {"architecture": architecture} if "architecture" in known else {}
packager = LayerDeploymentPackager(OSUtils(), None, UI(), **more)
print(json.dumps({
    "version": __version__,
    "runtime": config.lambda_python_version,
    "architecture": architecture,
    "automatic_layer": bool(config.automatic_layer),
    "layer": packager.deployment_package_filename(question["project"], config.lambda_python_version),
}))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chalice:
    """A project as Chalice sees it, for one stage."""

    version: str
    """Chalice's own."""
    runtime: str
    architecture: str
    automatic_layer: bool
    layer: Path
    """Where Chalice looks for the layer before it makes one."""


def ask_chalice(project: Path, stage: str | None, program: Path | None) -> Chalice:
    """Raises DeployerConfigurationError, UnknownResourceError and NoDeployerError."""
    _check_stage(project, stage)
    question = {"project": str(project), "stage": stage or DEFAULT_STAGE}
    answer = ask("chalice", interpreter_of("chalice", program), _SCRIPT, question)
    return Chalice(
        version=answer["version"],
        runtime=answer["runtime"],
        architecture=answer["architecture"],
        automatic_layer=answer["automatic_layer"],
        layer=Path(answer["layer"]),
    )


def _check_stage(project: Path, stage: str | None) -> None:
    """Chalice takes a stage that is not there for one without settings; here it is a mistake."""
    stages = _configuration(project).get("stages", {})
    if stage is None or (stage == DEFAULT_STAGE and not stages):
        return
    if not isinstance(stages, dict) or stage not in stages:
        known = sorted(stages) if isinstance(stages, dict) else []
        raise UnknownResourceError(
            f"`{CONFIGURATION}` has no stage `{stage}`",
            evidence=[f"its stages: {', '.join(f'`{each}`' for each in known) or 'none'}"],
            hint=nearest(stage, known),
        )


def _configuration(project: Path) -> dict[str, Any]:
    path = project / CONFIGURATION
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DeployerConfigurationError(
            f"There is no Chalice project in `{project}`",
            evidence=[f"`{CONFIGURATION}` does not exist"],
            hint="Run it in the project's folder, or name that with `--project-dir`",
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise DeployerConfigurationError(f"`{path}` cannot be read", evidence=[str(error)]) from error
    if not isinstance(found, dict):
        raise DeployerConfigurationError(f"`{path}` is no JSON object")
    return found
