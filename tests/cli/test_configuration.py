"""`[tool.lbuild]` in pyproject.toml."""

from pathlib import Path

import pytest

from builder.choices.configuration import ConfigurationError, configuration_of, read_configuration


def test_a_folder_without_pyproject_has_no_configuration(tmp_path: Path) -> None:
    """Nothing is configured by default."""
    assert read_configuration(tmp_path).index_pins == {}


def test_index_pins_are_read(tmp_path: Path) -> None:
    """Other tools' tables, and no table at all, do not matter."""
    (tmp_path / "pyproject.toml").write_text(
        '[tool.other]\nx = 1\n[tool.lbuild]\nindex-pins = {torch = "https://wheels.example/simple"}\n'
    )

    assert read_configuration(tmp_path).index_pins == {"torch": "https://wheels.example/simple"}


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"index-pin": {}}, "no key `index-pin`"),
        ({"index-pins": ["torch"]}, "not a table of URLs"),
        ({"index-pins": {"torch": 1}}, "not a table of URLs"),
        ("words", "not a table"),
    ],
)
def test_refuses_what_it_does_not_understand(table: object, told: str) -> None:
    """A misspelt key is not a key that is silently unused."""
    with pytest.raises(ConfigurationError) as caught:
        configuration_of({"tool": {"lbuild": table}}, Path())

    assert told in caught.value.summary


def test_a_misspelt_key_gets_the_nearest_one() -> None:
    """What to do stands below what is wrong."""
    with pytest.raises(ConfigurationError) as caught:
        configuration_of({"tool": {"lbuild": {"index-pin": {}}}}, Path())

    assert caught.value.hint == "Did you mean `index-pins`?"


def test_a_broken_pyproject_is_a_usage_error(tmp_path: Path) -> None:
    """The line that TOML trips over is shown."""
    (tmp_path / "pyproject.toml").write_text("[tool.lbuild\n")
    with pytest.raises(ConfigurationError) as caught:
        read_configuration(tmp_path)

    assert "line 1" in caught.value.evidence[0]
