"""Recipes, pages and targets become lines of steps."""

from pathlib import Path

from packaging.utils import canonicalize_name

from builder.farm.planning import planned
from builder.farm.values import Plan, State
from builder.testing import MemoryIndex
from factories.recipes import quick_recipe
from manylinux.target import Target
from prebuilt_index.errors import ProjectNotFoundError
from prebuilt_index.recipes import Catalogue
from prebuilt_index.recipes.reading import read_recipe

DEMO = canonicalize_name("demo")


def plan(
    index: MemoryIndex, versions: str = '""', *, everything: bool = False, only: str = "", more: str = ""
) -> Plan:
    recipe = read_recipe(quick_recipe("demo", more=f"versions = {versions}\n{more}"), "demo.toml", {})

    def wanted(target: Target) -> bool:
        return only in target.id

    catalogue = Catalogue(recipes={DEMO: recipe})
    return planned(catalogue, {DEMO: index.page(DEMO)}, wanted, everything=everything)


def steps(found: Plan) -> list[tuple[str, str, list[str]]]:
    return [
        (str(line.version), line.architecture.value, [step.target.runtime.id for step in line.steps])
        for line in found.lines
    ]


def test_a_line_for_each_architecture_with_its_runtimes_in_order() -> None:
    index = MemoryIndex()
    index.add("demo-1.0.tar.gz")
    both = ["python3.11", "python3.13"]
    assert steps(plan(index)) == [("1.0", "x86_64", both), ("1.0", "arm64", both)]
    assert {step.why for line in plan(index).lines for step in line.steps} == {"only an sdist"}


def test_what_is_offered_is_not_built_unless_all_is_wanted() -> None:
    index = MemoryIndex()
    index.add("demo-1.0.tar.gz")
    wheel = index.add("demo-1.0-cp313-cp313-manylinux_2_17_x86_64.whl")
    found = plan(index)
    assert steps(found)[0] == ("1.0", "x86_64", ["python3.11"])
    assert [(row.target, row.state, row.why) for row in found.rows] == [
        ("python3.13/x86_64", State.OFFERED, wheel.filename)
    ]
    assert len(plan(index, everything=True).lines[0].steps) == 2


def test_a_wheel_under_a_tag_of_its_own_is_built_beside_what_is_offered() -> None:
    index = MemoryIndex()
    index.add("demo-1.0.tar.gz")
    index.add("demo-1.0-cp313-cp313-manylinux_2_17_x86_64.whl")
    found = plan(index, more='build-tag = "1lambda"')
    assert len(found.lines[0].steps) == 2
    assert not found.rows


def test_the_newest_version_with_an_sdist_for_that_python() -> None:
    index = MemoryIndex()
    for version in ("1.0", "1.1", "2.0rc1"):
        index.add(f"demo-{version}.tar.gz")
    index.add("demo-1.2.tar.gz", requires_python=">=3.12")
    index.add("demo-1.3.tar.gz", yanked="")
    index.add("demo-1.4-py2-none-any.whl")
    assert steps(plan(index, only="arm64")) == [
        ("1.1", "arm64", ["python3.11"]),
        ("1.2", "arm64", ["python3.13"]),
    ]


def test_versions_by_specifier_and_by_name() -> None:
    index = MemoryIndex()
    for version in ("1.0", "1.1", "2.0"):
        index.add(f"demo-{version}.tar.gz")
    assert [version for version, _, _ in steps(plan(index, '"<2"', only="arm64"))] == ["1.1"]
    named = plan(index, '["1.0", "2.0", "3.0"]', only="python3.13/arm64")
    assert [version for version, _, _ in steps(named)] == ["1.0", "2.0"]
    assert [(row.version, row.state) for row in named.rows] == [("3.0", State.FAILED)]


def test_a_project_that_no_index_knows_is_a_row_for_each_target() -> None:
    recipe = read_recipe(quick_recipe("demo"), "demo.toml", {})
    unknown = ProjectNotFoundError("No index knows `demo`")
    found = planned(Catalogue(recipes={DEMO: recipe}), {DEMO: unknown}, lambda target: True)
    assert [row.fault.code for row in found.rows if row.fault] == ["project-not-found"] * 4


def test_a_zip_is_taken_where_there_is_no_tar(tmp_path: Path) -> None:
    index = MemoryIndex()
    index.add("demo-1.0.zip")
    assert plan(index).lines[0].sdist.filename == "demo-1.0.zip"
    index.add("demo-1.0.tar.gz")
    assert plan(index).lines[0].sdist.filename == "demo-1.0.tar.gz"
