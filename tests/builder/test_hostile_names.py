"""Odd names and odd documents, looked at before anything is read, end in an answer and not in a traceback."""

from datetime import date
from pathlib import Path

import pytest

from builder.choices.bundle_choices import BundleChoices
from builder.choices.configuration import ConfigurationError, read_configuration
from builder.choices.meanings import destination
from builder.choices.targets import choose_target
from builder.choices.wishes import TargetChoices
from builder.locked import target_of_lock

TOO_LONG = "a" * 300
"""Characters; no file system holds such a name."""
TOO_DEEP = "x = " + "[" * 100_000


def make_choices(output: str) -> BundleChoices:
    """The choices of somebody who only names an output."""
    return BundleChoices(
        output=output,
        layer=False,
        layer_path=None,
        source=None,
        scripts=False,
        exclude=(),
        exclude_runtime_packages=False,
        no_limit=False,
        locked=None,
        dry_run=False,
    )


def test_a_lock_that_nobody_could_have_tells_no_target() -> None:
    """That there is no such file is said when it is read."""
    chosen = choose_target(
        TargetChoices(runtime=None, arch=None), [f"pylock.{TOO_LONG}.toml"], date(2026, 11, 23)
    )

    assert chosen.by != "the lock file"


def test_a_lock_nested_too_deep_tells_no_target() -> None:
    """That it is broken is said when it is read."""
    assert target_of_lock(TOO_DEEP.encode()) is None


def test_an_output_of_too_long_a_name_is_a_file_to_begin_with() -> None:
    """That it cannot be written is said when it is checked."""
    where = destination(make_choices(f"{TOO_LONG}.zip"))

    assert where is not None
    assert not where.as_directory


def test_a_configuration_nested_too_deep_is_refused(tmp_path: Path) -> None:
    """The file may be anybody's: lbuild only looks for a table in it."""
    (tmp_path / "pyproject.toml").write_text(TOO_DEEP)
    with pytest.raises(ConfigurationError) as caught:
        read_configuration(tmp_path)

    assert caught.value.evidence == ("its tables are nested too deep",)
