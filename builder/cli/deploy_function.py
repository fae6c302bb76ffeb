"""`lbuild deploy-function FILE`: functions on Lambda, with their layers, changed only where they differ."""

from pathlib import Path
from typing import Any

import click

from builder.cli.aws import AWS, AwsChoices, run_deployment
from builder.cli.options import FILE, TALK, TalkChoices, options
from builder.cli.sections import Sectioned
from manylinux.errors import UsageError

FUNCTION = (
    click.argument("file", type=FILE, metavar="BUNDLE|MANIFEST"),
    click.option(
        "--function",
        "names",
        multiple=True,
        metavar="NAME[=ON_LAMBDA]",
        help="The function that gets the zip; of a manifest's functions only these, by another name.",
    ),
    click.option("--handler", metavar="MODULE.FUNCTION", help="Of a zip's function.  [as it is]"),
    click.option("--runtime", metavar="NAME", help="Of a zip's function.  [as it is]"),
    click.option("--arch", metavar="NAME", help="Of a zip's function.  [as it is]"),
    click.option(
        "--layer",
        "layers",
        multiple=True,
        metavar="ARN",
        help="Layer versions of a zip's function, all in order  [as they are]; of a manifest's functions "
        "what they have besides. `{region}` in it stands for the region.",
    ),
    click.option("--create", is_flag=True, help="Make functions that are not there."),
    click.option("--role", metavar="ARN", help="The role of those."),
    click.option("--publish", is_flag=True, help="Publish a version of each function."),
    click.option("--alias", metavar="NAME", help="Point this alias to that version; implies --publish."),
)


@click.command(name="deploy-function", cls=Sectioned)
@options(FUNCTION, AWS, TALK)
def command(*, file: Path, names: tuple[str, ...], **keywords: Any) -> int:
    """Update functions: from a zip that any tool made, or from `lbuild build`'s lbuild-manifest.json.

    With a manifest, its layers are published first, and runtime, architecture, handler and layers are set as
    it says. What is there already is left alone; a run that failed midway can be run again.
    """
    from builder.deployers.aws.files import function_of, functions_of, is_manifest
    from builder.deployers.aws.values import FunctionWish, Terms
    from manylinux.architecture import Architecture
    from manylinux.runtimes import find_runtime

    talk, choices = TalkChoices.of(keywords), AwsChoices.of(keywords)
    if keywords["create"] != bool(keywords["role"]):
        raise UsageError("`--create` and `--role` go together", hint="Write `--create --role ARN`")
    runtime, arch = keywords["runtime"], keywords["arch"]
    handler, layers = keywords["handler"], keywords["layers"]
    if is_manifest(file):
        if runtime or arch or handler:
            raise UsageError(
                "`--handler`, `--runtime` and `--arch` are for a zip; a manifest says them itself"
            )
        deployment = functions_of(file, _renamed(names), choices.name_prefix, layers)
    elif len(names) != 1:
        raise UsageError("A zip is for one function", hint=f"`lbuild deploy-function {file} --function NAME`")
    else:
        deployment = function_of(
            file,
            lambda zip_: FunctionWish(
                name=choices.name_prefix + names[0],
                zip=zip_,
                runtime=None if runtime is None else find_runtime(runtime).id,
                architecture=None if arch is None else Architecture.parse(arch).value,
                handler=handler,
                layers=layers or None,
            ),
        )
    terms = Terms(
        bucket=choices.s3_bucket,
        prefix=choices.s3_prefix,
        create=keywords["create"],
        role=keywords["role"],
        publish=keywords["publish"],
        alias=keywords["alias"],
        dry_run=choices.dry_run,
    )
    return run_deployment(deployment, choices, terms, talk)


def _renamed(texts: tuple[str, ...]) -> dict[str, str | None]:
    """What is meant, with its other names on Lambda. Raises UsageError."""
    found: dict[str, str | None] = {}
    for text in texts:
        name, _, called = text.partition("=")
        if name in found:
            raise UsageError(f"`--function` names `{name}` twice", hint="Run it once for each name on Lambda")
        found[name] = called or None
    return found
