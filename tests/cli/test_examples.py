"""What README, docs/ and the Makefile show: commands that parse, links to what is there, figures of pages."""

import re
import shlex
import subprocess
import sys
import tomllib
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
    shown = (
        "\n".join(re.findall(r"^```.*?^```", text, re.MULTILINE | re.DOTALL))
        if path.suffix == ".md"
        else text
    )
    found = re.findall(r"^\s*(?:\$\(BIN\)/|\$ )?lbuild (.*)$", shown, re.MULTILINE)
    filled = (re.sub(r"\$\((\w+)\)", lambda match: values[match[1]], line) for line in found)
    return [line.partition(" #")[0] for line in filled]


PAGES = (ROOT / "README.md", *sorted((*ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*/*.md"))))
COMMANDS = [
    pytest.param(line, id=f"{path.name}: {line.strip()}")
    for path in (ROOT / "Makefile", *PAGES)
    for line in commands_of(path)
]


def anchor(heading: str) -> str:
    """What a heading's link is called, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """To files that are there, and to headings in them."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
        name, _, heading = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        assert file.exists(), target
        if heading:
            headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            assert heading in map(anchor, headings), target


def test_figures_of_the_readme_are_those_of_the_pages() -> None:
    """A page that was made anew has them copied: `python benchmarks/readme.py --write README.md`."""
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks/readme.py"], capture_output=True, text=True, check=True
    )

    assert done.stdout in (ROOT / "README.md").read_text(encoding="utf-8")


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


def test_the_licence_that_the_package_names_goes_with_it() -> None:
    """Whoever passes a copy on has to pass its text on."""
    named = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["license"]
    text = " ".join((ROOT / "LICENSE").read_text(encoding="utf-8").split())

    assert named == "Apache-2.0"
    assert text.startswith("Apache License Version 2.0, January 2004")
