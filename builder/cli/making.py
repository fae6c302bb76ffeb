"""The options of commands that build for a deployer, which knows itself where things lie and go."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from builder.choices.bundle_choices import BundleChoices
from builder.cli.bundle import CONTENT
from builder.cli.options import CACHE, INDEX, RESOLVE

MAKING = (*CONTENT, *RESOLVE, *INDEX, *CACHE)


def bundle_choices(keywords: Mapping[str, Any]) -> BundleChoices:
    """The choices of such a command; those that it has no options for are left to the deployer."""
    return BundleChoices.of({**asdict(BundleChoices()), **keywords})
