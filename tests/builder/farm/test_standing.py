"""What the index has for a step, and under which name its wheel is built if it has to be."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from builder.farm.standing import Fitting, Lacking, Standing, There, changes, label, standing
from factories.recipes import a_recipe
from factories.targets import make_target
from prebuilt_index.artefacts import IndexFile
from prebuilt_index.tree.entry import Entry, Provenance

if TYPE_CHECKING:
    from prebuilt_index.recipes import Recipe

TARGET = make_target("python3.13", "x86_64")
OTHER = make_target("python3.11", "x86_64")
SDIST = IndexFile(filename="demo-1.0.tar.gz", url="", hashes={"sha256": "5" * 64})
RECIPE = a_recipe()
NOW = {"repair": "2", "zig": "0.17"}


def tools(backend: str) -> dict[str, str]:
    return NOW if backend == "zig" else {}


def wheel(
    tags: str = "cp313-cp313-manylinux_2_17_x86_64",
    *,
    build: str = "",
    old: bool = False,
    made_for: str = "python3.13-x86_64",
    yanked: str | None = None,
    by_recipe: bool = True,
) -> Entry:
    """An entry; `old`: its recipe was another one."""
    filename = f"demo-1.0-{build}-{tags}.whl" if build else f"demo-1.0-{tags}.whl"
    made = Provenance(
        builder="lbuild",
        backend="zig",
        target=made_for,
        recipe="demo",
        recipe_sha256="0" * 64 if old else RECIPE.digest,
        source_sha256="5" * 64,
        toolchain=NOW,
    )
    return Entry(
        filename=filename,
        sha256="",
        size=0,
        metadata_sha256="",
        yanked=yanked,
        provenance=made if by_recipe else None,
    )


def found(*entries: Entry, rebuild: bool = False, recipe: Recipe = RECIPE) -> Standing:
    """Whatever the order in which the entries are given."""
    answers = [
        standing(order, recipe, SDIST, TARGET, tools, rebuild=rebuild) for order in permutations(entries)
    ]
    assert all(answer == answers[0] for answer in answers)
    return answers[0]


def test_an_empty_index_lacks_the_wheel_under_the_recipes_own_tag() -> None:
    assert found() == Lacking(build=())
    assert found(recipe=replace(RECIPE, build=(1, "lambda"))) == Lacking(build=(1, "lambda"))


def test_what_loads_elsewhere_does_not_count() -> None:
    there = wheel("cp311-cp311-manylinux_2_17_x86_64", made_for="python3.11-x86_64")
    assert found(there, wheel("cp313-cp313-manylinux_2_17_aarch64")) == Lacking(build=())


def test_a_wheel_for_the_target_is_there_and_one_for_another_fits() -> None:
    assert found(wheel()) == There(filename=wheel().filename)
    abi3 = wheel("cp311-abi3-manylinux_2_17_x86_64", made_for="python3.11-x86_64")
    assert found(abi3) == Fitting(filename=abi3.filename)
    assert found(abi3, wheel()) == There(filename=wheel().filename)


def test_a_changed_recipe_is_told_and_nothing_is_built_unless_that_is_wanted() -> None:
    old = wheel(old=True)
    assert found(old) == There(filename=old.filename, changed=("recipe",))
    assert found(old, rebuild=True) == Lacking(build=(1, ""), changed=("recipe",))


def test_the_next_tag_is_above_all_that_were_given() -> None:
    old = (wheel(old=True), wheel(build="4", old=True), wheel(build="2x", old=True, yanked="bad"))
    assert found(*old, rebuild=True) == Lacking(build=(5, ""), changed=("recipe",))
    lambdas = replace(RECIPE, build=(1, "lambda"))
    assert found(wheel(old=True), rebuild=True, recipe=lambdas) == Lacking(
        build=(1, "lambda"), changed=("recipe",)
    )
    assert found(wheel(build="1lambda", old=True), rebuild=True, recipe=lambdas) == Lacking(
        build=(2, "lambda"), changed=("recipe",)
    )


def test_what_was_built_anew_counts_and_goes_before() -> None:
    """So a run that was killed goes on where it was."""
    new = wheel(build="1")
    for rebuild in (False, True):
        assert found(wheel(old=True), new, rebuild=rebuild) == There(filename=new.filename)


def test_a_new_wheel_of_an_earlier_runtime_serves_in_place_of_an_old_one() -> None:
    """And where installers would still take the old one, that is told."""
    abi3 = wheel("cp311-abi3-manylinux_2_17_x86_64", build="1", made_for="python3.11-x86_64")
    old = wheel(old=True)
    assert found(old, abi3, rebuild=True) == Fitting(filename=abi3.filename, shadow=old.filename)


def test_wheels_that_no_recipe_made_are_never_old() -> None:
    foreign = wheel(by_recipe=False)
    assert found(foreign, rebuild=True) == Fitting(filename=foreign.filename)


def test_a_yanked_wheel_is_built_again_only_if_it_would_be_another() -> None:
    assert found(wheel(yanked="bad")) == There(filename=wheel().filename, yanked=True)
    assert found(wheel(yanked="bad", old=True)) == Lacking(build=(1, ""))
    assert found(wheel(old=True), wheel(build="1", yanked=""), rebuild=True) == There(
        filename=wheel(build="1").filename, yanked=True
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, ()),
        ({"recipe_sha256": "0" * 64}, ("recipe",)),
        ({"source_sha256": "0" * 64}, ("source",)),
        ({"source_sha256": None}, ()),
        ({"toolchain": {"repair": "1", "zig": "0.16"}}, ("repair", "zig")),
        ({"backend": "pure", "toolchain": {}}, ()),
        ({"backend": "pure", "toolchain": {"zig": "0.17"}}, ("zig",)),
        ({"recipe_sha256": None, "toolchain": {}}, ()),
    ],
)
def test_what_of_its_making_is_another_one(change: dict[str, object], told: tuple[str, ...]) -> None:
    entry = wheel()
    assert entry.provenance is not None
    entry = replace(entry, provenance=replace(entry.provenance, **change))  # type: ignore[arg-type]  # by name
    assert changes(entry, RECIPE, SDIST, tools) == told


def test_a_wheel_for_any_platform_is_named_alike_by_both_architectures() -> None:
    any_platform = "demo-1.0-py3-none-any.whl"
    arm = make_target("python3.13", "arm64")
    assert label(TARGET, any_platform) == label(arm, any_platform) == "python3.13"
    assert label(TARGET, wheel().filename) != label(arm, wheel().filename)
    entry = wheel("py3-none-any", made_for="python3.13")
    assert standing([entry], RECIPE, SDIST, arm, tools) == There(filename=entry.filename)
    assert standing([entry], RECIPE, SDIST, OTHER, tools) == Fitting(filename=entry.filename)
