"""Recipes are read whole, or refused with all that is wrong in them."""

import warnings

import pytest

from factories.recipes import a_library, a_recipe, quick_recipe
from manylinux.backends.limits import Limits
from prebuilt_index.errors import InvalidRecipeError
from prebuilt_index.recipes.reading import read_recipe
from prebuilt_index.recipes.reading_library import read_library


def test_every_fault_is_told_at_once_with_the_nearest_name() -> None:
    text = """\
schema = 2
project = "no name!"
backnd = "zig"
versions = ["1.0", "x y"]
targets = {runtimes = ["python3.33"], architectures = ["mips"], glibc = "2.26"}
packages = {apt-get = ["libpq-dev; rm -rf /"], pacman = ["x"]}
environment = {PATH = "/mine", "A B" = "1"}
edits = [{file = "../setup.py", find = "x", replace = "y"}, {file = "a", replace = 1}]
libraries = ["libqp"]
smoke = "import ("
"""
    with pytest.raises(InvalidRecipeError) as told:
        read_recipe(text, "bad.toml", {"libpq": a_library("libpq")})

    evidence = "\n".join(told.value.evidence)
    for part in (
        "`backnd`; did you mean `backend`?",
        "`schema` is 2",
        "`project` is `no name!`",
        "`about` is missing",
        "`versions` is no specifier and no list of versions",
        "`targets.runtimes` names `python3.33`",
        "`targets.architectures` names `mips`",
        "`targets.glibc`",
        "`libpq-dev; rm -rf /`, which is no name of a package",
        "`packages.pacman`",
        "`PATH`, which is the same in every build",
        "`A B`, which is no name of a variable",
        "`edits[0].file` is `../setup.py`, which is not below the project's folder",
        "`edits[1].find` is missing",
        "`edits[1].replace` is no text",
        "`libqp`, and there is no such library; did you mean `libpq`?",
        "`smoke` is no Python",
    ):
        assert part in evidence, part
    assert len(told.value.evidence) == 17


@pytest.mark.parametrize("text", ["= 1", "a = [" * 3000, "smoke = '\x00'"])
def test_what_is_no_toml_is_refused(text: str) -> None:
    with pytest.raises(InvalidRecipeError, match="is no TOML"):
        read_recipe(text, "bad.toml", {})


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('backend = "gcc"', "`backend` is `gcc`"),
        ("smoke = 3", "`smoke` is no text"),
        ('about = "\\u0000"', "`about` is no text"),
        ('environment = {CFLAGS = "a\\u0000"}', "`environment` is no table of texts"),
        ('licences = {"a\\u0000" = "a"}', "`licences` is no table of texts"),
        ('grafts = ["a\\u0000"]', "`grafts` is no list of texts"),
        ('grafts = "libpq.so.5"', "`grafts` is no list of texts"),
        ("licences = {libpq = 1}", "`licences` is no table of texts"),
        ("edits = [1]", "`edits` is no list of tables"),
        ('programs = {"../x" = {}}', "`programs` has `../x`"),
        ("config-settings = {a = 1}", "`config-settings.a` is no list of texts"),
        ('smoke-requires = "other"', "`smoke-requires` is no list of texts"),
        ('smoke-requires = ["other >> 1"]', "`smoke-requires` has `other >> 1`, which is no requirement"),
        ('smoke-requires = ["a @ https://x/a.whl"]', "`smoke-requires` has `a @ https://x/a.whl`: a URL"),
        ("versions = 1", "`versions` is no specifier"),
        ('versions = ">=%s"' % ("1" * 5000), "`versions` is no specifier"),
        ('versions = ["%s"]' % ("1" * 5000), "`versions` is no specifier"),
        ('targets = "all"', "`targets` is no table"),
        ('build-tag = "lambda"', "`build-tag` is `lambda`"),
        ('build-tag = "1-2"', "`build-tag` is `1-2`"),
        ("build-tag = 1", "`build-tag` is no text"),
        ('image = "an image"', "`image` is `an image`, which is no name of an image"),
        ('image = "debian:12"', "`image` is for builds in containers, and `backend` is `zig`"),
        ('packages = {dnf = ["x"]}', "`packages` is for builds in containers"),
        ("limits = 7200", "`limits` is no table"),
        ("limits = {time = 7200}", "there is no key `limits.time`"),
        ("limits = {second = 7200}", "there is no key `limits.second`; did you mean `seconds`?"),
        ('limits = {seconds = "2h"}', "`limits.seconds` is `2h`, which is no number above 0"),
        ("limits = {seconds = 0}", "`limits.seconds` is `0`, which is no number above 0"),
        ("limits = {processes = true}", "`limits.processes` is `True`, which is no number above 0"),
        ('limits = {memory = "much"}', "`limits.memory` is `much`, which is no size above 0"),
        ("limits = {written = 1.5}", "`limits.written` is `1.5`, which is no size above 0"),
        ('limits = {wheel = "999999999GB"}', "`limits.wheel` is `999999999GB`, which is more than any"),
    ],
)
def test_a_wrong_value_is_named(line: str, fault: str) -> None:
    key = line.partition(" ")[0]
    text = "\n".join(each for each in quick_recipe("demo").splitlines() if not each.startswith(key))
    with pytest.raises(InvalidRecipeError) as told:
        read_recipe(f"{text}\n{line}\n", "bad.toml", {})
    assert any(each.startswith(fault) for each in told.value.evidence), told.value.evidence


@pytest.mark.parametrize("line", ['libraries = ["a"]', '[programs.x]\n"--y" = "z"'])
@pytest.mark.parametrize("backend", ["docker", "local"])
def test_what_another_backend_would_pass_over_is_a_fault(line: str, backend: str) -> None:
    text = quick_recipe("demo").replace('backend = "zig"', f'backend = "{backend}"')
    with pytest.raises(InvalidRecipeError) as told:
        read_recipe(f"{text}\n{line}\n", "bad.toml", {"a": a_library("a")})
    (evidence,) = told.value.evidence
    assert f"are for builds with zig, and `backend` is `{backend}`" in evidence


def test_a_build_tag_and_an_image_are_read() -> None:
    recipe = a_recipe(more='build-tag = "12lambda"')
    assert (recipe.build, recipe.image) == ((12, "lambda"), None)
    text = quick_recipe("demo").replace('backend = "zig"', 'image = "my/{python}:{arch}"')
    assert read_recipe(text, "x.toml", {}).image == "my/{python}:{arch}"


def test_limits_that_are_not_said_are_the_defaults() -> None:
    recipe = a_recipe(more='limits = {seconds = 7200, memory = "1.5GB"}')
    assert recipe.limits == Limits(seconds=7200, memory=3 << 29)
    assert a_recipe().limits == Limits()
    assert a_recipe().digest != recipe.digest


def test_a_library_comes_after_what_it_needs() -> None:
    known = {each.name: each for each in (a_library("a", ("b", "c")), a_library("b", ("c",)), a_library("c"))}
    recipe = a_recipe(more='libraries = ["a"]', libraries=known)
    assert [each.name for each in recipe.libraries] == ["c", "b", "a"]


def test_the_digest_is_of_what_is_said_and_not_of_how() -> None:
    text = quick_recipe("demo")
    same = read_recipe(f"# a word\n{text}", "other.toml", {})
    assert a_recipe().digest == same.digest
    assert a_recipe(more='environment = {A = "1"}').digest != same.digest


def test_the_digest_holds_that_of_the_libraries() -> None:
    one = a_recipe(more='libraries = ["a"]', libraries={"a": a_library("a")})
    other = a_recipe(more='libraries = ["a"]', libraries={"a": a_library("a", sha256="1" * 64)})
    assert one.digest != other.digest


def test_a_library_is_pinned_and_can_be_had() -> None:
    text = (
        'schema = 1\nlibrary = "x"\nversion = "1"\nlicence = "MIT"\n[source]\nfile = "../x"\nsha256 = "12"\n'
    )
    with pytest.raises(InvalidRecipeError) as told:
        read_library(text, "x.toml")
    assert len(told.value.evidence) == 4, told.value.evidence


def test_without_targets_a_recipe_is_for_all_but_previews() -> None:
    text = quick_recipe("demo")
    everywhere = "\n".join(each for each in text.splitlines() if not each.startswith("targets"))
    names = {target.id for target in read_recipe(everywhere, "x", {}).targets}
    assert {"python3.9/arm64", "python3.13/x86_64"} <= names
    assert not any("3.15" in name for name in names)


def test_a_smoke_test_is_read_and_not_warned_of() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_recipe(quick_recipe("demo").replace('smoke = "', r"""smoke = "'\\d'; """), "demo.toml", {})
