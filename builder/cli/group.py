"""Command groups that import only what runs. `lbuild WORDS...` is `lbuild bundle WORDS...`."""

from collections.abc import Mapping
from importlib import import_module

import click

DEFAULT = "bundle"


class LazyGroup(click.Group):
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
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, "REQUIREMENTS... -o OUTPUT [OPTIONS]")
        formatter.write_usage(ctx.command_path, "COMMAND [OPTIONS] ...")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        default = self.get_command(ctx, DEFAULT)
        assert default is not None
        with click.Context(default, info_name=ctx.command_path) as inner:
            default.format_options(inner, formatter)
        self.format_commands(ctx, formatter)
