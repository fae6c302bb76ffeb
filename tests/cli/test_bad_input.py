"""Bad input: what is told, with which exit status, and that nothing is lost."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from factories.commands import Room
from factories.refusals import demand_recovery, demand_refusal, stock

ZEROS = "sha256:" + "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Words on the command line, files beside them, and the error they end with."""

    words: Sequence[str]
    files: dict[str, Sequence[str]] = field(default_factory=dict)
    status: int = 2
    code: str
    told: Sequence[str]
    """What to do about it is always told too; where the place says it all, by the place."""


CASES = {
    "a missing file, with close names": Case(
        words=["requirments.txt"],
        files={"requirements.txt": ["demo"]},
        code="input-not-found",
        told=["`requirments.txt` does not exist", "Did you mean `requirements.txt`?"],
    ),
    "a file that a file includes": Case(
        words=["requirements.txt"],
        files={"requirements.txt": ["demo", "-r more.txt"]},
        code="input-not-found",
        told=["requirements.txt:2", "`more.txt`"],
    ),
    "a missing wheel": Case(
        words=["./demo-1.0-py3-none-any.whl"],
        code="input-not-found",
        told=["`./demo-1.0-py3-none-any.whl`"],
    ),
    "a missing lock": Case(words=["pylock.toml"], code="input-not-found", told=["`pylock.toml`"]),
    "a missing source": Case(
        words=["demo", "--source", "srv"], code="source-file", told=["`srv` is not a folder"]
    ),
    "a missing --find-links": Case(
        words=["demo", "--find-links", "wheels"], code="usage", told=["--find-links", "wheels"]
    ),
    "a lock of `--locked` that is missing": Case(
        words=["demo", "--locked", "pylock.prod.toml"], code="invalid-lock", told=["`pylock.prod.toml`"]
    ),
    "an option pip does not know": Case(
        words=["requirements.txt"],
        files={"requirements.txt": ["demo", "", "--frobnicate yes"]},
        code="invalid-requirement",
        told=["requirements.txt:3: unknown option `--frobnicate`"],
    ),
    "an option lbuild does not know": Case(
        words=["demo", "--runtim", "python3.13"],
        code="usage",
        told=["no option `--runtim`", "Did you mean `--runtime`?"],
    ),
    "a value that is none": Case(
        words=["demo", "--layer", "--layer-path", "lib"], code="usage", told=["`--layer-path`", "`lib`"]
    ),
    "an unknown runtime": Case(
        words=["demo", "--runtime", "python2.7"], code="unknown-runtime", told=["`python2.7`"]
    ),
    "no requirement at all": Case(words=[], code="usage", told=["no requirements"]),
    "an empty word": Case(words=[""], code="usage", told=["empty"]),
    "a malformed requirement": Case(
        words=["requirements.txt"],
        files={"requirements.txt": ["demo", "dep>>1"]},
        code="invalid-requirement",
        told=["requirements.txt:2: `dep>>1` is no requirement"],
    ),
    "a malformed requirement on the command line": Case(
        words=["demo", "dep=1"],
        code="invalid-requirement",
        told=["command line: `dep=1` is no requirement", "write `==`"],
    ),
    "a requirements file that is no text": Case(
        words=["requirements.txt"],
        files={"requirements.txt": ["PK\x03\x04\x00\x00\x00"]},
        code="invalid-requirement",
        told=["requirements.txt"],
    ),
    "a project's file that is no TOML": Case(
        words=["app/pyproject.toml"],
        files={"app/pyproject.toml": ["[project"]},
        code="invalid-requirement",
        told=["app/pyproject.toml", "at line 1, column 9"],
    ),
    "a folder's configuration that is no TOML": Case(
        words=["demo"],
        files={"pyproject.toml": ["[project"]},
        code="configuration",
        told=["`pyproject.toml` cannot be read"],
    ),
    "a lock that is no TOML": Case(
        words=["pylock.toml"], files={"pylock.toml": ["[lock"]}, code="invalid-lock", told=["`pylock.toml`"]
    ),
    "contradictory pins": Case(
        words=["requirements.txt"],
        files={"requirements.txt": ["dep==1.0", "dep==1.2"]},
        status=1,
        code="resolution-impossible",
        told=["`dep`", "requirements.txt:1 requires dep==1.0", "requirements.txt:2 requires dep==1.2"],
    ),
    "a pin that contradicts a dependency": Case(
        words=["demo", "dep<1"],
        status=1,
        code="resolution-impossible",
        told=["`dep`", "command line requires dep<1"],
    ),
    "a version that does not exist": Case(
        words=["dep==7"], status=1, code="resolution-impossible", told=["`dep==7`", "1.2"]
    ),
    "no hash under --require-hashes": Case(
        words=["requirements.txt", "--require-hashes"],
        files={"requirements.txt": ["dep==1.2"]},
        code="missing-hash",
        told=["requirements.txt:1: `dep` has no hash"],
    ),
    "a hash that no file has": Case(
        words=["requirements.txt"],
        files={"requirements.txt": [f"dep==1.2 --hash={ZEROS}"]},
        status=1,
        code="no-compatible-artifact",
        told=["`dep` 1.2", "requirements.txt:1", f"expected {ZEROS}", "the index gives sha256:"],
    ),
    "a project that no index has": Case(
        words=["sklearn"],
        status=1,
        code="project-not-found",
        told=["`sklearn`", "asked: http://127.0.0.1:", "Perhaps `scikit-learn` is meant"],
    ),
    "a file that cannot be excluded": Case(
        words=["demo", "--exclude", "depp"], code="usage", told=["`depp`", "Did you mean `dep`?"]
    ),
    "a date that is none": Case(
        words=["demo", "--exclude-newer", "now"], code="usage", told=["`--exclude-newer now` is no date"]
    ),
    "an index pin without a URL": Case(
        words=["demo", "--index-pin", "dep"], code="usage", told=["PROJECT=URL"]
    ),
    "a layer path without a layer": Case(
        words=["demo", "--layer-path", "python"], code="usage", told=["--layer"]
    ),
    "a lock and requirements": Case(
        words=["pylock.toml", "demo"],
        files={"pylock.toml": ['lock-version = "1.0"', 'created-by = "hand"', "packages = []"]},
        code="usage",
        told=["A lock file is built alone"],
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_bad_input_is_told_and_loses_nothing(room: Room, case: Case) -> None:
    """The message names the culprit and a next step, the old output stays, and the next run is healthy."""
    stock(room)
    for name, lines in case.files.items():
        room.write(name, *lines)

    demand_refusal(room, *case.words, status=case.status, code=case.code, told=case.told)
    for name in case.files:
        (room.folder / name).unlink()
    demand_recovery(room)


def test_several_faults_are_told_together(room: Room) -> None:
    """A user mends a file in one go."""
    room.write("requirements.txt", "dep>>1", "demo", "--frobnicate")
    outcome = room.lbuild("requirements.txt", "-o", "b.zip")

    assert outcome.status == 2
    assert outcome.codes == ["invalid-requirement", "invalid-requirement"]
    assert "requirements.txt:1" in outcome.stderr
    assert "requirements.txt:3" in outcome.stderr


def test_close_names_of_a_local_index_are_offered(room: Room, tmp_path: Path) -> None:
    """Where the projects are known, the likely one is named."""
    stock(room)
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    (wheels / "dateutils-1.0-py3-none-any.whl").write_bytes(b"")
    words = ("dateutil", "--no-index", "--find-links", wheels)
    told = ["`dateutil`", "Perhaps", "`dateutils`"]

    demand_refusal(room, *words, status=1, code="project-not-found", told=told)
    demand_recovery(room)


@pytest.mark.parametrize(
    ("tag", "told"),
    [
        ("cp314-cp314-win_amd64", "built for Windows"),
        ("cp314-cp314-manylinux_2_39_x86_64", "glibc 2.34"),
        ("cp314-cp314-manylinux_2_17_aarch64", "arm64"),
        ("cp39-cp39-manylinux_2_17_x86_64", "3.9"),
    ],
)
def test_a_project_without_a_compatible_wheel_is_refused_with_the_reason(
    room: Room, tag: str, told: str
) -> None:
    """Each rejected file is told with what speaks against it."""
    stock(room)
    room.offer("native", "1.0", tag=tag)

    demand_refusal(
        room,
        "native",
        "--strict-tags",
        status=1,
        code="no-compatible-artifact",
        told=["`native` 1.0", "python3.14/x86_64", "command line requires native", told],
    )
    demand_recovery(room)


@pytest.mark.parametrize("name", ["b.tar.gz", "requirements.txt", "-", ""])
def test_an_output_that_is_neither_zip_nor_folder_is_refused(room: Room, name: str) -> None:
    """A slip of the finger does not overwrite the requirements with a zip."""
    stock(room)
    room.write("requirements.txt", "demo")
    outcome = room.lbuild("requirements.txt", "-o", name)

    assert (outcome.status, outcome.codes) == (2, ["usage"])
    assert "hint: " in outcome.stderr
    assert room.names() == ["requirements.txt"]
    assert (room.folder / "requirements.txt").read_text() == "demo\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("lock",), "such as `lbuild lock requirements.txt`"),
        (("demo", "-o", "pylock.dev.toml"), "a lock file is made by `lbuild lock ... -o pylock.dev.toml`"),
        (("inpsect", "b.zip"), "Did you mean `lbuild inspect`?"),
        (("runtime",), "Did you mean `lbuild runtimes`?"),
        (("demo", "-o", "b.zip", "--runtme", "python3.13"), "hint: Did you mean `--runtime`?\n"),
        (("lock", "demo", "-o", "locked.toml"), "`pylock.NAME.toml`"),
        (("diff", "old.zip"), "hint: Write `lbuild diff [OPTIONS] OLD NEW`"),
        (("index", "verify"), "hint: `--index DIR`: The index's folder."),
        (("cache", "sizes"), "Did you mean `size`?"),
        (("index", "bild"), "Did you mean `build`?"),
        (("index", "zzz"), "There are `add`, `build`, "),
        (("cache", "prune", "--days", "many"), "`--days`"),
        (("cache", "prune", "--days", "nan"), "`--days`"),
        (("try", "b.zip", "--imports", "--timeout", "nan"), "`--timeout`"),
        (("runtimes", "demo"), "Got unexpected extra argument"),
    ],
)
def test_the_other_commands_tell_usage_errors_alike(room: Room, words: Sequence[str], told: str) -> None:
    """One form for every error of every command, and nothing is written."""
    outcome = room.lbuild(*words, index=False, cache=False)

    assert (outcome.status, outcome.codes) == (2, ["usage"])
    assert told in outcome.stderr
    assert "hint: " in outcome.stderr
    assert room.names() == []


@pytest.mark.parametrize("words", [("inspect",), ("size",), ("diff", "bundle.zip"), ("try", "--imports")])
def test_a_bundle_that_is_not_there_is_told_with_the_nearest(room: Room, words: Sequence[str]) -> None:
    stock(room)
    built = room.lbuild("demo", "-o", "bundle.zip", "--bytecode", "none")
    outcome = room.lbuild(*words, "bundel.zip", index=False, cache=False)

    assert built.status == 0, built.stderr
    assert (outcome.status, outcome.codes) == (2, ["input-not-found"])
    assert "hint: Did you mean `bundle.zip`?" in outcome.stderr


def test_a_project_named_nearly_like_a_command_is_bundled(room: Room) -> None:
    """`lbuild sizes -qo b.zip` names an output, so nothing was mistyped."""
    room.offer("sizes", "1.0")
    done = room.lbuild("sizes", "-qo", "b.zip", "--bytecode", "none")

    assert done.status == 0, done.stderr
    assert room.names() == ["b.zip"]


@pytest.mark.parametrize(
    "words",
    [
        "demo --source LONG -o b.zip",
        "demo --prebuilt-index LONG -o b.zip",
        "build --project LONG",
        "sam Api --artifacts out --template LONG",
        "zappa dev --archive LONG",
        "chalice --project-dir LONG",
        "publish-layer LONG --name deps",
        "publish-layer LONG.json",
        "deploy-function LONG --function api",
        "inspect LONG",
        "index add LONG --index wheels",
        "index list --index LONG",
        "index yank demo==1 --index LONG",
        "index publish LONG --to elsewhere",
        "index build --index wheels --recipes LONG",
        "index build --index wheels --emulated 3.13=LONG",
    ],
)
def test_a_name_that_no_file_can_have_is_one_that_is_not_there(room: Room, words: str) -> None:
    """The system refuses it where it is asked whether there is a file, as it does below a closed folder."""
    stock(room)
    outcome = room.lbuild(*words.replace("LONG", "a" * 5000).split(), index=False, cache=False)

    assert (outcome.status, len(outcome.codes)) == (2, 1), outcome.stderr
    assert room.names() == []


@pytest.mark.parametrize(("key", "left"), [("output", []), ("locks", ["dist"])])
def test_a_nul_in_a_path_of_a_project_is_told(room: Room, key: str, left: list[str]) -> None:
    """TOML can write one."""
    room.offer("demo", "1.0")
    room.write(
        "lbuild.toml", "[defaults]", f'{key} = "a\\u0000b"', "[functions.api]", 'requirements = ["demo"]'
    )
    outcome = room.lbuild("build")

    assert (outcome.status, outcome.codes) == (6, ["output"]), outcome.stderr
    assert room.names() == [*left, "lbuild.toml"]


def test_a_nul_in_a_path_of_a_lock_is_told(room: Room) -> None:
    room.write(
        "pylock.toml",
        'lock-version = "1.0"',
        'created-by = "hand"',
        "[[packages]]",
        'name = "demo"',
        "[[packages.wheels]]",
        'name = "demo-1.0-py3-none-any.whl"',
        'path = "a\\u0000b"',
        f'hashes = {{sha256 = "{"0" * 64}"}}',
    )
    outcome = room.lbuild("pylock.toml", "-o", "b.zip")

    assert (outcome.status, outcome.codes) == (2, ["usage"]), outcome.stderr
    assert "NUL" in outcome.stderr


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="POSIX has /dev/zero")
def test_an_event_without_end_is_not_read_to_its_end(room: Room) -> None:
    outcome = room.lbuild("try", "b.zip", "--handler", "app.handler", "--event", "/dev/zero")

    assert (outcome.status, outcome.codes) == (2, ["usage"])
    assert "too large for an event" in outcome.stderr
