"""What reasons name instead can be had: asked of the configured index."""

import json
import os
from pathlib import Path

import pytest

from factories.commands import Room
from prebuilt_index.recipes import own_recipes

pytestmark = pytest.mark.registry


def test_what_is_named_instead_has_wheels_or_a_recipe(tmp_path: Path) -> None:
    names = sorted(
        {name for some in own_recipes().reasons.values() for each in some for name in each.instead}
    )
    assert len(names) >= 10
    work = tmp_path / "work"
    work.mkdir()
    user = Room(
        folder=work,
        cache=tmp_path / "cache",
        index=None,  # type: ignore[arg-type]  # not asked
        environ=dict(os.environ),
    )
    words = ("--no-sdists", "--runtime", "python3.13", "--json")
    done = user.lbuild("index", "gaps", *names, *words, index=False)
    assert done.status == 0, done.stderr
    lacking = {
        each["project"]: target["evidence"]
        for each in json.loads(done.stdout)["projects"]
        for target in each["targets"]
        if target["kind"] in ("unknown", "python") or (target["gap"] and target["help"]["by"] != "recipe")
    }
    assert lacking == {}
