"""Explanations of what an index in memory gives."""

from collections.abc import Sequence
from typing import Any

from packaging.utils import canonicalize_name

from builder.model import Inputs, Request, ResolveOptions
from builder.testing import MemoryIndex
from builder.why import Explanation, Question, explain, explanation_text
from factories.requests import ask
from factories.targets import make_target
from manylinux.target import Target


def why(
    index: MemoryIndex,
    project: str,
    *requests: Request | str,
    constraints: Sequence[Request] = (),
    requires_python: str | None = None,
    target: Target | None = None,
    **options: Any,
) -> Explanation:
    """Why `project` is as it is in what the requests, or it alone, resolve to; texts are lines of a file."""
    asked = [
        ask(each, line) if isinstance(each, str) else each
        for line, each in enumerate(requests or (project,), start=1)
    ]
    inputs = Inputs(requests=tuple(asked), constraints=tuple(constraints), requires_python=requires_python)
    question = Question(
        project=canonicalize_name(project),
        inputs=inputs,
        target=target or make_target("python3.11"),
        options=ResolveOptions(**options),
    )
    return explain(question, index)


def text(explanation: Explanation, *, everything: bool = False) -> str:
    """As people read it."""
    return "\n".join(explanation_text(explanation, everything=everything))
