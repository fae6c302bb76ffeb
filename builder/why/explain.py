"""The one entry: a question and facts in, an Explanation out."""

from dataclasses import dataclass

from packaging.utils import NormalizedName

from builder.model import Inputs, ResolveOptions
from builder.ports import IndexFacts
from builder.resolve import Solution, solve
from builder.resolve.pins import warnings_about
from builder.why.asking import Graph, constraints_on
from builder.why.chosen import chosen_file
from builder.why.elsewhere import Thrifty, outcomes
from builder.why.left_out import not_required
from builder.why.newer import passed_over
from builder.why.values import Explanation, Outcome
from manylinux.target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A project, and the resolution it is asked about."""

    project: NormalizedName
    inputs: Inputs
    target: Target
    options: ResolveOptions


def explain(question: Question, facts: IndexFacts) -> Explanation:
    """Why the project is in the resolution as it is.

    Raises ProjectNotRequiredError when it is not, and what `builder.resolve.solve` raises.
    """
    inputs = question.inputs
    known = Thrifty(facts)
    solution = solve(inputs.requests, inputs.constraints, question.target, question.options, known)
    elsewhere = outcomes(question.project, inputs, solution.pool.world, known)
    if question.project not in solution.reached:
        raise not_required(question.project, solution, inputs, elsewhere)
    return _explained(question, solution, tuple(elsewhere))


def _explained(question: Question, solution: Solution, elsewhere: tuple[Outcome, ...]) -> Explanation:
    name, inputs = question.project, question.inputs
    graph = Graph(solution, inputs.requests)
    reached = solution.reached[name]
    return Explanation(
        project=name,
        extras=frozenset(reached.extras),
        target=question.target,
        chosen=chosen_file(solution, name),
        chains=graph.chains(name),
        constraints=constraints_on(solution, name, inputs.constraints),
        newer=passed_over(solution, name, graph.onto(name)),
        elsewhere=elsewhere,
        warnings=tuple(warnings_about(solution.pool, solution.chosen[name], reached)),
    )
