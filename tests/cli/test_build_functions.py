"""`lbuild build` and `lbuild layers`: functions of a project, and what they share."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from factories.commands import Outcome, Room, members

BIG = os.urandom(1_500_000)
"""Content that no zip makes smaller, and large enough to be worth a layer."""


def project(room: Room, *tables: str) -> None:
    """The project's configuration."""
    room.write(
        "lbuild.toml",
        "[defaults]",
        'runtime = "python3.13"',
        "share-layers = true",
        'bytecode = "none"',
        *tables,
    )


def function(room: Room, name: str, requirements: str, *more: str) -> str:
    """A function with one module; its table."""
    room.write(f"{name}/app.py", f"import {requirements.partition(' ')[0]}")
    words = ", ".join(f'"{word}"' for word in requirements.split())
    lines = (f"[functions.{name}]", f"requirements = [{words}]", f'source = "{name}"', *more)
    return "\n".join(lines)


def two_functions(room: Room) -> None:
    """A project of two that have one large distribution in common."""
    room.offer("base", "1.0", {"base/__init__.py": b"", "base/data.bin": BIG})
    room.offer("tool", "1.0", requires_dist=["base"])
    project(room, function(room, "one", "tool"), function(room, "two", "base"))


def manifest(room: Room) -> dict[str, Any]:
    """What the last build wrote down."""
    found = json.loads((room.folder / "dist/lbuild-manifest.json").read_text())
    assert isinstance(found, dict)
    return found


def layer_of(room: Room) -> Path:
    """The only layer there is."""
    (entry,) = manifest(room)["layers"].values()
    return room.folder / "dist" / entry["file"]


def built(outcome: Outcome) -> Outcome:
    assert outcome.status == 0, outcome.stderr
    return outcome


def test_what_functions_share_lies_in_one_layer(room: Room) -> None:
    """Each function with its layers has exactly what its requirements need."""
    two_functions(room)
    built(room.lbuild("build"))

    found = manifest(room)
    assert sorted(members(layer_of(room)))[:2] == [
        "python/base-1.0.dist-info/METADATA",
        "python/base-1.0.dist-info/RECORD",
    ]
    assert "base/data.bin" not in members(room.folder / "dist/one.zip")
    assert "tool.py" in members(room.folder / "dist/one.zip")
    assert sorted(members(room.folder / "dist/two.zip")) == ["app.py"]
    assert [found["functions"][name]["layers"] for name in ("one", "two")] == [
        ["shared-py313-x86_64-base"]
    ] * 2


def test_the_manifest_tells_what_deployers_need(room: Room) -> None:
    """Names, files, digests, sizes, runtimes, architectures and distributions are those of the files."""
    two_functions(room)
    built(room.lbuild("build"))

    layer = manifest(room)["layers"]["shared-py313-x86_64-base"]
    function = manifest(room)["functions"]["one"]
    assert layer["file"] == f"layers/shared-py313-x86_64-base-{layer['sha256'][:16]}.zip"
    assert layer["zipped"] == layer_of(room).stat().st_size
    assert layer["compatible_runtimes"] == ["python3.13"]
    assert layer["compatible_architectures"] == ["x86_64"]
    assert [each["name"] for each in layer["distributions"]] == ["base"]
    assert function["unzipped_with_layers"] == function["unzipped"] + layer["unzipped"]
    assert (function["runtime"], function["architecture"]) == ("python3.13", "x86_64")


def test_a_named_layer_leaves_out_what_it_excludes(room: Room) -> None:
    """Where it has it; a project that nothing needs is no mistake there."""
    two_functions(room)
    project(
        room,
        '[layers.deps]\nrequirements = ["tool"]\nexclude = ["Base", "absent"]',
        '[functions.one]\nsource = "one"\nlayers = ["deps"]',
    )
    built(room.lbuild("build"))

    modules = {name for name in members(layer_of(room)) if "dist-info" not in name}
    assert modules == {"python/tool.py"}


def test_an_edit_of_one_source_changes_one_file(room: Room) -> None:
    """Layers and the other function keep their bytes, and are not even written."""
    two_functions(room)
    built(room.lbuild("build"))
    before = {path: path.stat() for path in (room.folder / "dist").rglob("*.zip")}
    room.write("one/app.py", "import tool", "print(1)")
    outcome = built(room.lbuild("build", "--json"))

    assert outcome.report["changed"] == ["one.zip"]
    changed = [path.name for path, was in before.items() if path.stat().st_mtime_ns != was.st_mtime_ns]
    assert changed == ["one.zip"]


def test_a_layer_stays_while_a_small_distribution_joins(room: Room) -> None:
    """The plan before is an input: what it has keeps its name and bytes."""
    two_functions(room)
    built(room.lbuild("build"))
    layer = layer_of(room)
    room.offer("extra", "1.0")
    project(room, function(room, "one", "tool extra"), function(room, "two", "base extra"))
    built(room.lbuild("build"))

    assert layer_of(room) == layer
    assert "extra.py" in members(room.folder / "dist/two.zip")


def test_a_new_version_is_a_new_file_of_the_same_layer(room: Room) -> None:
    """The name stays, the file's name tells the content, and the old file goes."""
    two_functions(room)
    built(room.lbuild("build"))
    before = layer_of(room)
    room.offer("base", "1.1", {"base/__init__.py": b"", "base/data.bin": BIG[::-1]})
    built(room.lbuild("build", "--refresh"))

    assert list(manifest(room)["layers"]) == ["shared-py313-x86_64-base"]
    assert layer_of(room) != before
    assert not before.exists()


def test_one_function_is_built_by_name(room: Room) -> None:
    """Others are not touched, and keep what was written down of them."""
    two_functions(room)
    built(room.lbuild("build"))
    room.write("one/app.py", "import tool", "print(1)")
    room.write("two/app.py", "import base", "print(2)")
    outcome = built(room.lbuild("build", "two", "--json"))

    assert outcome.report["changed"] == ["two.zip"]
    assert list(manifest(room)["functions"]) == ["one", "two"]


def test_functions_whose_layers_change_are_built_too(room: Room) -> None:
    """A function is never left with layers of another plan."""
    two_functions(room)
    built(room.lbuild("build"))
    room.offer("base", "1.1", {"base/__init__.py": b"", "base/data.bin": BIG[::-1]})
    built(room.lbuild("build", "two", "--refresh"))

    found = manifest(room)
    assert list(found["functions"]) == ["one", "two"]
    assert list(found["layers"]) == ["shared-py313-x86_64-base"]
    assert found["layers"]["shared-py313-x86_64-base"]["distributions"][0]["version"] == "1.1"


def test_without_layers_each_function_is_whole(room: Room) -> None:
    """One lock all the same."""
    two_functions(room)
    built(room.lbuild("build", "--no-layers"))

    assert manifest(room)["layers"] == {}
    assert "base/data.bin" in members(room.folder / "dist/one.zip")


def test_a_plan_is_shown_and_nothing_written(room: Room) -> None:
    """`layers`, and `build --dry-run`."""
    two_functions(room)
    outcome = built(room.lbuild("layers", "--json"))
    built(room.lbuild("build", "--dry-run"))

    assert not (room.folder / "dist").exists()
    assert outcome.report["layers"]["shared-py313-x86_64-base"]["functions"] == ["one", "two"]
    assert outcome.report["plans"][0]["why_not_layered"]["one"]["tool"].startswith(
        "no other function needs it"
    )
    assert "saved" in outcome.stderr


def test_a_named_layer_holds_what_it_asks_for(room: Room) -> None:
    """With what that needs, for the functions that name it; their bundles are without it."""
    room.offer("base", "1.0")
    room.offer("tool", "1.0", requires_dist=["base"])
    project(
        room,
        "[layers.company]",
        'requirements = "tool"',
        function(room, "one", "base", 'layers = "company"'),
    )
    built(room.lbuild("build"))

    assert manifest(room)["functions"]["one"]["layers"] == ["company"]
    assert not manifest(room)["layers"]["company"]["planned"]
    assert sorted(members(room.folder / "dist/one.zip")) == ["app.py"]
    assert "python/tool.py" in members(layer_of(room))


def test_the_long_path_of_layers(room: Room) -> None:
    """Where modules come before those of `python/`."""
    two_functions(room)
    config = (room.folder / "lbuild.toml").read_text()
    room.write("lbuild.toml", config.replace("[defaults]", '[defaults]\nlayer-path = "site-packages"'))
    built(room.lbuild("build"))

    assert "python/lib/python3.13/site-packages/base/data.bin" in members(layer_of(room))


def test_functions_share_versions(room: Room) -> None:
    """What one of them limits holds for all of a group, and not beyond it."""
    for version in ("1.0", "2.0"):
        room.offer("base", version, {"base.py": version.encode()})
    tables = [function(room, "one", "base<2"), function(room, "two", "base")]
    project(room, *tables)
    built(room.lbuild("build"))
    together = members(room.folder / "dist/two.zip")["base.py"]
    project(room, *tables, "[groups.first]", 'functions = ["one"]')
    built(room.lbuild("build"))

    assert together == b"1.0"
    assert members(room.folder / "dist/two.zip")["base.py"] == b"2.0"


def test_targets_keep_to_one_version(room: Room) -> None:
    """A newer version that only one target can have is left aside where the other was locked first."""
    files = {"base.py": b""}
    room.offer("base", "1.0", files, tag="cp313-cp313-manylinux_2_17_aarch64")
    room.offer("base", "1.0", files, tag="cp313-cp313-manylinux_2_17_x86_64")
    room.offer("base", "1.1", files, tag="cp313-cp313-manylinux_2_17_x86_64")
    project(room, function(room, "one", "base"), "[functions.two]", 'extends = "one"', 'arch = "arm64"')
    built(room.lbuild("build"))

    entries = manifest(room)["functions"]
    assert [entries[name]["distributions"][0]["version"] for name in ("one", "two")] == ["1.0", "1.0"]


def test_extras_of_one_function_are_not_anothers(room: Room) -> None:
    """One lock has the extra; only who asked for it gets what it brings."""
    room.offer("base", "1.0", requires_dist=["more; extra == 'all'"], extras=["all"])
    room.offer("more", "1.0")
    project(room, function(room, "one", "base[all]"), function(room, "two", "base"))
    room.write("one/app.py")
    built(room.lbuild("build"))

    assert "more.py" in members(room.folder / "dist/one.zip")
    assert "more.py" not in members(room.folder / "dist/two.zip")


def test_what_changes_often_stays_out_of_stable_layers(room: Room) -> None:
    """A project's own folder is in the bundles; an edit of it publishes no layer."""
    room.write(
        "lib/pyproject.toml",
        "[build-system]",
        "requires = []",
        'build-backend = "backend"',
        'backend-path = ["."]',
    )
    two_functions(room)
    wheel = room.folder / "mine-1.0-py3-none-any.whl"
    from factories.wheels import make_wheel

    wheel.write_bytes(make_wheel("mine", "1.0", {"mine.py": b"x = 1\n"}))
    project(
        room,
        function(room, "one", "tool ./mine-1.0-py3-none-any.whl"),
        function(room, "two", "base ./mine-1.0-py3-none-any.whl"),
    )
    built(room.lbuild("build"))
    before = layer_of(room)
    wheel.write_bytes(make_wheel("mine", "1.0", {"mine.py": b"x = 2\n"}))
    outcome = built(room.lbuild("build", "--json"))

    assert layer_of(room) == before
    assert outcome.report["changed"] == ["one.zip", "two.zip"]


def test_what_one_source_reaches_stays_in_the_layer(room: Room) -> None:
    """A test module that one function names is in the layer that both have."""
    files = {
        "base/__init__.py": b"",
        "base/data.bin": BIG,
        "base/tests/__init__.py": b"",
        "base/tests/kit.py": b"x = 1\n",
    }
    room.offer("base", "1.0", files)
    project(room, function(room, "one", "base"), function(room, "two", "base"))
    built(room.lbuild("build"))
    without = members(layer_of(room))
    room.write("two/app.py", "from base.tests import kit")
    built(room.lbuild("build"))

    assert "python/base/tests/kit.py" not in without
    assert "python/base/tests/kit.py" in members(layer_of(room))


def test_a_source_that_adds_to_a_package_has_it_beside(room: Room) -> None:
    """Parted from its package, the app's module would not be found."""
    two_functions(room)
    room.write("two/base/more.py")
    outcome = built(room.lbuild("build", "--json"))

    assert "base/data.bin" in members(room.folder / "dist/two.zip")
    assert (
        outcome.report["plans"][0]["why_not_layered"]["two"]["base"] == "it lies beside the function's source"
    )


def test_a_legacy_namespace_is_not_parted(room: Room) -> None:
    """Its portions have an `__init__.py` each; in two trees one would hide the other."""
    init = b"__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"
    room.offer("ns-big", "1.0", {"ns/__init__.py": init, "ns/big/__init__.py": b"", "ns/big/data.bin": BIG})
    room.offer("ns-small", "1.0", {"ns/__init__.py": init, "ns/small.py": b""})
    project(room, function(room, "one", "ns-big ns-small"), function(room, "two", "ns-big ns-small"))
    for name in ("one", "two"):
        room.write(f"{name}/app.py")
    built(room.lbuild("build"))

    names = [each["name"] for entry in manifest(room)["layers"].values() for each in entry["distributions"]]
    assert names == ["ns-big", "ns-small"]


def test_two_functions_that_cannot_have_one_lock_are_named(room: Room) -> None:
    """With what they want, and what to do."""
    for version in ("1.0", "2.0"):
        room.offer("base", version)
    room.offer("tool", "1.0")
    project(
        room, function(room, "a", "tool"), function(room, "one", "base<2"), function(room, "two", "base>=2")
    )
    outcome = room.lbuild("build")

    assert (outcome.status, outcome.codes) == (1, ["no-common-lock"])
    assert "`one` and `two` cannot have one lock on `python3.13/x86_64`" in outcome.stderr
    assert "[groups.two]" in outcome.stderr or "groups.two" in outcome.stderr
    assert not (room.folder / "dist").exists() or not list((room.folder / "dist").iterdir())


def test_a_function_that_cannot_be_resolved_alone_has_its_own_error(room: Room) -> None:
    """It is not blamed on company."""
    room.offer("base", "1.0")
    project(room, function(room, "one", "base"), function(room, "two", "base>=2"))
    outcome = room.lbuild("build")

    assert outcome.codes == ["no-compatible-artifact"] or outcome.codes == ["resolution-impossible"]
    assert "asked for by `two`" in outcome.stderr


def test_a_failed_build_leaves_everything_as_it_was(room: Room) -> None:
    """Files, layers and manifest."""
    two_functions(room)
    built(room.lbuild("build"))
    before = {path: path.read_bytes() for path in (room.folder / "dist").rglob("*") if path.is_file()}
    room.write("one/app.py", "import tool", "print(1)")
    room.write("two/base.py", "x = 1")
    room.write("two/base/__init__.py", "x = 1")
    outcome = room.lbuild("build")

    assert (outcome.status, outcome.codes) == (1, ["path-conflict"])
    assert "in the function `two`" in outcome.stderr
    assert {path: path.read_bytes() for path in (room.folder / "dist").rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("tables", "code", "told"),
    [
        (
            ["[functions.one]", 'requirements = "x"', 'handlr = "a.b"'],
            "configuration",
            "Did you mean `handler`?",
        ),
        (
            ["[functions.one]", 'requirements = "x"', 'runtime = "python3.99"'],
            "unknown-runtime",
            "functions.one",
        ),
        (
            ["[functions.one]", 'requirements = "x"', 'arch = "sparc"'],
            "unknown-architecture",
            "functions.one",
        ),
        (["[functions.one]", 'extends = "two"', "[functions.two]", 'extends = "one"'], "several", "circle"),
        (
            ["[functions.one]", 'extends = "tow"', "[functions.two]", 'requirements = "x"'],
            "configuration",
            "Did you mean `two`?",
        ),
        (
            ["[functions.one]", 'requirements = "x"', 'layers = "lib"'],
            "configuration",
            "layer that is not there",
        ),
        (
            ["[functions.one]", 'requirements = "x"', "[groups.g]", 'functions = ["on"]'],
            "configuration",
            "Did you mean `one`?",
        ),
        (["[functions.one]", "requirements = 1"], "configuration", "a string or a list of strings"),
        (
            ["[functions.one]", 'requirements = "x"', "exclude-runtime-packages = 1"],
            "configuration",
            "true or false",
        ),
        (["[functions.one]", 'requirements = "x"', 'slim = "tiny"'], "configuration", "none of its values"),
        (["[functions.one]"], "configuration", "neither requirements nor source"),
        (
            ['[functions.one]\nrequirements = "x"\n[functions.One]\nrequirements = "x"'],
            "configuration",
            "one file",
        ),
        (['[functions."a b"]', 'requirements = "x"'], "configuration", "no name"),
        (["[function.one]", 'requirements = "x"'], "configuration", "Did you mean `functions`?"),
        ([], "configuration", "names no functions"),
        (["[functions.one]", 'source = "nowhere"'], "source-file", "is not a folder"),
        (["[functions.one]", 'requirements = "nothing.txt"'], "input-not-found", "nothing.txt"),
        (["functions = 3"], "configuration", "is not a table"),
        (["[functions"], "configuration", "cannot be read"),
    ],
)
def test_bad_configurations_are_told(room: Room, tables: list[str], code: str, told: str) -> None:
    """Where, and what was meant; nothing is written."""
    room.write("lbuild.toml", *tables)
    outcome = room.lbuild("build")

    assert outcome.status == 2, outcome.stderr
    assert code == "several" or code in outcome.codes
    assert told in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert not (room.folder / "dist/lbuild-manifest.json").exists()


def test_six_layers_are_one_too_many(room: Room) -> None:
    """Lambda takes five."""
    layers = [f'[layers.l{number}]\nrequirements = "base"' for number in range(6)]
    names = ", ".join(f'"l{number}"' for number in range(6))
    room.offer("base", "1.0")
    project(room, *layers, function(room, "one", "base", f"layers = [{names}]"))
    outcome = room.lbuild("build")

    assert (outcome.status, outcome.codes) == (1, ["too-many-layers"])
    assert "`one` names 6 layers, and Lambda takes 5" in outcome.stderr


def test_a_folder_without_a_project_says_how_to_begin(room: Room) -> None:
    """`lbuild init`."""
    outcome = room.lbuild("build")

    assert (outcome.status, outcome.codes) == (2, ["configuration"])
    assert "lbuild init" in outcome.stderr


def test_two_descriptions_of_a_project_are_one_too_many(room: Room) -> None:
    """Nobody would know which of them holds."""
    room.write("pyproject.toml", "[tool.lbuild.functions.one]", 'requirements = "base"')
    project(room, function(room, "one", "base"))
    outcome = room.lbuild("build")

    assert (outcome.status, outcome.codes) == (2, ["configuration"])


def test_pyproject_describes_a_project_too(room: Room) -> None:
    """With its prefix, and beside what other tools say there."""
    room.offer("base", "1.0")
    room.write(
        "pyproject.toml", "[project]", 'name = "x"', "[tool.lbuild.functions.one]", 'requirements = ["base"]'
    )
    built(room.lbuild("build"))

    assert "base.py" in members(room.folder / "dist/one.zip")


def test_a_name_that_is_no_function_gets_the_nearest(room: Room) -> None:
    """A usage error."""
    two_functions(room)
    outcome = room.lbuild("build", "tow")

    assert outcome.status == 2
    assert "Did you mean `two`?" in outcome.stderr


def test_a_broken_manifest_is_no_traceback(room: Room) -> None:
    """It says how to go on."""
    two_functions(room)
    room.write("dist/lbuild-manifest.json", "{")
    outcome = room.lbuild("build")

    assert (outcome.status, outcome.codes) == (2, ["invalid-manifest"])


def test_a_file_that_was_changed_is_made_again(room: Room) -> None:
    """What the manifest says of it is not believed."""
    two_functions(room)
    built(room.lbuild("build"))
    whole = layer_of(room).read_bytes()
    layer_of(room).write_bytes(whole[:-1] + b"x")
    built(room.lbuild("build"))

    assert layer_of(room).read_bytes() == whole


def test_another_folder_gives_the_same_bytes(room: Room) -> None:
    """The manifest too."""
    two_functions(room)
    built(room.lbuild("build"))
    built(room.lbuild("build", "-o", "other"))

    one, other = room.folder / "dist", room.folder / "other"
    files = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(other) for path in other.rglob("*") if path.is_file())
    assert all((one / path).read_bytes() == (other / path).read_bytes() for path in files)


def test_a_lock_for_some_and_requirements_for_others_is_refused(room: Room) -> None:
    """A lock is built as it is, or not at all."""
    room.offer("base", "1.0")
    built(room.lbuild("lock", "base", "--runtime", "python3.13"))
    project(room, function(room, "one", "pylock.toml"), function(room, "two", "base"))
    refused = room.lbuild("build")
    project(room, function(room, "one", "pylock.toml"), function(room, "two", "pylock.toml"))
    built(room.lbuild("build"))

    assert (refused.status, refused.codes) == (1, ["no-common-lock"])
    assert "base.py" in members(room.folder / "dist/two.zip")


def test_what_is_left_out_may_be_wanted_by_another(room: Room) -> None:
    """`exclude` is the function's own; the defaults' holds wherever it applies."""
    room.offer("base", "1.0")
    room.offer("tool", "1.0", requires_dist=["base"])
    room.offer("more", "1.0")
    project(
        room,
        'exclude = "more"',
        function(room, "one", "tool", 'exclude = "base"'),
        function(room, "two", "base more"),
    )
    for name in ("one", "two"):
        room.write(f"{name}/app.py")
    built(room.lbuild("build"))

    assert sorted(name for name in members(room.folder / "dist/one.zip") if "/" not in name) == [
        "app.py",
        "tool.py",
    ]
    assert sorted(name for name in members(room.folder / "dist/two.zip") if "/" not in name) == [
        "app.py",
        "base.py",
    ]


def with_locks(room: Room, *tables: str) -> None:
    """A project that keeps its lock files."""
    project(room, 'locks = "locks"', *tables)


def test_lock_files_keep_versions(room: Room) -> None:
    """Until they are to be forgotten; one for all that share."""
    room.offer("base", "1.0")
    with_locks(room, function(room, "one", "base"), function(room, "two", "base"))
    built(room.lbuild("build"))
    room.offer("base", "1.1")
    kept = built(room.lbuild("build", "--refresh", "--json")).report
    newer = built(room.lbuild("build", "--refresh", "--upgrade", "--json")).report

    assert [path.name for path in (room.folder / "locks").iterdir()] == ["pylock.shared-py313-x86_64.toml"]
    assert kept["plans"][0]["packages"][0]["version"] == "1.0"
    assert newer["plans"][0]["packages"][0]["version"] == "1.1"


def test_locks_may_lie_elsewhere(room: Room, tmp_path: Path) -> None:
    """And are told by their whole names then."""
    room.offer("demo", "1.0")
    elsewhere = tmp_path / "elsewhere"
    room.write(
        "lbuild.toml",
        "[defaults]",
        f"locks = '{elsewhere}'",
        "[functions.api]",
        'requirements = ["demo"]',
    )
    without = room.lbuild("build", "--locked")
    assert (without.status, without.codes) == (1, ["lock-out-of-date"])
    assert f"There is no `{elsewhere}" in without.stderr


def test_locked_demands_the_lock_files(room: Room) -> None:
    """That are there, and hold what is needed; nothing is written otherwise."""
    room.offer("base", "1.0")
    room.offer("more", "1.0")
    with_locks(room, function(room, "one", "base"))
    without = room.lbuild("build", "--locked")
    built(room.lbuild("build"))
    built(room.lbuild("build", "--locked"))
    before = (room.folder / "locks/pylock.shared-py313-x86_64.toml").read_bytes()
    with_locks(room, function(room, "one", "base more"))
    outdated = room.lbuild("build", "--locked")

    assert (without.status, without.codes) == (1, ["lock-out-of-date"])
    assert (outdated.status, outdated.codes) == (1, ["lock-out-of-date"])
    assert "more: not locked, now 1.0" in outdated.stderr
    assert (room.folder / "locks/pylock.shared-py313-x86_64.toml").read_bytes() == before


def test_a_function_that_cannot_fit_even_alone_is_named(room: Room) -> None:
    """With what is in it; layers count too, and so do not help."""
    room.offer("huge", "1.0", {"huge.bin": 4 * BIG, "zeros.bin": bytes(257_000_000)})
    room.offer("small", "1.0")
    project(room, function(room, "one", "huge small"), function(room, "two", "small"))
    outcome = room.lbuild("build")

    assert (outcome.status, outcome.codes) == (1, ["too-large"])
    assert "`one` unpacks to 250.8 MB even alone" in outcome.stderr
    assert "`huge 1.0`: 250.8 MB" in outcome.stderr
    assert not list((room.folder / "dist").glob("*.zip"))


def test_a_named_layer_of_two_targets_is_two_layers(room: Room) -> None:
    """Each with a name of its own."""
    room.offer("base", "1.0")
    project(
        room,
        "[layers.company]",
        'requirements = "base"',
        function(room, "one", "base", 'layers = "company"'),
        "[functions.two]",
        'extends = "one"',
        'arch = "arm64"',
    )
    built(room.lbuild("build"))

    assert sorted(manifest(room)["layers"]) == ["company-shared-py313-arm64", "company-shared-py313-x86_64"]


def test_sizes_tell_what_was_left_out_of_a_layer(room: Room) -> None:
    """The cache keeps a report of each zip."""
    files = {"base/__init__.py": b"", "base/data.bin": BIG, "base/x.pyi": b"y"}
    room.offer("base", "1.0", files)
    project(room, function(room, "one", "base"), function(room, "two", "base"))
    built(room.lbuild("build"))
    outcome = room.lbuild("size", layer_of(room), "--dropped", index=False)

    assert outcome.status == 0, outcome.stderr
    assert "left out 1 file" in outcome.stdout


def test_groups_and_extras_are_those_of_each_function(room: Room) -> None:
    """What one function takes of a pyproject.toml is not what another takes of it."""
    for name in ("base", "more", "tool"):
        room.offer(name, "1.0")
    room.write(
        "shared/pyproject.toml",
        "[project]",
        'name = "x"',
        'version = "1"',
        'dependencies = ["base"]',
        'optional-dependencies = {all = ["more"]}',
        "[dependency-groups]",
        'run = ["tool"]',
    )
    path = "shared/pyproject.toml"
    project(
        room,
        function(room, "one", path),
        function(room, "two", path, 'extras = "all"'),
        function(room, "three", path, 'dependency-groups = "run"'),
    )
    built(room.lbuild("build"))

    held = {
        name: sorted(each["name"] for each in entry["distributions"])
        for name, entry in manifest(room)["functions"].items()
    }
    assert held == {"one": ["base"], "two": ["base", "more"], "three": ["base", "tool"]}


def test_a_preferred_project_wins_in_every_function(room: Room) -> None:
    """A name that is in none of them is a slip."""
    room.offer("base", "1.0", {"same.py": b"1"})
    room.offer("more", "1.0", {"same.py": b"2"})
    project(room, function(room, "one", "base more"), function(room, "two", "base"))
    for name in ("one", "two"):
        room.write(f"{name}/app.py")
    refused = room.lbuild("build")
    built(room.lbuild("build", "--prefer", "more"))
    slip = room.lbuild("build", "--prefer", "more", "--prefer", "mroe")

    assert (refused.status, refused.codes) == (1, ["path-conflict"])
    assert members(room.folder / "dist/one.zip")["same.py"] == b"2"
    assert slip.status == 2
    assert "Did you mean `more`?" in slip.stderr


def test_different_main_indexes_are_no_one_lock(room: Room) -> None:
    """Told with both."""
    room.write("one.txt", "--index-url http://127.0.0.1:9/one/simple", "base")
    room.write("two.txt", "--index-url http://127.0.0.1:9/two/simple", "base")
    project(room, function(room, "a", "one.txt"), function(room, "b", "two.txt"))
    outcome = room.lbuild("build", index=False)

    assert outcome.status == 2
    assert "http://127.0.0.1:9/two/simple" in outcome.stderr


def test_the_table_of_slimming_holds_for_all_functions(room: Room) -> None:
    """What it says of a project concerns those that have it; a function's own profile replaces its base."""
    room.offer("base", "1.0", {"base/__init__.py": b"", "base/large.txt": b"x", "base/x.pyi": b"y"})
    room.offer("more", "1.0")
    project(
        room,
        "[slim]",
        'drop = ["base:base/large.txt"]',
        function(room, "one", "base"),
        function(room, "two", "more"),
        function(room, "three", "base", 'slim = "none"'),
    )
    built(room.lbuild("build"))

    held = {name: set(members(room.folder / f"dist/{name}.zip")) for name in ("one", "three")}
    assert held["three"] - held["one"] == {"base/large.txt", "base/x.pyi"}


def test_targets_that_cannot_have_one_version_are_told(room: Room) -> None:
    """Each has what loads there."""
    room.offer("base", "1.0", tag="cp39-cp39-manylinux_2_17_x86_64")
    room.offer("base", "1.1", tag="cp313-cp313-manylinux_2_17_x86_64")
    project(
        room, function(room, "one", "base"), "[functions.two]", 'extends = "one"', 'runtime = "python3.9"'
    )
    outcome = built(room.lbuild("build"))

    entries = manifest(room)["functions"]
    assert [entries[name]["distributions"][0]["version"] for name in ("one", "two")] == ["1.1", "1.0"]
    assert "base is 1.1 on python3.13/x86_64 and 1.0 on python3.9/x86_64" in outcome.stderr


def test_the_build_before_may_lie_elsewhere(room: Room) -> None:
    """In CI the output folder begins empty: `--previous` names the manifest whose layers stay."""
    two_functions(room)
    built(room.lbuild("build"))
    (room.folder / "dist").rename(room.folder / "before")
    room.offer("extra", "1.0", {"extra.bin": BIG[::-1][:300_000]})
    project(room, function(room, "one", "tool extra"), function(room, "two", "base extra"))
    for name in ("one", "two"):
        room.write(f"{name}/app.py")
    kept = built(room.lbuild("build", "--previous", "before", "--json")).report
    missing = room.lbuild("build", "--previous", "nowhere.json")

    old, new = (
        json.loads((room.folder / folder / "lbuild-manifest.json").read_text())
        for folder in ("before", "dist")
    )
    assert kept["plans"][0]["as_before"] == ["shared-py313-x86_64-base"]
    assert new["layers"]["shared-py313-x86_64-base"] == old["layers"]["shared-py313-x86_64-base"]
    assert sorted(path.name for path in (room.folder / "before").glob("*.zip")) == ["one.zip", "two.zip"]
    assert (missing.status, missing.codes) == (2, ["input-not-found"])


def test_a_function_that_is_no_more_leaves_nothing(room: Room) -> None:
    """Its file goes with its entry; what lbuild did not write stays."""
    two_functions(room)
    built(room.lbuild("build"))
    room.write("dist/mine.txt", "x")
    project(room, function(room, "one", "tool"))
    built(room.lbuild("build"))

    assert list(manifest(room)["functions"]) == ["one"]
    assert not (room.folder / "dist/two.zip").exists()
    assert (room.folder / "dist/mine.txt").exists()


def test_as_many_layers_as_the_project_wants(room: Room) -> None:
    """None, if it wants none; named ones count."""
    two_functions(room)
    text = (room.folder / "lbuild.toml").read_text()
    room.write("lbuild.toml", text.replace("[defaults]", "[defaults]\nmax-layers = 0"))
    built(room.lbuild("build"))

    assert manifest(room)["layers"] == {}


def test_details_tell_what_lambda_will_answer(room: Room) -> None:
    two_functions(room)

    told = built(room.lbuild("build", "-v")).stderr

    made = manifest(room)
    for each in (*made["functions"].values(), *made["layers"].values()):
        assert [each["file"], each["code_sha256"]] in [line.split() for line in told.splitlines()]
