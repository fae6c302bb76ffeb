"""Command groups that import only what runs. `lbuild WORDS...` is `lbuild bundle WORDS...`."""

import re
from collections.abc import Mapping
from importlib import import_module

import click

from manylinux.errors import UsageError
from manylinux.near_names import did_you_mean, near_names

DEFAULT = "bundle"
_MAKES_A_BUNDLE = re.compile(r"-[a-z]*[oh]|--(o|dry|help)")
"""How options begin that name an output (`-qo` too), do without one, or ask for help."""


class CommandGroup(click.Group):
    """Commands of which an unknown one is told as every other error is, with the nearest."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if not ctx.resilient_parsing and not name.startswith("-") and self.get_command(ctx, name) is None:
            known = self.list_commands(ctx)
            hint = did_you_mean(name, known) or f"There are {', '.join(f'`{each}`' for each in known)}"
            raise UsageError(f"`{ctx.command_path}` has no command `{name}`", hint=hint)
        return super().resolve_command(ctx, args)


class LazyGroup(CommandGroup):
    """Commands named by module, imported when used."""

    def __init__(self, *, modules: Mapping[str, tuple[str, str]], **attributes: object) -> None:
        super().__init__(**attributes)  # type: ignore[arg-type]  # click types every keyword by itself
        self.modules = modules
        """Command name to (module, one line of help); the command is the module's `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.modules:
            return None
        command = import_module(self.modules[cmd_name][0]).command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in self.modules.items()])


class BundlingGroup(LazyGroup):
    """A first word that is no command is the default one's."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {name for parameter in self.get_params(ctx) for name in parameter.opts}
        if args and args[0] not in self.modules and args[0] not in own:
            self._demand_no_slip(args)
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)

    def _demand_no_slip(self, args: list[str]) -> None:
        """Raises UsageError when the words make no bundle, and the first is nearly a command."""
        if not any(_MAKES_A_BUNDLE.match(word) for word in args):
            near = near_names(args[0], self.modules)
            if near:
                raise UsageError(
                    f"There is no command `{args[0]}`, and no output for a bundle of it",
                    hint=f"Did you mean {' or '.join(f'`lbuild {name}`' for name in near)}? "
                    "A bundle needs an output such as `-o bundle.zip`, or `--dry-run`",
                )

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, "REQUIREMENTS... -o OUTPUT [OPTIONS]")
        formatter.write_usage(ctx.command_path, "COMMAND [OPTIONS] ...")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        default = self.get_command(ctx, DEFAULT)
        assert default is not None
        with click.Context(
            default, info_name=ctx.command_path, help_option_names=ctx.help_option_names
        ) as inner:
            default.format_options(inner, formatter)
        version = [row for each in self.params if (row := each.get_help_record(ctx)) is not None]
        with formatter.section("Also"):
            formatter.write_dl(version)
        self.format_commands(ctx, formatter)
