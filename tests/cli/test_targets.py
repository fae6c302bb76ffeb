"""The target decides: runtime and architecture choose wheels and requirements, the host never does."""

import pytest

from factories.commands import Room, members

X86, ARM = "manylinux_2_17_x86_64.manylinux2014_x86_64", "manylinux_2_17_aarch64.manylinux2014_aarch64"


def native(room: Room, version: str, python: str, *platforms: str) -> None:
    """The index offers wheels of `native` for these platforms, each of which says which it is."""
    for platform in platforms:
        room.offer(
            "native",
            version,
            {"native.so": f"{version} {python} {platform}".encode()},
            tag=f"{python}-{python}-{platform}",
        )


def test_the_newest_supported_runtime_is_the_default_and_is_said(room: Room) -> None:
    """What was not chosen is told, with how to choose it."""
    outcome = room.lbuild("pip>0", "--dry-run", "--offline")
    first = outcome.stderr.splitlines()[0]

    assert first.startswith("python3.14 on x86_64: Amazon Linux 2023, glibc 2.34 (newest supported runtime")
    assert "--runtime" in first


@pytest.mark.parametrize(
    ("runtime", "system"),
    [
        ("python3.9", "Amazon Linux 2, glibc 2.26"),
        ("python3.11", "Amazon Linux 2, glibc 2.26"),
        ("python3.12", "Amazon Linux 2023, glibc 2.34"),
        ("python3.13", "Amazon Linux 2023, glibc 2.34"),
    ],
)
def test_the_chosen_target_is_said(room: Room, runtime: str, system: str) -> None:
    """Runtime, architecture, system and glibc stand in the first line, and in the report."""
    room.offer("demo", "1.0")
    outcome = room.lbuild("demo", "--dry-run", "--runtime", runtime, "--arch", "arm64", "--json")

    assert outcome.stderr.startswith(f"{runtime} on arm64: {system} (--runtime)")
    assert outcome.report["target"]["runtime"] == runtime
    assert outcome.report["target"]["architecture"] == "arm64"


def test_a_deprecated_runtime_warns_and_builds(room: Room) -> None:
    """Old functions must be mended too."""
    room.offer("demo", "1.0")
    outcome = room.lbuild("demo", "-o", "b.zip", "--runtime", "python3.9")

    assert outcome.status == 0
    assert "warning: " in outcome.stderr
    assert "python3.9" in outcome.stderr.partition("warning: ")[2]


def test_a_preview_runtime_says_so(room: Room) -> None:
    """Nobody deploys to it unknowingly."""
    room.offer("demo", "1.0")
    outcome = room.lbuild("demo", "--dry-run", "--runtime", "python3.15")

    assert outcome.status == 0
    assert "warning: " in outcome.stderr
    assert "preview" in outcome.stderr


@pytest.mark.parametrize(("arch", "platform"), [("x86_64", X86), ("arm64", ARM)])
def test_each_architecture_gets_its_own_wheels(room: Room, arch: str, platform: str) -> None:
    """On whatever host this runs."""
    native(room, "1.0", "cp313", X86, ARM, "macosx_11_0_arm64", "win_arm64", "musllinux_1_2_aarch64")
    outcome = room.lbuild("native", "-o", "b.zip", "--runtime", "python3.13", "--arch", arch)

    assert outcome.status == 0
    assert members(room.folder / "b.zip")["native.so"].decode() == f"1.0 cp313 {platform}"


def test_an_architecture_may_be_called_as_others_call_it(room: Room) -> None:
    """`aarch64` is `arm64`."""
    room.offer("demo", "1.0")
    outcome = room.lbuild("demo", "--dry-run", "--arch", "aarch64", "--json")

    assert outcome.report["target"]["architecture"] == "arm64"


@pytest.mark.parametrize("arch", ["x86_64", "arm64"])
def test_markers_are_those_of_the_target(room: Room, arch: str) -> None:
    """A requirement for another machine or system is left out, wherever it stands."""
    asked = {
        "arm": 'platform_machine == "aarch64"',
        "intel": 'platform_machine == "x86_64"',
        "windows": 'sys_platform == "win32"',
        "mac": 'platform_system == "Darwin"',
        "linux": 'sys_platform == "linux" and os_name == "posix"',
        "newer": 'python_version >= "3.13"',
        "older": 'python_full_version < "3.13"',
        "pypy": 'implementation_name == "pypy"',
    }
    for name in asked:
        room.offer(name, "1.0")
    room.offer("root", "1.0", requires_dist=[f"{name}; {marker}" for name, marker in asked.items()])
    room.write("requirements.txt", *(f"{name}; {marker}" for name, marker in asked.items()))
    outcomes = [
        room.lbuild(word, "--dry-run", "--json", "--runtime", "python3.13", "--arch", arch)
        for word in ("root", "requirements.txt")
    ]
    right = {"linux", "newer", "arm" if arch == "arm64" else "intel"}

    assert set(outcomes[0].versions) == {"root", *right}
    assert set(outcomes[1].versions) == right


def test_an_old_glibc_takes_an_older_version_and_says_why(room: Room) -> None:
    """`2.4.6` loads on Amazon Linux 2023 alone; a runtime that could use it gets it."""
    for python in ("cp311", "cp312"):
        native(room, "2.2.6", python, X86)
        native(room, "2.4.6", python, "manylinux_2_27_x86_64.manylinux_2_28_x86_64")
    old = room.lbuild("native", "-o", "old.zip", "--runtime", "python3.11")
    new = room.lbuild("native", "-o", "new.zip", "--runtime", "python3.12")

    assert "native 2.2.6, not 2.4.6: python3.11 has glibc 2.26, its wheels need 2.27" in old.stderr
    assert members(room.folder / "old.zip")["native.so"].startswith(b"2.2.6 cp311")
    assert "not 2.4.6" not in new.stderr
    assert members(room.folder / "new.zip")["native.so"].startswith(b"2.4.6 cp312")


def test_a_version_for_newer_pythons_is_skipped(room: Room) -> None:
    """Requires-Python is held against the target's Python."""
    room.offer("demo", "1.0")
    room.index.add("demo", "demo-2.0-py3-none-any.whl", b"never asked for", requires_python=">=3.13")
    outcome = room.lbuild("demo", "--dry-run", "--runtime", "python3.12", "--json")

    assert outcome.versions == {"demo": "1.0"}


@pytest.mark.parametrize(("words", "version"), [((), "1.0"), (("--pre",), "2.0rc1")])
def test_a_pre_release_is_only_taken_when_it_is_wished_for(
    room: Room, words: tuple[str, ...], version: str
) -> None:
    """As pip has it."""
    room.offer("demo", "1.0")
    room.offer("demo", "2.0rc1")
    outcome = room.lbuild("demo", "--dry-run", "--json", *words)

    assert outcome.versions == {"demo": version}


def test_files_of_a_later_day_do_not_exist(room: Room) -> None:
    """`--exclude-newer` builds as of then."""
    room.offer("demo", "1.0")
    content = b"never asked for"
    room.index.add("demo", "demo-2.0-py3-none-any.whl", content, upload_time="2026-06-01T00:00:00Z")
    outcome = room.lbuild("demo", "--dry-run", "--json", "--exclude-newer", "2026-03-01")

    assert outcome.versions == {"demo": "1.0"}
