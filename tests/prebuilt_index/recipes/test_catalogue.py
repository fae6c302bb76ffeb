"""All recipes there are."""

from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from factories.recipes import a_catalogue, library_text, quick_recipe, write_recipes
from manylinux.errors import LbuildError, SeveralErrors
from prebuilt_index.errors import InvalidRecipeError
from prebuilt_index.recipes import own_recipes, read_catalogue

DEMO, OTHER = canonicalize_name("demo"), canonicalize_name("other")


def test_those_that_come_with_lbuild_are_sound() -> None:
    recipes = own_recipes().recipes
    assert len(recipes) >= 10
    for project, recipe in recipes.items():
        assert Path(recipe.file).name == f"{project}.toml"
        # Who links a library hands it on.
        assert {each.name for each in recipe.libraries} <= set(recipe.licences), project


def test_a_folder_goes_before_what_comes_with_lbuild(tmp_path: Path) -> None:
    catalogue = read_catalogue([write_recipes(tmp_path / "mine", "misaka")])
    misaka = catalogue.recipes[canonicalize_name("misaka")]
    assert misaka.about == "It is quick."
    assert len(catalogue.recipes) == len(own_recipes().recipes)


def test_faults_of_all_files_are_told_together(tmp_path: Path) -> None:
    folder = write_recipes(tmp_path, "demo")
    (folder / "one.toml").write_text("x = 1")
    (folder / "two.toml").write_bytes(b"\xff")
    with pytest.raises(SeveralErrors) as told:
        read_catalogue([folder])
    assert [type(each) for each in told.value.errors] == [InvalidRecipeError] * 2


def test_libraries_that_need_each_other_are_refused(tmp_path: Path) -> None:
    (tmp_path / "libraries").mkdir()
    for name, needs in (("a", ("b",)), ("b", ("a",))):
        (tmp_path / "libraries" / f"{name}.toml").write_text(library_text(name, needs))
    with pytest.raises(InvalidRecipeError, match="need each other"):
        read_catalogue([tmp_path], own=False)


def test_two_recipes_of_one_project_are_refused(tmp_path: Path) -> None:
    folder = write_recipes(tmp_path, "demo")
    (folder / "again.toml").write_text(quick_recipe("Demo").replace("import Demo", "import demo"))
    with pytest.raises(InvalidRecipeError, match="two recipes of `demo`"):
        read_catalogue([folder], own=False)


def test_what_there_is_no_recipe_of_is_told_with_the_nearest(tmp_path: Path) -> None:
    catalogue = a_catalogue(tmp_path, "demo", "other")
    assert list(catalogue.only([OTHER]).recipes) == [OTHER]
    with pytest.raises(InvalidRecipeError, match="did you mean `demo`"):
        catalogue.only([canonicalize_name("demos")])


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(LbuildError, match="There is no folder"):
        read_catalogue([tmp_path / "none"])
