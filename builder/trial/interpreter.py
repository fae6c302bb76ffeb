"""The Python that a bundle is tried with."""

import sys
from collections.abc import Mapping

from builder.errors import NoInterpreterError
from builder.interpreter.finding import search, ways_to_get
from builder.interpreter.values import Interpreter


def find_interpreter(python: str, environ: Mapping[str, str], running: str = sys.executable) -> Interpreter:
    """One of this machine that loads what is built for Lambda.

    Raises NoInterpreterError with what was looked at.
    """
    result = search(python, environ, unfit, running)
    if result.found is None:
        raise NoInterpreterError(
            f"There is no Python {python} here to try the bundle with",
            evidence=result.looked_at,
            hint=f"{ways_to_get(python)}; or choose another with `--runtime`",
        )
    return result.found


def unfit(interpreter: Interpreter) -> str:
    """Why it does not load what is built for Lambda; empty when it does."""
    fits = interpreter.glibc is not None and interpreter.bits == 64
    return "" if fits else "it is no 64-bit Python for glibc"
