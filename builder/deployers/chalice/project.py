"""A Chalice project gets lbuild's layer where Chalice would look for its own, or lbuild's files in `vendor/`.

Chalice has no hook for packaging. But before it makes its layer (`automatic_layer`) it looks whether one for
the same requirements.txt and `vendor/` is kept in `.chalice/deployments/` (chalice/deploy/packager.py), and
what lies in `vendor/` is put beside the app, or into the layer. Either is one rename, and no
project is half changed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from builder.deployers.chalice.asking import CONFIGURATION, Chalice, ask_chalice
from builder.errors import DeployerConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

    from builder.choices.bundle_choices import BundleChoices
    from builder.choices.wishes import Wishes
    from builder.composing.talk import Talk
    from builder.report.values import Report

REQUIREMENTS = "requirements.txt"
VENDOR = "vendor"
OWN = "chalice"
"""Chalice puts itself beside the app, and leaves it out of what it installs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChaliceJob:
    """What is to be done with a project."""

    project: Path
    stage: str | None
    program: Path | None
    """The `chalice` whose Python is asked; None: the one on PATH."""
    vendor: bool
    """Fill `vendor/`, instead of the layer."""


def build_for_chalice(job: ChaliceJob, wishes: Wishes, bundle: BundleChoices, talk: Talk) -> Report:
    """Build what the next `chalice package` or `chalice deploy` takes; the report."""
    chalice = ask_chalice(job.project, job.stage, job.program)
    named = bool(wishes.inputs.words or wishes.inputs.requirement_files)
    if job.vendor:
        _demand_empty_requirements(job.project, named)
        asked = replace(bundle, output=f"{job.project / VENDOR}{os.sep}")
    else:
        _demand_layer(chalice)
        vendored = job.project / VENDOR
        asked = replace(
            bundle,
            output=str(chalice.layer),
            layer=True,
            layer_path=bundle.layer_path or "site-packages",
            source=vendored if has_files(vendored) else None,
        )
    words = wishes.inputs.words if named else _requirements(job.project)
    chosen = replace(
        wishes,
        inputs=replace(wishes.inputs, words=words),
        target=replace(wishes.target, runtime=chalice.runtime, arch=chalice.architecture),
    )
    if not words and not named and asked.source is None:
        raise DeployerConfigurationError(
            f"There is nothing for a layer in `{job.project}`",
            evidence=[f"`{REQUIREMENTS}` names nothing, and `{VENDOR}/` holds nothing"],
            hint=f"Take `automatic_layer` out of `{CONFIGURATION}`, or name requirements",
        )
    return _build(chosen, asked, talk)


def _build(wishes: Wishes, bundle: BundleChoices, talk: Talk) -> Report:
    """The bundle without Chalice itself, whoever asks for it."""
    from builder.composing.compose import run_bundle
    from builder.composing.talk import Quiet

    if wishes.inputs.words or wishes.inputs.requirement_files:
        looked = run_bundle(wishes, replace(bundle, output=None, dry_run=True), Quiet())
        if any(pin.name == OWN for pin in looked.resolution.pins) and OWN not in bundle.exclude:
            talk.note(
                f"`{OWN}` stays out: Chalice puts itself beside the app. Without it among the requirements "
                "what only it needs stays out too"
            )
            bundle = replace(bundle, exclude=(*bundle.exclude, OWN))
    return run_bundle(wishes, bundle, talk)


def _demand_layer(chalice: Chalice) -> None:
    if not chalice.automatic_layer:
        raise DeployerConfigurationError(
            "This stage has no layer of Chalice's",
            evidence=[f"`automatic_layer` is not set in `{CONFIGURATION}`"],
            hint='Write `"automatic_layer": true` there, or fill `vendor/` with `--vendor`',
        )


def _demand_empty_requirements(project: Path, named: bool) -> None:
    """Chalice installs what requirements.txt names, beside what lies in `vendor/` or over it."""
    wanted = _wanted(project / REQUIREMENTS)
    move = "git mv requirements.txt requirements-lambda.txt; touch requirements.txt"
    if wanted:
        raise DeployerConfigurationError(
            f"`{REQUIREMENTS}` must be empty where `{VENDOR}/` has all there is",
            evidence=[f"it has: {line}" for line in wanted[:3]],
            hint=f"Keep the requirements in another file: `{move}`, then "
            "`lbuild chalice --vendor requirements-lambda.txt`",
        )
    if not named:
        raise DeployerConfigurationError(
            f"`--vendor` is given without requirements, and `{REQUIREMENTS}` has to be empty",
            hint="Name them: `lbuild chalice --vendor requirements-lambda.txt`",
        )


def _requirements(project: Path) -> tuple[str, ...]:
    path = project / REQUIREMENTS
    return (str(path),) if _wanted(path) else ()


def _wanted(path: Path) -> list[str]:
    """Lines of a requirements file that say something."""
    try:
        lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        evidence = [error.strerror or str(error)]
        raise DeployerConfigurationError(f"`{path}` cannot be read", evidence=evidence) from error
    return [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]


def has_files(folder: Path) -> bool:
    """A link to a folder counts as a file: where it leads is looked at when the source is read."""
    return any(
        files or any(os.path.islink(os.path.join(place, name)) for name in folders)
        for place, folders, files in os.walk(folder)
    )
