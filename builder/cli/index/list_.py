"""`lbuild index list`: the wheels of an index."""

import json
from pathlib import Path

import click

from builder.cli.index.options import INDEX
from builder.cli.streams import tell
from builder.report.sizes import human
from builder.report.text import table
from prebuilt_index.tree.entry import Entry
from prebuilt_index.tree.entry_form import entry_as_json
from prebuilt_index.tree.reading import entries


@click.command(name="list")
@INDEX
@click.option("--json", "as_json", is_flag=True, help="The whole entries as JSON on stdout.")
def command(*, root: Path, as_json: bool) -> None:
    """List the wheels of an index, and where they come from."""
    found = entries(root)
    if as_json:
        tell(json.dumps([json.loads(entry_as_json(entry)) for entry in found], indent=2))
        return
    for line in table([("wheel", "size", "built by", "yanked"), *map(_row, found)], right=frozenset({1})):
        tell(line)


def _row(entry: Entry) -> tuple[str, ...]:
    made = entry.provenance
    by = "" if made is None else ", ".join(each for each in (made.builder, made.backend) if each)
    return entry.filename, human(entry.size), by, "" if entry.yanked is None else entry.yanked or "yes"
