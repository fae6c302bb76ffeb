"""`lbuild publish-layer FILE...`: layers on Lambda, each content once."""

from pathlib import Path
from typing import Any

import click

from builder.cli.aws import AWS, AwsChoices, run_deployment
from builder.cli.options import FILE, TALK, TalkChoices, options
from builder.cli.sections import Sectioned
from manylinux.errors import UsageError

LAYER = (
    click.argument("files", nargs=-1, required=True, type=FILE, metavar="ZIP|MANIFEST..."),
    click.option(
        "--name",
        "names",
        multiple=True,
        metavar="NAME",
        help="What the zip is to be called; of a manifest's layers, only those of these names.",
    ),
    click.option(
        "--runtime", "runtimes", multiple=True, metavar="NAME", help="What a zip is compatible with."
    ),
    click.option(
        "--arch", "architectures", multiple=True, metavar="NAME", help="What a zip is compatible with."
    ),
    click.option("--description", default="", metavar="TEXT", help="Of new versions.  [lbuild]"),
)


@click.command(name="publish-layer", cls=Sectioned)
@options(LAYER, AWS, TALK)
def command(
    *,
    files: tuple[Path, ...],
    names: tuple[str, ...],
    runtimes: tuple[str, ...],
    architectures: tuple[str, ...],
    description: str,
    **keywords: Any,
) -> int:
    """Publish layers: a zip that any tool made, or all layers of `lbuild build`'s lbuild-manifest.json.

    A version with the same CodeSha256 that is compatible with the same runtimes and architectures is used
    again. Lambda's CodeSha256 is compared with the file's.
    """
    from builder.deployers.aws.files import is_manifest, layer_of, layers_of
    from builder.deployers.aws.values import Deployment, Terms
    from manylinux.architecture import Architecture
    from manylinux.runtimes import find_runtime

    talk, choices = TalkChoices.of(keywords), AwsChoices.of(keywords)
    manifests = [file for file in files if is_manifest(file)]
    zips = [file for file in files if file not in manifests]
    if zips and (len(zips) != 1 or manifests or len(names) != 1):
        raise UsageError(
            "A zip is published alone, under a name",
            hint=f"`lbuild publish-layer {zips[0]} --name NAME`; a manifest names its layers itself",
        )
    if manifests and (runtimes or architectures):
        raise UsageError("`--runtime` and `--arch` are for a zip; a manifest says them of each layer")
    runtimes = tuple(find_runtime(name).id for name in runtimes)
    architectures = tuple(Architecture.parse(name).value for name in architectures)
    layers = [layer for file in manifests for layer in layers_of(file, names, choices.name_prefix)]
    layers += [layer_of(file, choices.name_prefix + names[0], runtimes, architectures) for file in zips]
    terms = Terms(
        bucket=choices.s3_bucket, prefix=choices.s3_prefix, description=description, dry_run=choices.dry_run
    )
    return run_deployment(Deployment(layers=tuple(layers)), choices, terms, talk)
