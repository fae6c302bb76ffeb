"""Every outcome of a command line turned into words on stderr and an exit status.

`run` raises; `outcome` is the shell around it and the only place that catches everything.
"""

import errno
import signal
from collections.abc import Sequence

import click

from builder.cli.group import BundlingGroup
from builder.cli.signals import Terminated
from builder.cli.streams import last_words
from manylinux.errors import EnvironmentFault, ExitStatus, LbuildError, UsageError
from manylinux.near_names import did_you_mean

COMMANDS = {
    "bundle": ("builder.cli.bundle", "Build a bundle; what lbuild does when no command is named"),
    "init": ("builder.cli.init", "Begin a project of functions: write a first lbuild.toml"),
    "build": ("builder.cli.build", "Build a project's functions, and the layers they share"),
    "layers": ("builder.cli.layers", "Show which layers a project's functions would share, and why"),
    "lock": ("builder.cli.lock", "Write the resolution as a lock file (PEP 751)"),
    "why": ("builder.cli.why", "Tell why a project has its version, and not a newer one"),
    "try": ("builder.cli.try_", "Run a bundle here as Lambda would"),
    "inspect": ("builder.cli.inspect", "Tell what is in a bundle, whoever made it, and whether it loads"),
    "size": ("builder.cli.size", "Show where the bytes of a bundle are, and what was left out of it"),
    "diff": ("builder.cli.diff", "Show what changed between two bundles"),
    "index": ("builder.cli.index.group", "Keep an index of wheels: add, list, check and publish them"),
    "sam": ("builder.cli.sam", "Build a function or layer of a SAM template, as a recipe of `sam build`"),
    "chalice": ("builder.cli.chalice", "Build what `chalice package` and `chalice deploy` take"),
    "zappa": ("builder.cli.zappa", "Make the archive that Zappa packaged anew"),
    "pulumi": ("builder.cli.pulumi", "Write the module with which a Pulumi program gets its bundles"),
    "terraform": ("builder.cli.terraform", "Answer Terraform's `external` data source"),
    "runtimes": ("builder.cli.runtimes", "List the Lambda runtimes lbuild builds for"),
    "publish-layer": ("builder.cli.publish_layer", "Publish layers on AWS Lambda, each content once"),
    "deploy-function": (
        "builder.cli.deploy_function",
        "Update functions on AWS Lambda, and the layers they need",
    ),
    "cache": ("builder.cli.cache", "Show, check, prune or clean the cache"),
}
SIGPIPE = 13
"""Windows does not name it."""
_OF_THE_MACHINE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE})
"""A disk that is full or broken, too many open files: no bug, wherever it is met."""


@click.command(
    cls=BundlingGroup,
    modules=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(package_name="lambda-lbuild", prog_name="lbuild")
def cli() -> None:
    """Python requirements in, a bundle that loads on AWS Lambda out.

    REQUIREMENTS are requirements files, pyproject.toml, locks (pylock.toml, uv.lock, poetry.lock,
    Pipfile.lock), scripts with metadata (PEP 723), wheels, sdists, folders, URLs or requirements such as
    'scipy<2'.
    """


def run(arguments: Sequence[str]) -> int:
    """Run one command; its exit status. Raises what goes wrong."""
    status = cli.main(args=list(arguments), prog_name="lbuild", standalone_mode=False)
    return status if isinstance(status, int) else int(ExitStatus.OK)


def outcome(arguments: Sequence[str]) -> int:
    """Run one command; its exit status, what went wrong told on stderr."""
    try:
        return run(arguments)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return int(ExitStatus.USAGE)
    except click.ClickException as error:
        return _explain(_in_own_words(error), arguments)
    except LbuildError as error:
        return _explain(error, arguments)
    except (KeyboardInterrupt, click.Abort):
        last_words("interrupted")
        return 128 + signal.SIGINT
    except Terminated:
        last_words("terminated")
        return 128 + signal.SIGTERM
    except SystemExit as leaving:
        # click's own: 0 after a shell's completion, 1 when whoever read the output has gone.
        return 128 + SIGPIPE if leaving.code else int(ExitStatus.OK)
    except Exception as error:  # noqa: BLE001  # the outermost shell: a bug must name itself and exit 70
        if isinstance(error, OSError) and error.errno in _OF_THE_MACHINE:
            lack = EnvironmentFault("This machine lacks what is needed", evidence=[str(error)])
            return _explain(lack, arguments)
        return _confess(error)


def _explain(error: LbuildError, arguments: Sequence[str]) -> int:
    from builder.cli.terminal import show_error

    return show_error(error, as_json="--json" in arguments)


def _in_own_words(error: click.ClickException) -> UsageError:
    """What click says of a command line, told as every other error is."""
    import re

    command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "lbuild"
    hint = f"`{command} --help` lists the options"
    if isinstance(error, click.NoSuchOption):
        hint = did_you_mean(error.option_name, _options_of(error.ctx)) or hint
        return UsageError(f"There is no option `{error.option_name}`", hint=hint)
    if isinstance(error, click.MissingParameter) and error.ctx is not None:
        hint = _what_is_missing(error.ctx, error.param) or hint
    said = re.sub(r"'([^']*)'", r"`\1`", error.format_message().strip())
    summary, *evidence = said.removesuffix(".").splitlines() or ["The command line is not understood"]
    return UsageError(summary, evidence=map(str.strip, evidence), hint=hint)


def _what_is_missing(context: click.Context, parameter: click.Parameter | None) -> str | None:
    """How a command wants to be called, or what an option that it demands is for."""
    if isinstance(parameter, click.Option):
        return f"`{max(parameter.opts, key=len)} {parameter.metavar}`: {parameter.help}"
    usage = " ".join(context.command.collect_usage_pieces(context))
    return f"Write `{context.command_path} {usage}`"


def _options_of(context: click.Context | None) -> list[str]:
    """The long names of a command's options."""
    parameters = context.command.get_params(context) if context is not None else ()
    return [
        name
        for each in parameters
        for name in (*each.opts, *each.secondary_opts)
        if name.startswith("--") and not getattr(each, "hidden", False)
    ]


def _confess(error: Exception) -> int:
    import traceback

    last_words("".join(traceback.format_exception(error)))
    last_words("This is a bug in lbuild: please report it with the lines above and the command")
    return int(ExitStatus.BUG)
