"""The verdicts of the packse scenarios: every one that one target can decide."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from builder.resolve import resolve
from factories.corpora import FOLDER, corpus
from factories.packse import Scenario, read_scenarios
from manylinux.errors import NoSolutionError

DEVIATIONS = Path(__file__).with_name("packse_deviations.toml")
SCENARIOS = FOLDER / "packse-scenarios" / "scenarios"


def _deviations() -> Mapping[str, str]:
    groups = tomllib.loads(DEVIATIONS.read_text(encoding="utf-8")).values()
    return {scenario: group["reason"] for group in groups for scenario in group["scenarios"]}


def _decidable() -> list[Scenario]:
    return [scenario for scenario in read_scenarios(SCENARIOS) if not scenario.universal]


def _agrees(scenario: Scenario) -> bool:
    try:
        resolution = resolve(scenario.requests, (), scenario.target, scenario.options, scenario.index)
    except NoSolutionError:
        return not scenario.satisfiable
    pins = {pin.name: pin.version for pin in resolution.pins}
    return scenario.satisfiable and scenario.packages in ({}, pins)


@pytest.mark.parametrize("scenario", _decidable(), ids=lambda scenario: scenario.id)
def test_verdict_is_the_expected_one(scenario: Scenario) -> None:
    """Satisfiable or not, and which versions, but for the deviations that are written down."""
    assert _agrees(scenario) is (scenario.id not in _deviations())


def test_enough_scenarios_run() -> None:
    """The loader reads what is there: a corpus it cannot read is no success."""
    corpus("packse-scenarios")

    assert len(_decidable()) >= 130
    assert _deviations().keys() <= {scenario.id for scenario in _decidable()}
