"""The Python that compiles for a runtime: one of the same minor version, final, or none and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder.interpreter.remembered import find_remembered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from builder.interpreter.values import Interpreter
    from manylinux.runtime import Runtime
    from prebuilt_index.store import Store


def find_compiler(
    runtime: Runtime, environ: Mapping[str, str], store: Store
) -> tuple[Interpreter | None, str]:
    """The interpreter, or None and a line that says why the bundle gets no bytecode."""
    if reason := of_preview(runtime):
        return None, reason
    found = find_remembered(runtime.python, environ, unfit, store)
    if found is None:
        return None, (
            f"no bytecode: there is no Python {runtime.python} on PATH, in pyenv or in uv "
            f"(`uv python install {runtime.python}`; or `--compile-in container`)"
        )
    return found, ""


def of_preview(runtime: Runtime) -> str:
    """Why a runtime gets no bytecode, whoever would make it."""
    if not runtime.preview:
        return ""
    return f"no bytecode: `{runtime.id}` is a preview, whose Python may still change its form"


def unfit(interpreter: Interpreter) -> str:
    """Why the runtime would not use its bytecode, or not get the same from every machine."""
    from builder.inspection.bytecode import MAGIC  # only needed by a search

    python = ".".join(interpreter.version.split(".")[:2])
    if not interpreter.is_final or interpreter.magic != MAGIC.get(python, interpreter.magic):
        return f"it is a pre-release, {interpreter.version}"
    if not interpreter.has_gil:
        return "it is built for free threading, as Lambda's is not"
    return "" if interpreter.bits == 64 else "it is a 32-bit Python"
