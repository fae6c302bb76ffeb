"""The commands that the Makefile and the README show are commands that lbuild understands."""

import re
import shlex
from pathlib import Path

import click
import pytest

from builder.cli.command import cli
from builder.cli.group import DEFAULT

ROOT = Path(__file__).parents[2]


def commands_of(path: Path) -> list[str]:
    """Every `lbuild ...` line of a file, with Make's variables filled in and comments cut."""
    text = path.read_text(encoding="utf-8")
    values = dict(re.findall(r"^(\w+) [?:]?= *(.*)$", text, re.MULTILINE))
    found = re.findall(r"^\s*(?:\$\(BIN\)/)?lbuild (.*)$", text, re.MULTILINE)
    filled = (re.sub(r"\$\((\w+)\)", lambda match: values[match[1]], line) for line in found)
    return [line.partition(" #")[0] for line in filled]


COMMANDS = [
    pytest.param(line, id=f"{name}: {line.strip()}")
    for name in ("Makefile", "README.md")
    for line in commands_of(ROOT / name)
]


def test_there_are_commands_to_check() -> None:
    """The Makefile's demo at least."""
    assert any("examples/scipy/requirements.txt" in line for line in commands_of(ROOT / "Makefile"))


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_that_is_shown_parses(line: str) -> None:
    """Every option exists and has the values it needs."""
    words = shlex.split(line)
    command: click.Command = cli
    while isinstance(command, click.Group):
        context = click.Context(command)
        named = words and words[0] in command.list_commands(context)
        found = command.get_command(context, words.pop(0) if named else DEFAULT)

        assert found is not None
        command = found
    parsed = command.make_context("lbuild", words, resilient_parsing="--help" in words)

    assert parsed.params


def test_the_files_that_the_demo_names_are_there() -> None:
    """A newcomer's first command does not fail on a missing file."""
    line = next(line for line in commands_of(ROOT / "Makefile") if "examples" in line)
    named = [word for word in shlex.split(line) if word.startswith("examples/")]

    assert named
    assert all((ROOT / word).exists() for word in named)
