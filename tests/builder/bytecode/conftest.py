"""An interpreter of each minor version in turn."""

import pytest

from builder.interpreter.values import Interpreter
from factories.interpreters import MINORS, interpreter_of


@pytest.fixture(params=MINORS)
def interpreter(request: pytest.FixtureRequest) -> Interpreter:
    return interpreter_of(request.param)
