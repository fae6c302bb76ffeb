"""Paths that several owners fill."""

from pathlib import Path

import pytest

from builder.errors import PathConflictError
from builder.link.namespaces import NamespaceStyle, namespace_style
from builder.model import BundlePlan
from factories.bundles import make_source, plan, verified_wheel
from manylinux.errors import SeveralErrors

PKGUTIL = b"__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"
PKG_RESOURCES = b"__import__('pkg_resources').declare_namespace(__name__)\n"
FROM_IMPORT = b"from pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)"
GUARDED = (
    b"try:\n    import pkg_resources\n    pkg_resources.declare_namespace(__name__)\n"
    b"except ImportError:\n    pass\n"
)
BOTH = b"try:\n    " + PKG_RESOURCES + b"except ImportError:\n    " + PKGUTIL


def owner(bundle: BundlePlan, path: str) -> str:
    (file,) = (file for file in bundle.files if file.path == path)
    return file.owner


def test_equal_files_merge_silently(tmp_path: Path) -> None:
    """One copy, owned by the first by name, with no note and no change to either RECORD."""
    wheels = [verified_wheel(tmp_path, name, {"shared/LICENSE": b"MIT", f"{name}.py": b""}) for name in "ba"]
    bundle = plan(wheels)

    assert owner(bundle, "shared/LICENSE") == "a 1.0"
    assert bundle.notes == ()
    assert [(drop.owner, drop.path, drop.rule) for drop in bundle.drops] == [
        ("b 1.0", "shared/LICENSE", "same-bytes")
    ]
    assert len(bundle.files) == sum(len(wheel.members) for wheel in wheels) - 1


def test_a_merged_file_runs_when_any_copy_did(tmp_path: Path) -> None:
    """The executable bit does not depend on which copy is kept."""
    plain = verified_wheel(tmp_path, "a", {"tool": b"#!/bin/sh\n"})
    runs = verified_wheel(tmp_path, "b", {"tool": b"#!/bin/sh\n"}, executables=["tool"])

    assert next(file for file in plan([plain, runs]).files if file.path == "tool").executable


def test_differing_files_are_an_error_naming_both_owners_and_all_paths(tmp_path: Path) -> None:
    """Every dispute of two projects is in one error, told without a look at the wheels' order."""
    one = verified_wheel(tmp_path, "one", {"x.py": b"1", "y.py": b"1", "z.py": b"same"})
    two = verified_wheel(tmp_path, "two", {"x.py": b"2", "y.py": b"2", "z.py": b"same"})
    with pytest.raises(PathConflictError) as caught:
        plan([two, one])

    assert caught.value.summary == "`one 1.0` and `two 1.0` put different files at 2 paths"
    assert caught.value.evidence == ("`x.py`", "`y.py`")
    assert caught.value.hint == "Say whose file to keep with `--prefer one` or `--prefer two`"


def test_disputes_of_different_pairs_are_told_together(tmp_path: Path) -> None:
    """Fixing one conflict does not only reveal the next."""
    wheels = [
        verified_wheel(tmp_path, "a", {"x.py": b"a"}),
        verified_wheel(tmp_path, "b", {"x.py": b"b", "y.py": b"b"}),
        verified_wheel(tmp_path, "c", {"y.py": b"c"}),
    ]
    with pytest.raises(SeveralErrors) as caught:
        plan(wheels)

    assert [error.evidence for error in caught.value.errors] == [("`x.py`",), ("`y.py`",)]


def test_a_long_dispute_is_cut_short(tmp_path: Path) -> None:
    """Two builds of one library can differ in hundreds of files."""
    names = [f"m{index:02}.py" for index in range(30)]
    wheels = [verified_wheel(tmp_path, each, {name: each.encode() for name in names}) for each in ("a", "b")]
    with pytest.raises(PathConflictError) as caught:
        plan(wheels)

    assert caught.value.evidence[-1] == "and 22 more"


def test_prefer_names_the_winner(tmp_path: Path) -> None:
    """The preferred project keeps its files, the other is noted, and its RECORD no longer claims them."""
    one = verified_wheel(tmp_path, "one", {"x.py": b"1", "y.py": b"1"})
    two = verified_wheel(tmp_path, "two", {"x.py": b"2", "y.py": b"2", "own.py": b""})
    bundle = plan([one, two], prefer=["one", "two"])

    assert owner(bundle, "x.py") == owner(bundle, "y.py") == "one 1.0"
    assert bundle.notes == ("`one 1.0` is preferred over `two 1.0` at `x.py` and 1 more",)
    record = next(file for file in bundle.files if file.path == "two-1.0.dist-info/RECORD")
    assert b"x.py" not in record.content.content  # type: ignore[union-attr]  # made by the plan
    assert b"own.py" in record.content.content  # type: ignore[union-attr]  # made by the plan


@pytest.mark.parametrize("prefer", [["c", "b"], ["c"]])
def test_the_first_preferred_wins(tmp_path: Path, prefer: list[str]) -> None:
    """Order in `--prefer` counts, not the order of the wheels."""
    wheels = [verified_wheel(tmp_path, name, {"x.py": name.encode()}) for name in "abc"]

    assert owner(plan(wheels, prefer=prefer), "x.py") == "c 1.0"


def test_prefer_settles_commands_too(tmp_path: Path) -> None:
    """Two projects with one command name differ in wrappers that lbuild made."""
    wheels = [
        verified_wheel(tmp_path, name, entry_points={"console_scripts": {"run": f"{name}:main"}})
        for name in ("a", "b")
    ]
    with pytest.raises(PathConflictError) as caught:
        plan(wheels, scripts=True)

    assert caught.value.evidence == ("`bin/run`",)
    assert owner(plan(wheels, scripts=True, prefer=["b"]), "bin/run") == "b 1.0"


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Pkg/a.py", "pkg/A.py"),
        ("pkg/stra\u00dfe.py", "pkg/STRASSE.py"),
        ("pkg/caf\u00e9.py", "pkg/cafe\u0301.py"),
    ],
)
def test_spellings_that_fold_together_are_a_dispute(tmp_path: Path, one: str, two: str) -> None:
    """Even with equal bytes: where case or Unicode form does not count, one of the names is lost."""
    wheels = [verified_wheel(tmp_path, "one", {one: b"x"}), verified_wheel(tmp_path, "two", {two: b"x"})]
    with pytest.raises(PathConflictError) as caught:
        plan(wheels)

    assert caught.value.evidence == (f"`{one}` and `{two}`",)


def test_a_file_cannot_stand_where_a_folder_is_needed(tmp_path: Path) -> None:
    """Nothing can unpack both, and `--prefer` cannot help."""
    file = verified_wheel(tmp_path, "file", {"demo": b"x"})
    folder = verified_wheel(tmp_path, "folder", {"demo/a/b.py": b"x"})
    with pytest.raises(PathConflictError) as caught:
        plan([file, folder], prefer=["file"])

    assert caught.value.evidence == ("`demo` and `demo/a/b.py`",)
    assert caught.value.hint == "Leave one of them out with `--exclude`"


def test_source_in_the_place_of_a_dependency_is_an_error(tmp_path: Path) -> None:
    """`--prefer` does not settle it: shadowing a dependency is nearly always a slip."""
    wheel = verified_wheel(tmp_path, "demo", {"utils.py": b"theirs"})
    source = make_source(tmp_path / "src", {"utils.py": b"mine"})
    with pytest.raises(PathConflictError) as caught:
        plan([wheel], source, prefer=["demo"])

    assert caught.value.summary == "`demo 1.0` and `source` put different files at one path"
    assert "`.lbuildignore`" in (caught.value.hint or "")


def test_source_equal_to_a_dependency_merges(tmp_path: Path) -> None:
    """A vendored copy is no mistake while it is the same."""
    wheel = verified_wheel(tmp_path, "demo", {"utils.py": b"same"})
    bundle = plan([wheel], make_source(tmp_path / "src", {"utils.py": b"same"}))

    assert owner(bundle, "utils.py") == "demo 1.0"


@pytest.mark.parametrize(
    ("contents", "kept"),
    [
        ((PKGUTIL, b"# licence\n" + PKGUTIL), 0),
        ((PKG_RESOURCES, PKGUTIL), 1),
        ((b"", BOTH, PKG_RESOURCES), 1),
        ((b"'''Corp.'''\n", b"# Corp\n"), 0),
        ((PKG_RESOURCES, BOTH, PKGUTIL, b""), 2),
    ],
)
def test_namespace_declarations_merge_to_the_most_capable(
    tmp_path: Path, contents: tuple[bytes, ...], kept: int
) -> None:
    """Copies of one namespace's `__init__.py` that differ in style only are no conflict."""
    wheels = [
        verified_wheel(tmp_path, f"p{index}", {"corp/__init__.py": content, f"corp/m{index}.py": b""})
        for index, content in enumerate(contents)
    ]
    bundle = plan(wheels)

    assert owner(bundle, "corp/__init__.py") == f"p{kept} 1.0"
    assert len(bundle.notes) == 1


def test_source_may_hold_a_portion_of_a_namespace(tmp_path: Path) -> None:
    """An app inside its company's namespace package merges like a wheel."""
    wheel = verified_wheel(tmp_path, "demo", {"corp/__init__.py": PKG_RESOURCES})
    bundle = plan([wheel], make_source(tmp_path / "src", {"corp/__init__.py": PKGUTIL}))

    assert owner(bundle, "corp/__init__.py") == "source"


def test_equal_looking_declarations_elsewhere_are_a_conflict(tmp_path: Path) -> None:
    """Only `__init__.py` inside a package declares a namespace."""
    wheels = [verified_wheel(tmp_path, "a", {"x.py": PKGUTIL}), verified_wheel(tmp_path, "b", {"x.py": b""})]
    with pytest.raises(PathConflictError):
        plan(wheels)


@pytest.mark.parametrize(
    ("content", "style"),
    [
        (PKGUTIL, NamespaceStyle.PKGUTIL),
        (FROM_IMPORT, NamespaceStyle.PKGUTIL),
        (b"import pkgutil\n__path__ = pkgutil.extend_path(__path__, __name__)", NamespaceStyle.PKGUTIL),
        (PKGUTIL.replace(b"'", b'"').strip() + b"  # type: ignore", NamespaceStyle.PKGUTIL),
        (PKG_RESOURCES, NamespaceStyle.PKG_RESOURCES),
        (b"import pkg_resources\npkg_resources.declare_namespace(__name__)", NamespaceStyle.PKG_RESOURCES),
        (BOTH, NamespaceStyle.PKG_RESOURCES_OR_PKGUTIL),
        (GUARDED, NamespaceStyle.PKG_RESOURCES),
        (b"\n# only a comment\n", NamespaceStyle.EMPTY),
        (b"\xef\xbb\xbf" + PKGUTIL, NamespaceStyle.PKGUTIL),
        (PKGUTIL + b"__version__ = '1'\n", None),
        (b"import pkgutil\n", None),
        (b"import os, pkgutil\n" + PKGUTIL, None),
        (b"__path__ = extend_path(__path__, 'other')", None),
        (b"__path__ = evil().extend_path(__path__, __name__)", None),
        (b"__path__ = __import__('os').extend_path(__path__, __name__)", None),
        (b"pkg_resources.declare_namespace(print('x'))", None),
        (b"def broken(:\n", None),
        (b"\x00", None),
        (b"\xff\xfe", None),
        (b"-" * 60_000 + b"1", None),
        (b"1+" * 30_000 + b"1", None),
        (b"#" * 100_000 + b"\n" + PKGUTIL, None),
    ],
)
def test_recognises_declarations_by_what_they_do(content: bytes, style: NamespaceStyle | None) -> None:
    """Any statement beyond declaring the namespace makes a file somebody's own."""
    assert namespace_style(content) is style
