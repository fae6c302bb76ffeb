"""`builder.api` as programs use it: bundles, locks, versions, errors, progress."""

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import chdir, redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from builder.api import (
    Cache,
    ExitStatus,
    Indexes,
    LbuildError,
    NoSolutionError,
    Progress,
    Quiet,
    Resolving,
    SeveralErrors,
    Severity,
    Talk,
    UsageError,
    build_bundle,
    inspect_bundle,
    lock,
    resolve,
)
from factories.commands import Room, members, only, tree
from factories.wheels import make_wheel, wheel_filename


@pytest.fixture
def there(room: Room, tmp_path: Path) -> Iterator[Room]:
    """The room's environment, and a current folder that is not the room's."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with chdir(elsewhere), only(room.environ):
        yield room


def places(room: Room) -> tuple[Indexes, Cache]:
    return Indexes(index_url=room.index.index_url), Cache(folder=room.cache)


def test_a_bundle_is_what_the_command_makes(there: Room) -> None:
    there.offer("tool", "1.0", requires_dist=["base>=1"])
    there.offer("base", "1.2")
    there.write("requirements.txt", "tool")
    there.write("src/app.py", "import tool")
    indexes, cache = places(there)

    bundle = build_bundle(
        "requirements.txt",
        output="api.zip",
        source="src",
        runtime="python3.13",
        bytecode="none",
        indexes=indexes,
        cache=cache,
        folder=there.folder,
    )
    command = there.lbuild(
        "requirements.txt", "-o", "cli.zip", "--source", "src", "--runtime", "python3.13", "--json"
    )

    content = bundle.path.read_bytes()
    assert command.status == 0
    assert content == (there.folder / "cli.zip").read_bytes()
    assert bundle.path == there.folder / "api.zip"
    assert bundle.sha256 == hashlib.sha256(content).hexdigest()
    assert bundle.code_sha256 == base64.b64encode(hashlib.sha256(content).digest()).decode()
    assert bundle.code_sha256 == command.report["bundle"]["code_sha256"]
    assert bundle.size == len(content)
    assert bundle.unpacked == sum(map(len, members(bundle.path).values()))
    assert (bundle.runtime, bundle.architecture) == ("python3.13", "x86_64")
    found = [(each.name, each.version, each.required_by) for each in bundle.packages]
    assert found == [("base", "1.2", ("tool 1.0",)), ("tool", "1.0", ("requirements.txt:1",))]
    assert bundle.packages[0].hashes["sha256"]
    assert bundle.report["packages"] == command.report["packages"]


def test_a_layer_and_a_folder(there: Room) -> None:
    there.offer("tool", "1.0")
    indexes, cache = places(there)

    layer = build_bundle(
        ["tool"], output=there.folder / "layer.zip", layer="site-packages", runtime="python3.12",
        architecture="arm64", bytecode="none", indexes=indexes, cache=cache,
    )  # fmt: skip
    folder = build_bundle(
        "tool", output="made/", bytecode="none", indexes=indexes, cache=cache, folder=there.folder
    )

    assert layer.architecture == "arm64"
    assert "python/lib/python3.12/site-packages/tool.py" in members(layer.path)
    assert (folder.size, folder.code_sha256) == (None, None)
    assert "tool.py" in tree(there.folder / "made")


def test_nothing_is_printed(there: Room) -> None:
    there.offer("tool", "1.0")
    indexes, cache = places(there)
    said = io.StringIO()

    with redirect_stdout(said), redirect_stderr(said):
        build_bundle(
            ["tool"], output="a.zip", runtime="python3.9", bytecode="none", indexes=indexes, cache=cache
        )

    assert said.getvalue() == ""


def test_what_the_command_would_warn_of_is_in_the_result(there: Room) -> None:
    there.offer("tool", "1.0")
    indexes, cache = places(there)

    bundle = build_bundle(
        ["tool"], output="a.zip", runtime="python3.9", bytecode="none", indexes=indexes, cache=cache
    )

    assert any("python3.9" in line for line in bundle.warnings)


def test_versions_without_a_bundle(there: Room) -> None:
    there.offer("tool", "1.0")
    there.offer("tool", "2.0")
    there.write("limits.txt", "tool<2")
    indexes, cache = places(there)

    newest = resolve("tool", indexes=indexes, cache=cache)
    limited = resolve(
        "tool",
        resolving=Resolving(constraints=("limits.txt",)),
        indexes=indexes,
        cache=cache,
        folder=there.folder,
    )

    assert [each.version for each in newest.packages] == ["2.0"]
    assert [each.version for each in limited.packages] == ["1.0"]
    assert there.names() == ["limits.txt"]


def test_files_of_later_do_not_exist(there: Room) -> None:
    for month in (1, 3):
        content, name = make_wheel("tool", f"{month}.0"), wheel_filename("tool", f"{month}.0")
        there.index.add("tool", name, content, upload_time=f"2026-0{month}-01T00:00:00Z")
    indexes, cache = places(there)
    february = Resolving(exclude_newer=datetime(2026, 2, 1, tzinfo=UTC))

    newest = resolve("tool", indexes=indexes, cache=cache)
    older = resolve("tool", resolving=february, indexes=indexes, cache=cache)

    assert [each.version for each in newest.packages] == ["3.0"]
    assert [each.version for each in older.packages] == ["1.0"]


def test_a_lock_keeps_its_versions(there: Room) -> None:
    there.offer("tool", "1.0")
    indexes, cache = places(there)
    first = lock("tool", output="pylock.toml", indexes=indexes, cache=cache, folder=there.folder)
    there.offer("tool", "2.0")

    kept = lock("tool", output="pylock.toml", indexes=indexes, cache=Cache(folder=there.cache, refresh=True),
                folder=there.folder)  # fmt: skip
    bundle = build_bundle(
        "pylock.toml", output="a.zip", bytecode="none", indexes=indexes, cache=cache, folder=there.folder
    )
    raised = lock(
        "tool", output="pylock.toml", upgrade=True, indexes=indexes, cache=cache, folder=there.folder
    )

    assert first.path == there.folder / "pylock.toml"
    assert [each.version for each in kept.packages] == ["1.0"]
    assert [each.version for each in bundle.packages] == ["1.0"]
    assert [each.version for each in raised.packages] == ["2.0"]


def test_the_folders_configuration_holds(there: Room) -> None:
    there.offer("tool", "1.0", {"tool/__init__.py": b"", "tool/extra.bin": b"x"})
    there.write("lbuild.toml", "[slim]", 'drop = ["tool:tool/extra.bin"]')
    indexes, cache = places(there)

    def built(folder: Path | None) -> set[str]:
        bundle = build_bundle(
            ["tool"],
            output=there.folder / "a.zip",
            bytecode="none",
            indexes=indexes,
            cache=cache,
            folder=folder,
        )
        return set(members(bundle.path))

    assert "tool/extra.bin" not in built(there.folder)
    assert "tool/extra.bin" in built(None)


def test_errors_have_code_evidence_and_hint_and_leave_the_output(there: Room) -> None:
    there.offer("tool", "1.0")
    output = there.folder / "a.zip"
    output.write_bytes(b"what was there")
    indexes, cache = places(there)

    with pytest.raises(NoSolutionError) as caught:
        build_bundle(["tool>1"], output=output, indexes=indexes, cache=cache)

    assert caught.value.code == "resolution-impossible"
    assert any("tool" in line for line in (caught.value.summary, *caught.value.evidence))
    assert output.read_bytes() == b"what was there"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"output": "a.tar"}, "a.tar"),
        ({"output": "a.zip", "runtime": "python9.9"}, "python9.9"),
        ({"output": "a.zip", "architecture": "mips"}, "mips"),
        ({"output": "a.zip", "allow": ["nonsense"]}, "nonsense"),
        ({"output": "a.zip", "max_size": 0}, "0"),
        ({"output": "a.zip", "drop": ["tool"]}, "tool"),
    ],
)
def test_what_cannot_be_understood(there: Room, options: dict[str, object], said: str) -> None:
    there.offer("tool", "1.0")
    indexes, cache = places(there)

    with pytest.raises(UsageError) as caught:
        build_bundle(["tool"], indexes=indexes, cache=cache, **options)  # type: ignore[arg-type]  # that is the point

    assert said in " ".join((caught.value.summary, *caught.value.evidence))


def test_independent_faults_come_together(there: Room) -> None:
    there.write("requirements.txt", "tool @@", "other @@")
    indexes, cache = places(there)

    with pytest.raises(SeveralErrors) as caught:
        resolve("requirements.txt", indexes=indexes, cache=cache, folder=there.folder)

    assert len(caught.value.errors) == 2
    assert caught.value.status == caught.value.errors[0].status == ExitStatus.USAGE


class Counting:
    """A Progress that adds up."""

    def __init__(self) -> None:
        self.totals: dict[str, int] = {}
        self.done: dict[str, int] = {}

    def start(self, task: str, total: int | None = None) -> None:
        self.totals[task] = total or 0
        self.done[task] = 0

    def add_total(self, task: str, amount: int) -> None:
        self.totals[task] += amount

    def advance(self, task: str, amount: int) -> None:
        self.done[task] += amount

    def finish(self, task: str) -> None: ...


def test_progress_is_told_and_reaches_its_total(there: Room) -> None:
    there.offer("tool", "1.0", {"tool.py": b"x = 1\n" * 50_000})
    indexes, cache = places(there)
    counting: Progress = (counter := Counting())
    talk: Talk = Quiet(counting)

    build_bundle(["tool"], output="a.zip", bytecode="none", indexes=indexes, cache=cache, talk=talk)

    assert counter.totals
    assert {task: total for task, total in counter.totals.items() if total} == {
        task: done for task, done in counter.done.items() if counter.totals[task]
    }


def test_threads_share_a_cache(there: Room) -> None:
    for number in range(4):
        there.offer(f"tool{number}", "1.0", {f"tool{number}.py": b"x\n" * 20_000}, requires_dist=["base"])
    there.offer("base", "1.0")
    indexes, cache = places(there)

    def built(number: int) -> set[str]:
        bundle = build_bundle(
            [f"tool{number}"], output=f"{number}.zip", bytecode="none", indexes=indexes, cache=cache,
            folder=there.folder,
        )  # fmt: skip
        return {name for name in members(bundle.path) if name.endswith(".py")}

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(built, range(4)))

    assert made == [{f"tool{number}.py", "base.py"} for number in range(4)]


@pytest.mark.parametrize(("mode", "codes"), [(0o644, set()), (0o600, {"unreadable-mode"})])
def test_a_bundle_of_anyone_is_judged(there: Room, mode: int, codes: set[str]) -> None:
    theirs, source = there.folder / "theirs.zip", "def handler(event, context): ...\n"
    member = zipfile.ZipInfo("app.py")
    member.external_attr = mode << 16
    with zipfile.ZipFile(theirs, "w") as archive:
        archive.writestr(member, source)

    judged = inspect_bundle(theirs, runtime="python3.13")

    assert {each.code for each in judged.findings if each.severity is Severity.ERROR} == codes
    assert (judged.loads, judged.fits, judged.unpacked) == (not codes, True, len(source))
    assert json.dumps(judged.report)


@pytest.mark.parametrize(
    "wrong",
    [
        {"output": ""},
        {"output": "a\0.zip"},
        {"slim": "very"},
        {"bytecode": "some"},
        {"optimize": "beauty"},
        {"layer": "opt"},
        {"max_size": 0},
    ],
)
def test_what_means_nothing_is_an_error_of_lbuilds(there: Room, wrong: dict[str, Any]) -> None:
    """A program without a type checker gets no ValueError, and no bundle of another kind."""
    there.offer("tool", "1.0")
    indexes, cache = places(there)
    with pytest.raises(LbuildError):
        build_bundle("tool", indexes=indexes, cache=cache, **{"output": "a.zip", **wrong})

    assert list(Path.cwd().iterdir()) == []


def test_nothing_is_not_judged_to_load() -> None:
    with pytest.raises(UsageError, match="nothing to inspect"):
        inspect_bundle()
