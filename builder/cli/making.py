"""The options of commands that build for a deployer, which knows itself where things lie and go."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from builder.api import Cache, Indexes
from builder.choices.bundle_choices import BundleChoices
from builder.cli.bundle import CONTENT
from builder.cli.options import CACHE, INDEX, RESOLVE

MAKING = (*CONTENT, *RESOLVE, *INDEX, *CACHE)


def bundle_choices(keywords: Mapping[str, Any]) -> BundleChoices:
    """The choices of such a command; those that it has no options for are left to the deployer."""
    return BundleChoices.of({**asdict(BundleChoices()), **keywords})


def indexes_of(keywords: Mapping[str, Any]) -> Indexes:
    """What the options of indexes say. Raises UsageError."""
    from builder.choices.indexes import index_pins

    return Indexes(
        index_url=keywords["index_url"],
        extra_index_urls=keywords["extra_index_urls"],
        pins=index_pins(keywords["index_pins"]),
        prebuilt=keywords["prebuilt_indexes"],
        find_links=keywords["find_links"],
        no_index=keywords["no_index"],
        trusted_hosts=keywords["trusted_hosts"],
    )


def cache_of(keywords: Mapping[str, Any]) -> Cache:
    """What the options of the cache say."""
    return Cache(
        folder=keywords["cache_dir"],
        temporary=keywords["no_cache"],
        offline=keywords["offline"],
        refresh=keywords["refresh"],
    )
