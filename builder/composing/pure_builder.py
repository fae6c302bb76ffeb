"""What builds sdists that compile nothing, with the indexes of this run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from builder.build import BuildIndex, BuildPolicy, PureBuilder
from prebuilt_index.urls import is_remote

if TYPE_CHECKING:
    from collections.abc import Callable

    from builder.build.door import NativeDoor
    from builder.model import IndexOptions
    from prebuilt_index.index.client import IndexSettings
    from prebuilt_index.pip_config import PipDefaults
    from prebuilt_index.store import Store


def pure_builder(
    options: IndexOptions,
    settings: IndexSettings,
    pip: PipDefaults,
    store: Store,
    native: NativeDoor,
    tell: Callable[[str], None],
) -> PureBuilder:
    """The builder; what has to be compiled goes through `native`."""
    http, offline = settings.http, settings.offline
    index = BuildIndex(
        index_url=options.index_url or pip.index_url,
        find_links=tuple(each for each in settings.find_links if not (offline and is_remote(each))),
        no_index=offline or not settings.indexes,
        trusted_hosts=http.trusted_hosts,
        certificates=None if http.ca_bundle is None else str(http.ca_bundle),
        client_certificate=pip.client_cert,
        proxy=pip.proxy,
    )
    policy = BuildPolicy(logs=store.root / "logs", offline=offline)
    return PureBuilder(store=store, index=index, policy=policy, environ=os.environ, native=native, tell=tell)
