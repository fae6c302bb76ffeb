"""`lbuild index serve`: an index over HTTP, for a team or a test."""

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click

from builder.cli.options import FILE
from builder.cli.streams import flush, last_words, tell

_LOOPBACK = ("127.", "::1", "localhost")


@click.command(name="serve")
@click.argument("root", metavar="DIR", type=FILE)
@click.option("--host", metavar="ADDRESS", default="127.0.0.1", help="The address to listen on.  [127.0.0.1]")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="PORT",
    default=8080,
    help="The port; 0 takes one that is free.  [8080]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the URLs as one line of JSON on stdout.")
@click.option("-v", "--verbose", is_flag=True, help="A line on stderr for each request.")
@click.option("-q", "--quiet", is_flag=True, help="Nothing on stderr but what is wrong.")
def command(*, root: Path, host: str, port: int, as_json: bool, verbose: bool, quiet: bool) -> None:
    """Serve the index in DIR, reading only, until Ctrl-C or SIGTERM.

    Installers find it below /simple/; at / there is a page to browse. What is added to the index meanwhile is
    served at once.
    """
    from prebuilt_index.serving.application import IndexApplication
    from prebuilt_index.serving.server import Server
    from prebuilt_index.tree.reading import demand_index

    demand_index(root)
    told = last_words if verbose else None
    application = IndexApplication(root, told=told, faults=last_words)
    server = Server(application, host=host, port=port, told=told)
    if as_json:
        tell(json.dumps({"url": f"{server.url}/", "index_url": f"{server.url}/simple/"}))
    else:
        tell(f"{server.url}/")
    flush()
    if not quiet:
        last_words(f"serving {root}; installers use {server.url}/simple/; Ctrl-C ends it")
        if not host.startswith(_LOOPBACK):
            last_words("anyone who reaches this address can read the index")
    with _ended_by_signals(server.stop):
        server.run()


@contextmanager
def _ended_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    """SIGINT and SIGTERM end the server in good order: this is how it is meant to end, so the status is 0."""

    def handle(signum: int, frame: FrameType | None) -> None:
        stop()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
