"""`--help` of every command: each option once, under a heading, with its default in brackets."""

import re
from collections.abc import Iterator
from typing import Any

import click
import pytest

from builder.cli.command import cli
from factories.commands import Room

SETTINGS: dict[str, Any] = dict(cli.context_settings)


def commands(group: click.Group = cli, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """All commands that are no groups, by what is typed."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


@pytest.mark.parametrize(("typed", "command"), list(commands()), ids=[name for name, _ in commands()])
def test_every_option_is_told_once_with_words(typed: str, command: click.Command) -> None:
    """And in one form: a default in brackets, never click's `default: x` or the name of a Python type."""
    context = click.Context(command, info_name=f"lbuild {typed}", **SETTINGS)
    told = command.get_help(context)
    options = [each for each in command.get_params(context) if isinstance(each, click.Option)]

    for option in options:
        if not option.hidden:
            name = max(option.opts, key=len)
            assert len(re.findall(rf"^  (-\w, )?{name}\b(?![-\w])", told, re.MULTILINE)) == 1, name
            assert option.help, name
    assert "default: " not in told
    assert not re.search(r"\b(TEXT|INTEGER|FLOAT|PATH) RANGE\b", told)


def test_shared_options_stand_under_headings() -> None:
    """Those of a bundle are many: what to look for has a place."""
    bundle = dict(commands())["bundle"]
    told = bundle.get_help(click.Context(bundle, info_name="lbuild bundle", **SETTINGS))
    headings = re.findall(r"^(\w+):", told, re.MULTILINE)

    assert headings == [
        *("Usage", "Output", "Content", "Requirements", "Target", "Versions", "Indexes", "Cache", "Messages")
    ]


def test_help_of_all_has_both_names_of_help_and_the_version(room: Room) -> None:
    """In a process of its own, as click keeps the option for help that it makes first."""
    told = room.process("--help", index=False, cache=False).stdout

    assert "-h, --help" in told
    assert "--version" in told
