"""Clients of the misbehaving index, in a hurry or not; and plain values that index tests are made of."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from packaging.utils import NormalizedName, canonicalize_name

from factories.patience import FOR_EVER, PATIENCE
from prebuilt_index.artefacts import IndexFile
from prebuilt_index.index.client import IndexClient, IndexSettings
from prebuilt_index.store import Store
from prebuilt_index.transport.port import HttpConfig, HttpPolicy
from prebuilt_index.transport.session import HttpSession
from servers.index_server import IndexServer

DEMO: NormalizedName = canonicalize_name("demo")
HASTY = HttpPolicy(
    connect_timeout=1.0,
    read_timeout=0.15,
    patience=0.3,
    least_rate=1000.0,
    deadline=3.0,
    first_pause=0.001,
    longest_pause=0.002,
    longest_retry_after=0.05,
    connections=4,
)
"""Every limit of the real policy, a hundredth as long: for servers that are silent or slow."""
PATIENT = replace(
    HASTY, connect_timeout=PATIENCE, read_timeout=PATIENCE, patience=PATIENCE, deadline=FOR_EVER
)
"""Short pauses between tries, and a right answer may take as long as a busy machine needs."""
NO_KEYRING = HttpConfig(keyring=False)


def make_client(
    store: Path,
    *indexes: str | IndexServer,
    policy: HttpPolicy = PATIENT,
    http: HttpConfig = NO_KEYRING,
    clock: Callable[[], float] | None = None,
    **settings: Any,
) -> IndexClient:
    """A client of `indexes` with its own view of the store at `store`."""
    urls = tuple(each if isinstance(each, str) else each.index_url for each in indexes)
    options = {} if clock is None else {"clock": clock}
    return IndexClient(
        Store.open(store), IndexSettings(indexes=urls, policy=policy, http=http, **settings), **options
    )


def make_session(
    policy: HttpPolicy = PATIENT, config: HttpConfig = NO_KEYRING, **options: Any
) -> HttpSession:
    """A session whose tries follow each other at once."""
    return HttpSession(policy, config, **options)


def make_file(url: str, **values: Any) -> IndexFile:
    """What an index would list for `url`."""
    return IndexFile(filename=url.rpartition("/")[2], url=url, **values)


def blobs(store: Path) -> list[Path]:
    """The files that the store at `store` holds or is receiving, records and stamps left out."""
    places = (store / "blobs-v1", store / "tmp")
    found = [path for place in places if place.is_dir() for path in place.rglob("*") if path.is_file()]
    return [path for path in found if path.suffix != ".stamp"]
