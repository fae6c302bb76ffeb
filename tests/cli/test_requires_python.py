"""A project that says which Python it needs is bundled for no other."""

import pytest

from factories.commands import Room


@pytest.mark.parametrize("command", [("-o", "bundle.zip"), ("--dry-run",)])
def test_a_project_for_another_python_is_refused(room: Room, command: tuple[str, ...]) -> None:
    """Its own `requires-python` counts as much as its dependencies'."""
    room.offer("demo", "1.0")
    room.write(
        "pyproject.toml",
        "[project]",
        'name = "app"',
        'version = "1"',
        'requires-python = ">=3.12"',
        'dependencies = ["demo"]',
    )
    refused = room.lbuild("pyproject.toml", *command, "--runtime", "python3.11")
    taken = room.lbuild("pyproject.toml", *command, "--runtime", "python3.12")

    assert refused.codes == ["resolution-impossible"]
    assert ">=3.12" in refused.stderr
    assert "--runtime" in refused.stderr
    assert "the `requires-python` of what is built" in refused.stderr
    assert taken.status == 0
