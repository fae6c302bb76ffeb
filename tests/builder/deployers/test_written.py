"""Modules that run in a deployer's process: nothing of lbuild's may be imported there."""

import ast
import sys
from pathlib import Path

import pytest

from builder.deployers.pulumi import project as pulumi
from builder.deployers.written import write_module
from builder.deployers.zappa import project as zappa
from builder.errors import DeployerConfigurationError


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


def test_a_folder_is_no_module(tmp_path: Path) -> None:
    with pytest.raises(DeployerConfigurationError):
        write_module(zappa.TEMPLATE, tmp_path)
