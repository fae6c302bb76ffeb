"""A recipe of `sam build`: one function or layer of a template, written to where SAM wants it."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from builder.deployers.sam.template import Overrides, read_resource
from builder.disk import from_here
from builder.errors import DeployerConfigurationError, InputNotFoundError
from builder.project.beginning.documents import read_document
from builder.project.beginning.sam import NAMES
from builder.project.beginning.values import requirements_in
from manylinux.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from builder.choices.bundle_choices import BundleChoices
    from builder.choices.wishes import Wishes
    from builder.composing.talk import Talk
    from builder.deployers.sam.template import Resource
    from builder.report.values import Report

BUILT = ".aws-sam"
"""SAM's folder for what it builds, in the folder where `sam` was called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What the line of the Makefile says."""

    name: str
    """The logical ID."""
    artifacts: Path | None
    """`ARTIFACTS_DIR`."""
    template: Path | None = None


def build_recipe(recipe: Recipe, wishes: Wishes, bundle: BundleChoices, talk: Talk) -> Report:
    """Build the resource; the report. What is not said in `wishes` and `bundle` is read from the template.

    Requirements and source are taken from the folder that the template names, not from SAM's copy of it, so
    that what they point to beside it (`-e ../common`) is there.
    """
    from builder.composing.compose import run_bundle

    if recipe.artifacts is None:
        raise UsageError(
            "There is no folder to write to",
            evidence=["`ARTIFACTS_DIR` is not set, as `sam build` sets it for its recipes"],
            hint="Run it by `sam build`, or name a folder with `--artifacts`",
        )
    template = find_template(recipe)
    try:
        document = read_document(template)
    except UsageError as error:
        raise DeployerConfigurationError(
            f"The template `{template}` cannot be read", evidence=error.evidence or [error.summary]
        ) from error
    overrides = Overrides(runtime=wishes.target.runtime, architecture=wishes.target.arch)
    resource = read_resource(document, recipe.name, file=template.name, overrides=overrides)
    for note in resource.notes:
        talk.note(note)
    folder = _content(resource, template)
    words = _requirements(resource, folder, wishes)
    chosen = replace(
        wishes,
        inputs=replace(wishes.inputs, words=words),
        target=replace(wishes.target, runtime=resource.runtime, arch=resource.architecture.value),
    )
    source = bundle.source if bundle.source or resource.layer else folder
    asked = replace(bundle, output=f"{recipe.artifacts}{os.sep}", layer=resource.layer, source=source)
    return run_bundle(chosen, asked, talk)


def find_template(recipe: Recipe) -> Path:
    """The template: the one that was named, or the one where `sam build` was called.

    `sam build` runs recipes in a copy of the function's folder, so a relative name counts from where it was
    called too: the folder above `.aws-sam` of `ARTIFACTS_DIR`. Raises InputNotFoundError.
    """
    above = [] if recipe.artifacts is None else _called_in(recipe.artifacts)
    places = [*above, from_here()]
    names = NAMES if recipe.template is None else (str(recipe.template),)
    for place in places:
        for name in names:
            if os.path.isfile(place / name):
                return place / name
    written = names[0] if recipe.template is None else recipe.template
    raise InputNotFoundError(
        f"There is no template `{written}`",
        evidence=[f"looked in `{place}`" for place in dict.fromkeys(places)],
        hint="Name it with `--template`; in a Makefile, `$(dir $(firstword $(MAKEFILE_LIST)))` is its folder",
    )


def _called_in(artifacts: Path) -> list[Path]:
    """Where `sam build` was called, as far as its folder for artefacts tells."""
    full = from_here(os.path.normpath(artifacts))
    return [each.parent for each in full.parents if each.name == BUILT]


def _content(resource: Resource, template: Path) -> Path:
    folder = template.parent / resource.content
    if not os.path.isdir(folder):
        raise InputNotFoundError(
            f"The folder `{resource.content}` of `{resource.name}` does not exist",
            evidence=[f"looked for `{folder}`, named in `{template.name}`"],
            hint="Mend the template; its folders count from where it lies",
        )
    return folder


def _requirements(resource: Resource, folder: Path, wishes: Wishes) -> tuple[str, ...]:
    """What was named, or what lies in the folder. A function may have none, a layer may not."""
    if wishes.inputs.words or wishes.inputs.requirement_files:
        return wishes.inputs.words
    found = requirements_in(folder, folder)
    if found is not None:
        return (str(folder / found),)
    if resource.layer:
        raise InputNotFoundError(
            f"There are no requirements for the layer `{resource.name}`",
            evidence=[f"neither requirements.txt nor pyproject.toml lies in `{resource.content}`"],
            hint="Name them in the recipe: `lbuild sam NAME requirements-layer.txt`",
        )
    return ()
