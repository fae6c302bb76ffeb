"""The Lambda runtimes lbuild builds for."""

from functools import cache
from pathlib import Path

from manylinux.errors import UnknownRuntimeError
from manylinux.runtime import Limits, OperatingSystem, Runtime, Status
from manylinux.runtime_table import parse_table

__all__ = ["Limits", "OperatingSystem", "Runtime", "Status", "default_runtime", "find_runtime", "runtimes"]


@cache
def runtimes() -> tuple[Runtime, ...]:
    """All of them, oldest Python first."""
    return parse_table(Path(__file__).with_name("runtimes.toml").read_text(encoding="utf-8"))


def default_runtime() -> Runtime:
    """The newest runtime that is no preview."""
    return [runtime for runtime in runtimes() if not runtime.preview][-1]


def find_runtime(name: str) -> Runtime:
    """The runtime a person means by `python3.13` or `3.13`. Raises UnknownRuntimeError."""
    wanted = name.strip().lower()
    for runtime in runtimes():
        if wanted in (runtime.id, runtime.python):
            return runtime
    raise _unknown(name)


def _unknown(name: str) -> UnknownRuntimeError:
    from difflib import get_close_matches  # 8 ms that only this error pays

    names = [runtime.id for runtime in runtimes()]
    close = get_close_matches(
        name.strip().lower(), [*names, *(runtime.python for runtime in runtimes())], n=1
    )
    return UnknownRuntimeError(
        f"No Lambda runtime is called `{name}`",
        evidence=(f"known: {', '.join(f'`{known}`' for known in names)}",),
        hint=f"Did you mean `{close[0]}`?" if close else None,
    )
