"""Reasons are read whole, or refused with all that is wrong in them."""

from pathlib import Path

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from factories.recipes import write_recipes
from factories.targets import make_target
from manylinux.runtimes import runtimes
from prebuilt_index.errors import InvalidRecipeError
from prebuilt_index.recipes import own_recipes, read_catalogue
from prebuilt_index.recipes.reasons import read_reasons

DEMO = canonicalize_name("demo")
NEWER, OLDER = make_target("python3.13", "arm64"), make_target("python3.11")
TEXT = """\
schema = 1

[[reasons]]
project = "Demo"
versions = "<=1.2"
targets = {runtimes = ["python3.13"]}
why = "needs a printer"
instead = ["paper"]
"""


def write_reasons(folder: Path, text: str = TEXT) -> Path:
    (folder / "reasons").mkdir(parents=True)
    (folder / "reasons" / "some.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_reason_holds_for_what_was_tried(tmp_path: Path) -> None:
    catalogue = read_catalogue([write_reasons(tmp_path)], own=False)
    found = catalogue.reason(DEMO, Version("1.2"), NEWER)
    assert found is not None
    assert (found.why, found.instead) == ("needs a printer", ("paper",))
    assert catalogue.reason(DEMO, Version("1.3"), NEWER) is None
    assert catalogue.reason(DEMO, Version("1.2"), OLDER) is None
    assert catalogue.reason(canonicalize_name("other"), Version("1.2"), NEWER) is None


def test_every_fault_is_told_at_once() -> None:
    text = """\
schema = 1
reason = 1

[[reasons]]
project = "no name!"
versions = "x"
why = "It is so."
because = "of that"

[[reasons]]
project = "demo"
versions = ">=1"
why = "LONG"
instead = ["demo", "_"]
targets = {runtimes = ["python9.9"]}
""".replace("LONG", "x" * 161)
    with pytest.raises(InvalidRecipeError) as told:
        read_reasons(text, "bad.toml")
    evidence = "\n".join(told.value.evidence)
    for part in (
        "there is no key `reason`; did you mean `reasons`?",
        "there is no key `reasons[0].because`",
        "`reasons[0].project` is `no name!`",
        "`reasons[0].versions` is no specifier",
        "`reasons[0].why` is no clause",
        "`reasons[1].versions` is `>=1`, which has no end",
        "`reasons[1].why` has 161 characters",
        "`reasons[1].instead` names the project itself",
        "`reasons[1].instead` is `_`",
        "`reasons[1].targets.runtimes` names `python9.9`",
    ):
        assert part in evidence, part


@pytest.mark.parametrize("text", ["schema = 1", "schema = 1\nreasons = []", "schema = 1\nreasons = 3", "["])
def test_a_file_without_reasons_is_refused(text: str) -> None:
    with pytest.raises(InvalidRecipeError):
        read_reasons(text, "empty.toml")


def test_two_reasons_for_one_target_are_refused(tmp_path: Path) -> None:
    again = TEXT + TEXT.partition("\n")[2].replace("a printer", "ink")
    with pytest.raises(InvalidRecipeError, match="two reasons for `demo`"):
        read_catalogue([write_reasons(tmp_path, again)], own=False)
    apart = TEXT + TEXT.partition("\n")[2].replace("python3.13", "python3.11")
    assert len(read_catalogue([write_reasons(tmp_path / "apart", apart)], own=False).reasons[DEMO]) == 2


def test_who_asks_for_a_recipe_is_told_why_there_is_none(tmp_path: Path) -> None:
    catalogue = read_catalogue([write_recipes(write_reasons(tmp_path), "other")], own=False)
    with pytest.raises(InvalidRecipeError) as told:
        catalogue.only([DEMO])
    assert told.value.evidence == ("demo <=1.2: needs a printer; paper instead",)


def test_no_reason_of_lbuild_contradicts_a_recipe_of_it() -> None:
    catalogue = own_recipes()
    assert len(catalogue.reasons) >= 20
    for project, reasons in catalogue.reasons.items():
        recipe = catalogue.recipes.get(project)
        for reason in reasons:
            assert recipe is None or not set(recipe.targets) & set(reason.targets), project


def test_a_reason_without_targets_is_for_every_runtime_but_previews(tmp_path: Path) -> None:
    text = "\n".join(line for line in TEXT.splitlines() if not line.startswith("targets"))
    (reason,) = read_reasons(text, "some.toml")
    assert {each.runtime for each in reason.targets} == {each for each in runtimes() if not each.preview}
