"""What is said, where and how: data on stdout, talk on stderr, colours and bars for terminals alone."""

import base64
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence

import pytest

from factories.commands import Room, members, on_a_terminal
from factories.refusals import stock
from factories.wheels import make_wheel
from servers import faults

HEAVY = ("lief", "docker", "urllib3", "resolvelib", "rich", "packaging", "pip", "truststore", "asyncio")
COLD = (
    *("urllib3", "ssl", "http", "resolvelib", "rich", "msgspec", "subprocess"),
    *("packaging.requirements", "packaging.metadata", "packaging.tags"),
    *("manylinux.audit.audit", "manylinux.elf.facts", "builder.model.asked", "builder.slim.values"),
)


def test_the_report_is_one_document_on_stdout(room: Room) -> None:
    """With the digests of the very file, in hex and as Lambda tells them."""
    stock(room)
    done = room.process("demo", "-o", "b.zip", "--json")
    content = (room.folder / "b.zip").read_bytes()
    sha256 = hashlib.sha256(content).digest()
    report = done.report

    assert done.status == 0
    assert report["schema"] == 1
    assert report["bundle"]["sha256"] == sha256.hex()
    assert report["bundle"]["code_sha256"] == base64.b64encode(sha256).decode()
    assert report["bundle"]["zipped"] == len(content)
    assert report["bundle"]["files"] == len(members(room.folder / "b.zip"))
    assert report["bundle"]["unzipped"] == sum(map(len, members(room.folder / "b.zip").values()))
    assert [stage["name"] for stage in report["stages"]] == ["resolve", "fetch", "slim", "audit", "link"]


def test_without_json_stdout_stays_empty(room: Room) -> None:
    """And stderr has target, stages, packages, sizes and digests."""
    stock(room)
    done = room.process("demo", "-o", "b.zip")
    sha256 = hashlib.sha256((room.folder / "b.zip").read_bytes()).digest()

    assert (done.status, done.stdout) == (0, "")
    for part in (
        "python3.14 on x86_64: Amazon Linux 2023, glibc 2.34",
        " resolve ",
        " fetch ",
        " link ",
        "demo 1.0",
        "dep 1.2",
        "zipped",
        "unzipped",
        "of Lambda's 250.0 MB",
        sha256.hex(),
        base64.b64encode(sha256).decode(),
    ):
        assert part in done.stderr


def test_an_error_is_one_document_on_stdout_too(room: Room) -> None:
    """The code, the status and the three beats, for programs."""
    done = room.process("nowhere-to-be-found", "-o", "b.zip", "--json")
    error = done.report["error"]

    assert done.status == error["status"] == 1
    assert error["code"] == "project-not-found"
    assert "`nowhere-to-be-found`" in error["summary"]
    assert error["evidence"]
    assert error["hint"]
    assert done.codes == ["project-not-found"]


def test_quiet_says_nothing_when_all_is_well(room: Room) -> None:
    """Neither here nor there."""
    stock(room)
    done = room.process("demo", "-o", "b.zip", "-q")

    assert (done.status, done.stdout, done.stderr) == (0, "", "")


def test_quiet_still_tells_errors_and_warnings(room: Room) -> None:
    """A failure without a word helps nobody."""
    room.offer("demo", "1.0")
    failed = room.lbuild("nowhere-to-be-found", "-o", "b.zip", "-q")
    warned = room.lbuild("demo", "-o", "b.zip", "-q", "--runtime", "python3.9")

    assert failed.stderr.startswith("error[project-not-found]: ")
    assert warned.stderr.startswith("warning: ")
    assert len(warned.stderr.splitlines()) == 1


def test_a_dry_run_writes_nothing_and_downloads_no_wheel(room: Room) -> None:
    """It shows what would be in the bundle."""
    metadata = b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n\n"
    content = make_wheel("demo", "1.0", metadata=metadata)
    room.index.add("demo", "demo-1.0-py3-none-any.whl", content, metadata=metadata)
    done = room.lbuild("demo", "--dry-run", "-o", "b.zip")

    assert done.status == 0
    assert "demo-1.0-py3-none-any.whl" in done.stderr
    assert room.names() == []
    assert room.index.paths() == ["/simple/demo/", "/files/demo-1.0-py3-none-any.whl.metadata"]


def test_no_escape_codes_without_a_terminal(room: Room) -> None:
    """Logs stay readable."""
    stock(room)
    done = room.process("demo", "-o", "b.zip", "-v")
    failed = room.process("nowhere-to-be-found", "-o", "b.zip")

    assert "\x1b" not in done.stderr + failed.stderr


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX's")
@pytest.mark.parametrize(
    ("variables", "coloured"),
    [({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
)
def test_a_terminal_has_colours_unless_they_are_declined(
    room: Room, variables: dict[str, str], coloured: bool
) -> None:
    """And the words are the same."""
    stock(room)
    text = on_a_terminal(room, variables, "demo", "-o", "b.zip")
    failed = on_a_terminal(room, variables, "nowhere-to-be-found", "-o", "c.zip")

    assert "resolve" in text
    assert ("\x1b[" in text) is coloured
    assert ("\x1b[" in failed) is coloured
    assert "project-not-found" in failed


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX's")
def test_a_bar_appears_when_a_download_takes_long(room: Room) -> None:
    """And is gone when it is done."""
    metadata = b"Metadata-Version: 2.1\nName: slow\nVersion: 1.0\n\n"
    content = make_wheel("slow", "1.0", {"slow.bin": os.urandom(30_000)}, metadata=metadata)
    room.index.add("slow", "slow-1.0-py3-none-any.whl", content, metadata=metadata)
    room.index.fail(faults.drip(3_000, 0.1), on="/files/*.whl")
    seen = on_a_terminal(room, {"TERM": "xterm", "COLUMNS": "100"}, "slow", "-o", "b.zip")

    assert "━" in seen
    assert "━" not in seen.rpartition("link")[2]


def test_runtimes_are_listed_with_their_dates(room: Room) -> None:
    """A table for people, the same as JSON for programs."""
    table = room.lbuild("runtimes", index=False, cache=False)
    listed = json.loads(room.lbuild("runtimes", "--json", index=False, cache=False).stdout)

    assert [row["runtime"] for row in listed] == [f"python3.{minor}" for minor in range(9, 16)]
    assert [row["runtime"] for row in listed if row["default"]] == ["python3.14"]
    assert all(row["runtime"] in table.stdout for row in listed)
    assert "(default)" in table.stdout
    assert table.stderr == ""


def test_help_shows_the_options_of_the_default_command_and_the_commands(room: Room) -> None:
    """What a newcomer sees first; without any argument as well."""
    asked = room.lbuild("--help", index=False, cache=False)
    bare = room.lbuild(index=False, cache=False)

    assert asked.status == 0
    for word in ("--runtime", "--layer", "--source", "--json", "lock", "runtimes", "cache"):
        assert word in asked.stdout
        assert word in bare.stderr
    assert bare.status == 2


@pytest.mark.parametrize(
    "words", [("--help",), ("--version",), ("runtimes",), ("bundle", "--help"), ("lock", "--help")]
)
def test_looking_loads_nothing_heavy(room: Room, words: Sequence[str]) -> None:
    """The first impression takes no time."""
    assert loaded(room, *words) & set(HEAVY) == set()


def test_a_warm_build_loads_no_client_and_no_resolver(room: Room) -> None:
    """It recalls what it knows."""
    stock(room)
    room.write("requirements.txt", "demo")
    words = ["requirements.txt", "-o", "b.zip", "--index-url", room.index.index_url]
    words += ["--cache-dir", str(room.cache)]
    cold, warm = loaded(room, *words), loaded(room, *words)

    assert "resolvelib" in cold
    assert warm & set(COLD) == set()


def loaded(room: Room, *words: str) -> set[str]:
    """The modules that a run of this command imports."""
    program = (
        "import sys\nfrom builder.cli.command import outcome\n"
        "status = outcome(sys.argv[1:])\n"
        "print('\\nmodules', *sys.modules)\nsys.exit(status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=room.folder,
        env=dict(room.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.rpartition("\nmodules ")[2].split())
