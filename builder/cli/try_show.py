"""What came of a try-out, told: the result on stdout as data, figures and errors on stderr."""

import json
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any

from builder.cli.streams import tell
from builder.cli.terminal import Terminal, show_error
from builder.composing.trying import Tried, TryOutcome
from builder.errors import DoesNotLoadError, FunctionFailedError
from builder.report.json_form import error_as_json
from builder.report.sizes import human
from builder.report.text import table
from builder.trial.values import Imports, Start, Verdict
from manylinux.errors import ExitStatus, LbuildError


def show_outcome(outcome: TryOutcome, terminal: Terminal, *, as_json: bool) -> int:
    """Tell it; the exit status: that of the first bundle that fails."""
    errors = [error for tried in outcome.tried if (error := _error(outcome, tried))]
    if as_json:
        tell(json.dumps(_form(outcome, errors), indent=2, ensure_ascii=False))
    elif len(outcome.tried) == 1 and len(outcome.tried[0].starts) == 1:
        _show_single(outcome.tried[0].starts[0], terminal)
    else:
        _show_several(outcome, terminal)
    for error in errors:
        show_error(error, as_json=False)
    return int(errors[0].status) if errors else int(ExitStatus.OK)


def _show_single(start: Start, terminal: Terminal) -> None:
    rows = [
        ("  start", _milliseconds(start.init_seconds)),
        ("  call", _milliseconds(start.call_seconds)),
        ("  memory", "" if start.peak_memory is None else human(start.peak_memory)),
    ]
    terminal.say(table([row for row in rows if row[1]], right=frozenset({1})))
    tell(pretty(start.payload))


def _show_several(outcome: TryOutcome, terminal: Terminal) -> None:
    rows = []
    for tried in outcome.tried:
        if tried.imports is not None:
            total, failed = len(tried.imports.modules), len(tried.imports.faults)
            terminal.say([f"{total - failed} of {total} modules of `{tried.bundle}` import"])
            terminal.say(_saving(tried))
        else:
            rows.append((str(tried.bundle), str(len(tried.starts)), *_figures(tried.starts)))
    if rows:
        head = ("bundle", "starts", "start: median", "min", "max", "call: median", "min", "max", "memory")
        for line in table([head, *rows], right=frozenset(range(1, len(head)))):
            tell(line)


def _saving(tried: Tried) -> Iterator[str]:
    if tried.saving is not None:
        used, unused = (f"{seconds:.2f} s" for seconds in (tried.saving.used, tried.saving.unused))
        yield f"that takes {used} of processor time with the bundle's bytecode, {unused} without"


def _figures(starts: Sequence[Start]) -> Iterator[str]:
    for seconds in (
        [start.init_seconds for start in starts if start.init_seconds is not None],
        [start.call_seconds for start in starts if start.call_seconds is not None],
    ):
        for choose in (median, min, max):
            yield _milliseconds(choose(seconds) if seconds else None)
    memory = [start.peak_memory for start in starts if start.peak_memory is not None]
    yield human(max(memory)) if memory else ""


def _milliseconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds * 1000:.1f} ms"


def pretty(payload: bytes) -> str:
    """JSON with its lines broken and every literal as it was; anything else as it is."""
    import msgspec

    try:
        return msgspec.json.format(payload, indent=2).decode()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return payload.decode("utf-8", "replace")


def _error(outcome: TryOutcome, tried: Tried) -> LbuildError | None:
    if tried.imports is not None:
        return _import_error(tried, tried.imports)
    last, handler = tried.starts[-1], outcome.function.handler
    match last.verdict:
        case Verdict.OK:
            return None
        case Verdict.NOT_LOADED:
            return DoesNotLoadError(
                f"`{handler}` of `{tried.bundle}` does not load on `{outcome.function.runtime.id}`",
                evidence=_evidence(last.payload),
                hint=_hint(last.payload),
            )
        case Verdict.FAILED:
            return FunctionFailedError(
                f"`{handler}` of `{tried.bundle}` failed",
                evidence=_evidence(last.payload),
                hint="The bundle loads: look at the function, and at `--event`, `--env` and `--timeout`",
            )


def _import_error(tried: Tried, imports: Imports) -> LbuildError | None:
    if not imports.faults:
        return None
    told = (f"{fault.module}: {fault.reason}" for fault in imports.faults)
    return DoesNotLoadError(
        f"{len(imports.faults)} of {len(imports.modules)} modules of `{tried.bundle}` do not import",
        evidence=[line for text in told for line in text.splitlines()],
        hint="What is optional or for other systems may fail without harm; the rest fails on Lambda too",
    )


def _evidence(payload: bytes) -> Iterator[str]:
    """What Lambda would report, as lines: type and message, then the stack."""
    report = _parsed(payload)
    if not isinstance(report, dict):
        yield from pretty(payload).splitlines()
        return
    yield from f"{report.get('errorType')}: {report.get('errorMessage')}".splitlines()
    for frame in report.get("stackTrace") or ():
        yield from str(frame).rstrip().splitlines()


def _hint(payload: bytes) -> str:
    report = _parsed(payload)
    message = str(report.get("errorMessage")) if isinstance(report, dict) else ""
    _, found, rest = message.partition("No module named '")
    if not found:
        return "`--imports` instead of `--handler` shows every module that does not import"
    name = rest.partition("'")[0].partition(".")[0]
    return f"Is `{name}` a module of yours? Then look at `--source` and `--handler`; else require its project"


def _parsed(payload: bytes) -> Any:
    """What JSON says; None for what is none, Python's `NaN` included."""
    import msgspec

    try:
        return msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _form(outcome: TryOutcome, errors: Sequence[LbuildError]) -> dict[str, Any]:
    function = outcome.function
    return {
        "runtime": function.runtime.id,
        "python": {"version": function.interpreter.version, "path": str(function.interpreter.path)},
        "image": outcome.image,
        "handler": function.handler or None,
        "bundles": [_bundle(tried) for tried in outcome.tried],
        "errors": [error_as_json(error) for error in errors],
    }


def _bundle(tried: Tried) -> dict[str, Any]:
    form: dict[str, Any] = {"path": str(tried.bundle)}
    if tried.imports is not None:
        faults = {fault.module: fault.reason for fault in tried.imports.faults}
        saving = tried.saving
        seconds = (
            None if saving is None else {"with_bytecode": saving.used, "without_bytecode": saving.unused}
        )
        return form | {"modules": list(tried.imports.modules), "faults": faults, "import_seconds": seconds}
    return form | {"starts": [_start(start) for start in tried.starts]}


def _start(start: Start) -> dict[str, Any]:
    parsed = _parsed(start.payload)
    is_json = parsed is not None or start.payload.strip() == b"null"
    return {
        "verdict": start.verdict.value,
        "init_seconds": start.init_seconds,
        "call_seconds": start.call_seconds,
        "peak_memory": start.peak_memory,
        "payload": parsed if is_json else start.payload.decode("utf-8", "replace"),
    }
