"""Modules that run in a deployer's process: nothing of lbuild's may be imported there."""

import ast
import os
import sys
from pathlib import Path

import pytest

from builder.deployers.pulumi import project as pulumi
from builder.deployers.written import write_module
from builder.deployers.zappa import project as zappa
from builder.errors import DeployerConfigurationError, OutputError


def imported(module: Path) -> set[str]:
    """The top names that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            found.add((node.module or "").partition(".")[0])
    return found


@pytest.mark.parametrize(("template", "deployer"), [(zappa.TEMPLATE, "zappa"), (pulumi.TEMPLATE, "pulumi")])
def test_they_import_the_standard_library_and_the_deployer(template: Path, deployer: str) -> None:
    assert imported(template) <= sys.stdlib_module_names | {deployer}


@pytest.mark.parametrize("template", [zappa.TEMPLATE, pulumi.TEMPLATE])
def test_they_know_themselves_again(template: Path, tmp_path: Path) -> None:
    """What one lbuild wrote, a later one may write anew."""
    goal = tmp_path / template.name
    assert write_module(template, goal)
    assert not write_module(template, goal)
    goal.write_bytes(goal.read_bytes() + b"# an older one\n")
    assert write_module(template, goal)
    assert goal.read_bytes() == template.read_bytes()


def test_what_others_wrote_stays(tmp_path: Path) -> None:
    goal = tmp_path / "lbuild_zappa.py"
    goal.write_text("mine = True\n")
    with pytest.raises(DeployerConfigurationError):
        write_module(zappa.TEMPLATE, goal)
    assert goal.read_text() == "mine = True\n"


def test_a_folder_or_a_pipe_is_no_module(tmp_path: Path) -> None:
    """Nobody waits for somebody to write into the pipe."""
    os.mkfifo(tmp_path / "pipe.py")
    for there in (tmp_path, tmp_path / "pipe.py"):
        with pytest.raises(OutputError):
            write_module(zappa.TEMPLATE, there)
