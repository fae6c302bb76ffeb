"""The Lambda runtimes lbuild builds for."""

from functools import cache
from pathlib import Path

from manylinux.errors import UnknownRuntimeError
from manylinux.runtime import Limits, OperatingSystem, Runtime, Status
from manylinux.runtime_table import parse_table

__all__ = ["Limits", "OperatingSystem", "Runtime", "Status", "default_runtime", "find_runtime", "runtimes"]


@cache
def runtimes() -> tuple[Runtime, ...]:
    """Every runtime, oldest Python first."""
    return read_table(TABLE.read_text(encoding="utf-8"))


def default_runtime() -> Runtime:
    """The newest runtime that is generally available."""
    return max((each for each in runtimes() if not each.preview), key=lambda each: each.python)


def find_runtime(name: str) -> Runtime:
    """By id or by Python version (`python3.13`, `3.13`). Raises UnknownRuntimeError."""
    wanted = name.lower().removeprefix("python")
    for runtime in runtimes():
        if runtime.id == f"python{wanted}":
            return runtime
    known = [each.id for each in runtimes()]
    raise UnknownRuntimeError(
        f"lbuild knows no Lambda runtime `{name}`", evidence=[f"known: {', '.join(known)}"], hint=_nearest(name, known)
    )


def read_table(text: str) -> tuple[Runtime, ...]:
    """The runtimes of a table. Raises TypeError or KeyError when a key is unknown or missing."""
    form = tomllib.loads(text)
    limits = Limits(**form.pop("limits"))
    systems = {key: _system(key, row) for key, row in form.pop("os").items()}
    preinstalled: Mapping[str, str] = form.pop("preinstalled")
    rows: Sequence[dict[str, Any]] = form.pop("runtime")
    if form:
        raise KeyError(f"unknown tables: {', '.join(form)}")
    found = (
        Runtime(
            **{**row, "os": systems[row["os"]]},
            python=_pair(row["id"].removeprefix("python")),
            limits=limits,
            preinstalled=preinstalled,
        )
        for row in rows
    )
    return tuple(sorted(found, key=lambda runtime: runtime.python))


def _system(key: str, row: Mapping[str, str]) -> OperatingSystem:
    return OperatingSystem(**{**row, "id": key, "glibc": _pair(row["glibc"])})  # type: ignore[arg-type]  # checked by TypeError


def _pair(text: str) -> tuple[int, int]:
    major, minor = text.split(".")
    return int(major), int(minor)


def _nearest(name: str, known: Sequence[str]) -> str | None:
    import difflib

    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"Did you mean `{close[0]}`?" if close else None
