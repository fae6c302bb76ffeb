"""pip asked for its configuration; what a cold run needs is loaded meanwhile."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING

from prebuilt_index.urls import redacted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from builder.composing.talk import Talk
    from prebuilt_index.pip_config import PipDefaults
    from prebuilt_index.store import Store

_COLD = (
    "builder.facts",
    "builder.inputs",
    "builder.resolve",
    "builder.pipeline",
    "prebuilt_index.index.client",
    "prebuilt_index.simple.json_page",
    "prebuilt_index.transport.session",
)


def asked_pip(store: Store, talk: Talk) -> PipDefaults:
    """pip's configuration; what of it is not used is told."""
    from prebuilt_index.pip_config import read_pip_defaults

    defaults = read_pip_defaults(os.environ, store, meanwhile=_load_what_a_cold_run_needs)
    for line in _unused(defaults):
        talk.note(line)
    return defaults


def _load_what_a_cold_run_needs() -> None:
    """Where pip has to be asked, nothing is known yet: these modules take 0.2 s to load, while pip thinks."""
    for module in _COLD:
        import_module(module)


def _unused(defaults: PipDefaults) -> Iterator[str]:
    """What pip's configuration says and lbuild leaves aside, and how to have it nevertheless."""
    if defaults.ignored_extra_index_urls:
        urls = ", ".join(map(redacted, defaults.ignored_extra_index_urls))
        yield f"extra-index-url of pip's configuration is not used ({urls}): name each with --extra-index-url"
    if defaults.ignored_find_links:
        places = ", ".join(map(redacted, defaults.ignored_find_links))
        yield f"find-links of pip's configuration is not used ({places}): name each with --find-links"
