"""Whatever the command can be told, a program can say too, but for what only a command line needs."""

import inspect
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from builder.api import Cache, Indexes, Resolving, build_bundle, build_project
from builder.choices.bundle_choices import BundleChoices
from builder.choices.project_choices import ProjectChoices
from builder.choices.wishes import Wishes

RESOLVING = Resolving(
    constraints=("limits.txt",),
    extras=("extra",),
    groups=("group",),
    require_hashes=True,
    prereleases=True,
    prefer=("newest",),
    exclude_newer=datetime(2026, 11, 1, tzinfo=UTC),
    only_binary=("a",),
    no_binary=("b",),
    build=("zig",),
    strict_tags=True,
)
INDEXES = Indexes(
    index_url="https://main.example/",
    extra_index_urls=("https://extra.example/",),
    pins={"a": "https://pinned.example/"},
    prebuilt=("https://prebuilt.example/",),
    find_links=("wheels",),
    no_index=True,
    trusted_hosts=("main.example",),
)
CACHE = Cache(folder=Path("cache"), temporary=True, offline=True, refresh=True)
SHARED = {"resolving": RESOLVING, "indexes": INDEXES, "cache": CACHE}
OF_THE_COMMAND_LINE = {"requirement_files", "dry_run", "folder"}
"""Files of requirements are requirements; `resolve` is a dry run."""


class Caught(Exception):  # noqa: N818  # no error: what was caught
    """The choices of a run that does not take place."""


@pytest.fixture(autouse=True)
def nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def caught(wishes: Any, choices: Any, _: Any) -> None:
        raise Caught(wishes, choices)

    monkeypatch.setattr("builder.composing.compose.run_bundle", caught)
    monkeypatch.setattr("builder.composing.project.run_project", caught)


def unsaid(choices: object, default: object) -> set[str]:
    """Fields that are as they are when nobody says anything."""
    return {
        each.name
        for each in fields(default)
        if getattr(choices, each.name) == getattr(default, each.name)  # type: ignore[arg-type]
    } - OF_THE_COMMAND_LINE


def unsaid_of(wishes: Wishes, *but: str) -> set[str]:
    """The same of all that commands share."""
    parts = (wishes.inputs, wishes.target, wishes.resolve, wishes.index, wishes.cache)
    return {name for part in parts for name in unsaid(part, type(part)())} - set(but)


def test_every_option_of_bundles() -> None:
    options: dict[str, Any] = {
        "output": "a.zip",
        "runtime": "python3.12",
        "architecture": "arm64",
        "source": "src",
        "layer": "site-packages",
        "locked": "pylock.toml",
        "slim": "small",
        "keep": ["a"],
        "drop": ["b"],
        "bytecode": "all",
        "compile_in": "container",
        "optimize": "size",
        "exclude": ["c"],
        "exclude_runtime_packages": True,
        "scripts": True,
        "limited": False,
        "max_size": 1,
        "fit": True,
        "allow": ["x"],
        "paranoid": True,
    }

    with pytest.raises(Caught) as caught:
        build_bundle(["tool"], **options, **SHARED)  # type: ignore[arg-type]

    wishes, choices = caught.value.args
    assert unsaid_of(wishes) == set()
    assert unsaid(choices, BundleChoices()) == set()
    rest = {*SHARED, "requirements", "folder", "talk"}
    assert set(inspect.signature(build_bundle).parameters) == {*options, *rest}


def test_every_option_of_projects() -> None:
    options: dict[str, Any] = {
        "names": ["one"],
        "project": "project.json",
        "output": "out",
        "layers": True,
        "previous": "before",
        "bytecode": "all",
        "optimize": "size",
        "paranoid": True,
        "allow": ["x"],
        "locked": True,
        "upgrade": True,
    }

    with pytest.raises(Caught) as caught:
        build_project("folder", **options, **SHARED)  # type: ignore[arg-type]

    wishes, choices = caught.value.args
    assert unsaid_of(wishes, "words", "runtime", "arch") == set(), "the project says those"
    assert unsaid(choices, ProjectChoices()) == set()
    assert set(inspect.signature(build_project).parameters) == {*options, *SHARED, "folder", "talk"}
