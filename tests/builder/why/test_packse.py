"""Every project of every resolvable packse scenario can be explained, and the explanation agrees."""

import json

from builder.model import Inputs, Resolution
from builder.resolve import resolve
from builder.why import Question, explain, explanation_as_json, explanation_text
from factories.corpora import corpus
from factories.packse import Scenario, read_scenarios
from manylinux.errors import NoSolutionError


def _resolved(scenario: Scenario) -> Resolution | None:
    try:
        return resolve(scenario.requests, (), scenario.target, scenario.options, scenario.index)
    except NoSolutionError:
        return None


def test_every_pin_has_an_explanation_that_agrees() -> None:
    """The same file, everyone who requires it, and no version that is not newer."""
    explained = 0
    for scenario in read_scenarios(corpus("packse-scenarios")):
        resolution = _resolved(scenario)
        for pin in resolution.pins if resolution else ():
            inputs = Inputs(requests=scenario.requests)
            question = Question(
                project=pin.name, inputs=inputs, target=scenario.target, options=scenario.options
            )
            explanation = explain(question, scenario.index)
            explained += 1

            assert explanation.chosen.filename == pin.file.filename, scenario.id
            assert {chain.steps[-1].by for chain in explanation.chains} == set(pin.required_by), scenario.id
            assert all(each.version > pin.version for each in explanation.newer), scenario.id
            assert list(explanation_text(explanation)), scenario.id
            assert json.dumps(explanation_as_json(explanation)), scenario.id

    assert explained > 100
