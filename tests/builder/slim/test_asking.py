"""What a user asks to keep and to leave out, beside what the rules say."""

from collections.abc import Sequence

import pytest

from builder.errors import NotDroppableError
from builder.model import Slimming
from builder.slim.asking import Asked, WheelFiles, asked
from builder.slim.globs import GlobFault
from builder.slim.profile import SlimProfile
from builder.slim.rules import STRIP, rules
from builder.slim.selecting import parse_drop, parse_keep
from builder.slim.values import Decision, SharedObject
from factories.slimming import Files, make_decision

PACKAGE = {
    "pkg/__init__.py": "",
    "pkg/core.py": "",
    "pkg/fast.c": "",
    "pkg/LICENSE.md": "",
    "pkg/data/x.csv": "",
    "pkg/tests/__init__.py": "",
    "pkg/tests/test_core.py": "from .common import f\n",
    "pkg/tests/common.py": "",
    "pkg/tests/x.csv": "",
    "a-1.dist-info/METADATA": "",
    "a-1.data/scripts/run": "",
}
TESTS = ["pkg/tests/__init__.py", "pkg/tests/common.py", "pkg/tests/test_core.py", "pkg/tests/x.csv"]


def profile(
    keep: Sequence[str] = (), drop: Sequence[str] = (), base: Slimming = Slimming.SAFE
) -> SlimProfile:
    return SlimProfile(base=base, keep=tuple(map(parse_keep, keep)), drop=tuple(map(parse_drop, drop)))


def decided(*wheels: Files, **changes: Sequence[str]) -> Decision:
    return make_decision(*wheels, changes=profile(**changes))


def found(*, keep: Sequence[str] = (), drop: Sequence[str] = ()) -> Asked:
    """What is asked of a bundle of `PACKAGE`, as project `a`."""
    return asked(profile(keep, drop), [WheelFiles(project="a", paths=sorted(PACKAGE))])


def test_what_is_asked_goes_and_is_told_so() -> None:
    """The rule is the glob, and the rules themselves go on."""
    dropped = decided(PACKAGE, drop=["a:pkg/data/**"]).dropped

    assert dropped[0, "pkg/data/x.csv"] == "asked: a:pkg/data/**"
    assert dropped[0, "pkg/fast.c"] == "sources"


def test_keep_beats_drop_and_drop_beats_rules() -> None:
    """In this order, whatever order they are given in."""
    decision = decided(PACKAGE, keep=["pkg/fast.c", "pkg/data/*"], drop=["a:pkg/data/**", "a:pkg/tests/*"])

    assert decision.dropped == {(0, path): "asked: a:pkg/tests/*" for path in TESTS}


def test_a_test_module_that_is_kept_keeps_what_it_reaches() -> None:
    """Else it could not be imported."""
    decision = decided(PACKAGE, keep=["pkg/tests/test_core.py"])

    assert {path for _, path in decision.dropped} == {"pkg/fast.c"}
    assert decision.kept[0, "pkg/tests/test_core.py"] == "asked to stay"
    assert decision.kept[0, "pkg/tests/common.py"] == "pkg.tests.test_core"


def test_a_file_of_tests_that_is_kept_keeps_no_module() -> None:
    """It is read by nobody."""
    decision = decided(PACKAGE, keep=["pkg/tests/x.csv"])

    assert {path for _, path in decision.dropped} == {"pkg/fast.c", *TESTS} - {"pkg/tests/x.csv"}


def test_a_module_that_is_asked_to_go_goes_though_others_reach_it() -> None:
    """The user knows what the code does not show; it is no longer among what stays."""
    wheel = {**PACKAGE, "pkg/core.py": "import pkg.tests.common"}
    decision = decided(wheel, drop=["a:pkg/tests/common.py"])

    assert decision.dropped[0, "pkg/tests/common.py"] == "asked: a:pkg/tests/common.py"
    assert (0, "pkg/tests/common.py") not in decision.kept
    assert (0, "pkg/tests/__init__.py") in decision.kept


def test_the_last_copy_of_a_library_stays() -> None:
    """The rule counts what is left when the user's wish is done."""
    wheel = {"pkg/__init__.py": "", "pkg/lib/a.so": "same", "pkg/lib/b.so": "same"}
    facts = {
        (0, path): SharedObject(soname=None, needed=(), is_module=False) for path in wheel if "lib" in path
    }
    wish = profile(drop=["a:pkg/lib/a.so"])

    assert make_decision(wheel, shared_objects=facts).dropped == {(0, "pkg/lib/b.so"): "library-copies"}
    dropped = make_decision(wheel, shared_objects=facts, changes=wish).dropped
    assert dropped == {(0, "pkg/lib/a.so"): "asked: a:pkg/lib/a.so"}


def test_drops_without_any_rule() -> None:
    """`none` is a profile to build on."""
    decision = make_decision(PACKAGE, changes=profile(drop=["a:**/*.csv"], base=Slimming.NONE))

    assert sorted(path for _, path in decision.dropped) == ["pkg/data/x.csv", "pkg/tests/x.csv"]


def test_rules_are_switched_one_by_one() -> None:
    """On top of any profile."""
    files = {"a/__init__.py": "", "a/x.pyi": "", "a/x.c": "", "a/notes.rst": ""}
    changes = SlimProfile(also=frozenset({"documentation"}), without=frozenset({"stubs"}))
    only = SlimProfile(base=Slimming.NONE, also=frozenset({"stubs"}))

    assert {path for _, path in make_decision(files, changes=changes).dropped} == {"a/x.c", "a/notes.rst"}
    assert {path for _, path in make_decision(files, changes=only).dropped} == {"a/x.pyi"}


def test_only_the_named_project_is_concerned() -> None:
    """The second wheel is project `b`."""
    other = {"pkg/data/y.csv": "", "other/__init__.py": ""}

    assert [path for _, path in decided(PACKAGE, other, drop=["B:**/*.csv"]).dropped if "csv" in path] == [
        *("pkg/data/y.csv", "pkg/tests/x.csv")
    ]


def test_metadata_and_licences_stay_and_a_note_says_so() -> None:
    """Neither is for the user to leave out; scripts are not in site-packages, and no glob means them."""
    wish = found(drop=["a:**"])

    assert {path for _, path in wish.dropped} == PACKAGE.keys() - {
        *("a-1.dist-info/METADATA", "a-1.data/scripts/run", "pkg/LICENSE.md")
    }
    assert wish.notes == (
        "`a:**` also means `a-1.dist-info/METADATA` and 1 more: metadata and licences stay",
    )


@pytest.mark.parametrize(("glob", "why"), [("a-*/**", "importlib.metadata"), ("pkg/LICENSE*", "licence")])
def test_a_glob_that_means_nothing_else_is_refused(glob: str, why: str) -> None:
    """The error says why."""
    with pytest.raises(NotDroppableError) as caught:
        found(drop=[f"a:{glob}"])

    assert why in caught.value.evidence[0]


def test_a_module_called_after_licences_is_no_licence() -> None:
    """Code may go when it is asked for."""
    files = [WheelFiles(project="a", paths=["licensing/__init__.py", "pkg/license.py"])]

    assert asked(profile(drop=["a:**/license.py"]), files).dropped


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"keep": ["pkg/absent.py"]}, "keep `pkg/absent.py` means no file of this bundle"),
        ({"drop": ["a:pkg/absent.py"]}, "drop `a:pkg/absent.py` means no file of this bundle"),
        ({"drop": ["b:pkg/**"]}, "drop `b:pkg/**`: no `b` in this bundle"),
        ({"keep": ["b:pkg/**"]}, "keep `b:pkg/**`: no `b` in this bundle"),
        (
            {"drop": ["a:pkg/data"]},
            "drop `a:pkg/data` means no file of this bundle; `pkg/data/` is a folder: write `a:pkg/data/**`",
        ),
        ({"drop": ["a:a-1.data/scripts/*"]}, "drop `a:a-1.data/scripts/*` means no file of this bundle"),
    ],
)
def test_what_means_nothing_is_told(wish: dict[str, list[str]], told: str) -> None:
    """A glob that was right for another version is not silently useless."""
    assert found(**wish).warnings == (told,)


def test_what_means_something_is_not() -> None:
    """Also where something else decides about its files."""
    assert found(keep=["pkg/**"], drop=["a:pkg/data/**"]).warnings == ()


@pytest.mark.parametrize("text", ["pkg/**", "a:x.dist-info/RECORD", "-:pkg", ":pkg", "a:", "a:/pkg"])
def test_refuses_what_names_no_files_of_a_project(text: str) -> None:
    """A project is named, and no metadata is."""
    with pytest.raises(GlobFault):
        parse_drop(text)


def test_a_project_has_one_name() -> None:
    """However it is written."""
    assert parse_keep("Zope.Interface:x").concerns("zope-interface")
    assert not parse_keep("zope:x").concerns("zope-interface")


@pytest.mark.parametrize("base", list(Slimming))
@pytest.mark.parametrize("also", [frozenset(), frozenset({STRIP}), frozenset({"stubs"})])
@pytest.mark.parametrize("without", [frozenset(), frozenset({STRIP}), frozenset({"stubs"})])
def test_what_a_warm_build_knows_without_the_table_is_what_the_table_says(
    base: Slimming, also: frozenset[str], without: frozenset[str]
) -> None:
    """Whether anything is stripped, and whether anything can go."""
    changed = SlimProfile(base=base, also=also, without=without)

    assert changed.rules <= rules().keys()
    assert changed.strips == (STRIP in changed.rules)
    assert changed.is_idle == (not changed.rules)
