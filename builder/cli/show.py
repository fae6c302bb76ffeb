"""A finished run, told: to people on stderr, to programs on stdout."""

import json

from builder.cli.streams import tell
from builder.cli.terminal import Terminal
from builder.report.json_form import report_as_json
from builder.report.text import summary
from builder.report.values import Report


def show_report(report: Report, terminal: Terminal, *, as_json: bool) -> None:
    """Warnings and notes, the summary, and with `as_json` the whole report on stdout."""
    for line in (*report.resolution.warnings, *report.warnings):
        terminal.warn(line)
    terminal.say(summary(report, everything=terminal.verbosity > 0))
    for line in (*report.resolution.notes, *report.notes):
        terminal.note(line)
    if as_json:
        tell(json.dumps(report_as_json(report), indent=2))
