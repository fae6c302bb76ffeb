"""`lbuild index publish DIR --to WHERE`: an index gets to where others read it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from builder.cli.options import FILE, TALK, TalkChoices, options
from builder.cli.sections import Sectioned
from builder.cli.streams import tell

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from builder.cli.terminal import Terminal
    from prebuilt_index.publish.publishing import Published
    from prebuilt_index.tree.entry import Entry

PUBLISH = (
    click.argument("root", type=FILE, metavar="DIR"),
    click.option("--to", "where", required=True, metavar="FOLDER|s3://BUCKET/PREFIX", help="Where to."),
    click.option(
        "--endpoint-url",
        metavar="URL",
        help="Of a storage that speaks like S3.  [AWS_ENDPOINT_URL, else S3]",
    ),
    click.option("--unyank", is_flag=True, help="What is yanked there and not in DIR is offered again."),
)


@click.command(name="publish", cls=Sectioned)
@options(PUBLISH, TALK)
def command(*, root: Path, where: str, endpoint_url: str | None, unyank: bool, **keywords: Any) -> None:
    """Publish an index: what is missing there is sent, files before pages; what is there stays.

    Others may publish to the same place at the same time. After an interruption, run it again.
    """
    from builder.cli.terminal import Terminal
    from prebuilt_index.publish.places import place_at
    from prebuilt_index.publish.publishing import publish
    from prebuilt_index.tree.reading import demand_index

    talk = TalkChoices.of(keywords)
    terminal = Terminal(talk.verbosity)
    demand_index(root)
    place = place_at(where, endpoint=endpoint_url)
    with terminal.progress() as progress:
        progress.start("publish")
        done = publish(root, place, unyank=unyank, sent=lambda size: progress.advance("publish", size))
        progress.finish("publish")
    _show(done, place.url, terminal)
    if talk.as_json:
        tell(json.dumps(_form(done, place.url), indent=2))


def _show(done: Published, url: str, terminal: Terminal) -> None:
    from builder.report.sizes import human

    for entry in done.sent:
        terminal.detail(f"sent {entry.filename}")
    for entry in done.kept_yanked:
        terminal.warn(f"`{entry.filename}` stays yanked at {url}; `--unyank` offers it again")
    size = human(sum(entry.size for entry in done.sent))
    terminal.say(
        [
            (
                f"sent {len(done.sent)} of {len(done.sent) + len(done.present)} wheels ({size}), "
                f"wrote {done.pages} pages"
            ),
            f"{url}: {done.total} {'wheel' if done.total == 1 else 'wheels'}",
        ]
    )


def _form(done: Published, url: str) -> dict[str, object]:
    def names(found: Sequence[Entry]) -> list[str]:
        return [entry.filename for entry in found]

    return {
        "place": url,
        "sent": names(done.sent),
        "present": names(done.present),
        "changed": names(done.changed),
        "kept-yanked": names(done.kept_yanked),
        "pages": done.pages,
        "wheels": done.total,
    }
