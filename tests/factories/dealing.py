"""What each of several processes (`pytest -n`) runs: a module is one's, and so are those that share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import LoadScopeScheduling

_TOGETHER = ("docker", "container", "engines", "killed_builds", "registry", "native_requirements")
"""Words in paths of modules whose tests share an engine, or a compiler that is fetched and warmed once."""


def group(nodeid: str) -> str:
    """What one process runs: a module's path, or the group of all that share."""
    module = nodeid.partition("::")[0]
    return "together" if any(word in module for word in _TOGETHER) else module


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that share take longest, so they begin first."""
    items.sort(key=lambda item: group(item.nodeid) != "together")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """By paths: xdist 3.8 writes its groups where pytest 9.2 does not read them, and says nothing."""
    from xdist.scheduler import LoadScopeScheduling

    class Grouping(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group(nodeid)

    return Grouping(config, log)
