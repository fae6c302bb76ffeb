"""`[tool.lbuild.build]`: images for builds."""

from pathlib import Path
from typing import Any

import pytest

from builder.build.choice import Mode
from builder.build.door import NativeDoor
from builder.choices.build_choices import build_wishes
from builder.choices.build_table import BuildTable, build_table
from builder.choices.configuration import ConfigurationError
from factories.targets import make_target
from manylinux.backends.docker.wish import ImageWish


def test_a_table_may_name_an_image_and_packages(tmp_path: Path) -> None:
    """Who names an image wants it; what a project does not say, `:all:` has said."""
    (tmp_path / "Dockerfile").write_text("FROM x")
    rows: dict[str, Any] = {
        ":all:": {"how": "auto", "image": "all:1"},
        "Some.Thing": {"packages": ["libpq-devel", "gcc-c++"]},
        "own": {"dockerfile": "Dockerfile"},
        "plain": "zig",
    }
    table = build_table(rows, tmp_path)
    wishes = build_wishes([], table)

    assert (wishes.default, dict(wishes.projects)) == (
        Mode.AUTO,
        {"some-thing": Mode.DOCKER, "own": Mode.DOCKER, "plain": Mode.ZIG},
    )
    assert wishes.image == ImageWish(image="all:1")
    assert wishes.image_of("some-thing") == ImageWish(image="all:1", packages=("libpq-devel", "gcc-c++"))  # type: ignore[arg-type]  # normalized
    assert wishes.image_of("own").dockerfile == tmp_path / "Dockerfile"  # type: ignore[arg-type]  # normalized
    assert wishes.image_of(None) == wishes.image


def test_limits_are_those_of_all_projects_but_for_what_one_says(tmp_path: Path) -> None:
    """Sizes as people write them; who gives limits asks for no backend."""
    rows: dict[str, Any] = {
        ":all:": {"limits": {"memory": "8GB", "seconds": 60}},
        "Large": {"limits": {"memory": 16 << 30}},
        "small": {"pure": "accept"},
    }
    wishes = build_wishes([], build_table(rows, tmp_path))

    assert (wishes.limits_of(None).memory, wishes.limits_of(None).seconds) == (8 << 30, 60)
    large = wishes.limits_of("large")  # type: ignore[arg-type]  # normalized
    assert (large.memory, large.seconds) == (16 << 30, 60)
    assert wishes.accepts_pure("small")  # type: ignore[arg-type]  # normalized
    assert not wishes.accepts_pure(None)
    assert dict(wishes.projects) == {}
    assert wishes.default is Mode.AUTO


def test_what_is_accepted_is_part_of_the_key(tmp_path: Path) -> None:
    """Who accepts nothing must not find a wheel that was accepted."""

    def key(*rows: dict[str, Any]) -> str:
        return build_wishes([], build_table({"demo": rows[0]} if rows else {}, tmp_path)).key

    assert key() != key({"pure": "accept"})
    assert key() == key({"pure": "refuse"}) == key({"limits": {"seconds": 5}})


def test_what_was_built_in_an_image_is_found_by_that_image() -> None:
    """Another image, or other packages, have another wheel; zig does not care."""

    def key(how: str, image: ImageWish) -> str:
        door = NativeDoor(
            target=make_target(),
            wishes=build_wishes([how], BuildTable(images={":all:": image})),
            open=lambda: None,  # type: ignore[arg-type,return-value]  # not asked
        )
        return door.shortcut(None)

    one, other = ImageWish(image="x:1"), ImageWish(image="x:1", packages=("a",))

    assert key("docker", one) != key("docker", other)
    assert key("zig", one) == key("zig", other)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"imag": "x"}, "there is no key `imag`"),
        ({"image": 1}, "`image` is no text"),
        ({"image": "--privileged"}, "no name of an image"),
        ({"image": "x", "dockerfile": "y"}, "both given"),
        ({"dockerfile": "missing"}, "the Dockerfile cannot be read"),
        ({"dockerfile": "."}, "the Dockerfile cannot be read"),
        ({"packages": "libpq"}, "no array of names"),
        ({"packages": []}, "no array of names"),
        ({"packages": ["a; rm -rf /"]}, "no array of names"),
        ({"packages": ["-y"]}, "no array of names"),
        (1, "not a table of words and tables"),
        ({"pure": "yes"}, "`pure` is neither `accept` nor `refuse`"),
        ({"limits": 1}, "`limits` is no table"),
        ({"limits": {"memery": 1}}, "no limit `memery`"),
        ({"limits": {"memory": "much"}}, "`memory = 'much'` is no size above 0"),
        ({"limits": {"seconds": 0}}, "`seconds = 0` is no number above 0"),
        ({"limits": {"processes": True}}, "`processes = True` is no number"),
        ({"limits": {"seconds": 10**400}}, "is more than any machine has"),
    ],
)
def test_what_cannot_be_understood_is_refused(row: object, told: str, tmp_path: Path) -> None:
    """With what is wrong, before anything is done."""
    with pytest.raises(ConfigurationError, match=told):
        build_table({"demo": row}, tmp_path)
