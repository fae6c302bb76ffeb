"""`lbuild inspect`: bundles made by hand and by others, judged."""

import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from factories.commands import Outcome, Room
from factories.elf import AARCH64, make_elf
from factories.wheels import make_wheel

CORE = "demo/_core.cpython-313-x86_64-linux-gnu.so"
SOUND = make_elf(needed=["libc.so.6"], needs={"libc.so.6": ["GLIBC_2.17"]}, exports=["PyInit__core"])
DATE = (2026, 1, 2, 3, 4, 6)


def make_zip(path: Path, files: Mapping[str, bytes], mode: int = 0o644) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, DATE)
            info.external_attr = (0o100000 | mode) << 16
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return path


def inspect(room: Room, *words: str | Path) -> Outcome:
    return room.lbuild("inspect", *words, index=False, cache=False)


def found(outcome: Outcome) -> dict[str, str]:
    """Code to severity."""
    return {finding["code"]: finding["severity"] for finding in outcome.report["findings"]}


def test_a_sound_bundle_passes(room: Room) -> None:
    """Its target is told by its own files; nothing is complained of."""
    bundle = make_zip(room.folder / "b.zip", {CORE: SOUND, "app.py": b"a = 1\n"})
    outcome = inspect(room, bundle)

    assert outcome.status == 0
    assert "python3.13 on x86_64" in outcome.stderr
    assert "(what it was made for)" in outcome.stderr
    assert outcome.stdout.endswith("python3.13/x86_64: nothing to complain of\n")


@pytest.mark.parametrize(
    ("library", "code"),
    [
        (make_elf(needed=["libm.so.6"], needs={"libm.so.6": ["GLIBC_2.38"]}), "glibc-too-new"),
        (make_elf(needed=["libGL.so.1"]), "missing-library"),
        (make_elf(machine=AARCH64, exports=["PyInit__core"]), "wrong-machine"),
        (SOUND[:100], "unreadable"),
    ],
)
def test_what_does_not_load_is_an_error(room: Room, library: bytes, code: str) -> None:
    """Exit status 4, with the file and the evidence."""
    bundle = make_zip(room.folder / "b.zip", {CORE: library, "demo/_other.abi3.so": SOUND})
    words = ("--runtime", "python3.13", "--arch", "x86_64")
    told, counted = inspect(room, bundle, *words), inspect(room, bundle, *words, "--json")

    assert told.status == counted.status == 4
    assert f"error[{code}]: /var/task/{CORE}" in told.stdout
    assert found(counted)[code] == "error"


def test_what_is_too_new_for_one_runtime_fits_another(room: Room) -> None:
    """The runtime asked for decides, not the one the bundle was made for."""
    library = make_elf(needed=["libm.so.6"], needs={"libm.so.6": ["GLIBC_2.27"]}, exports=["PyInit__core"])
    bundle = make_zip(room.folder / "b.zip", {"demo/_core.abi3.so": library})

    assert inspect(room, bundle, "--runtime", "python3.13").status == 0
    old = inspect(room, bundle, "--runtime", "python3.11")
    assert old.status == 4
    assert "needs `GLIBC_2.27` of `libm.so.6`; python3.11 has 2.26" in old.stdout


def test_a_function_finds_the_libraries_of_its_layer(room: Room) -> None:
    """/opt/lib is on the loader's path: together they load, alone the function does not."""
    needs = make_elf(needed=["libown.so.1"], exports=["PyInit__core"])
    bundle = make_zip(room.folder / "b.zip", {CORE: needs, "app.py": b""})
    layer = make_zip(
        room.folder / "l.zip", {"lib/libown.so.1": make_elf(soname="libown.so.1"), "python/x.py": b""}
    )

    assert inspect(room, bundle).status == 4
    together = inspect(room, bundle, layer, "--json")
    assert together.status == 0
    assert [part["role"] for part in together.report["parts"]] == ["function", "layer"]


def test_files_in_function_and_layer_are_told(room: Room) -> None:
    """Equal ones cost bytes, others hide what somebody meant to have."""
    bundle = make_zip(room.folder / "b.zip", {"app.py": b"", "same.py": b"a", "other.py": b"b"})
    layer = make_zip(room.folder / "l.zip", {"python/same.py": b"a", "python/other.py": b"c"})
    outcome = inspect(room, bundle, layer, "--json")

    assert outcome.status == 0
    assert found(outcome) == {"duplicate-file": "note", "hidden-file": "warning"}


def test_a_wheel_is_looked_at_as_if_installed(room: Room) -> None:
    """What lies below `.data/platlib` is at the root then."""
    wheel = room.folder / "demo-1.0-cp313-cp313-linux_x86_64.whl"
    wheel.write_bytes(make_wheel("demo", "1.0", {"demo/_core.abi3.so": make_elf(needed=["libGL.so.1"])}))
    outcome = inspect(room, wheel)

    assert outcome.status == 4
    assert "/var/task/demo/_core.abi3.so" in outcome.stdout
    assert "demo 1.0" in outcome.stdout


def test_a_folder_is_a_bundle_too(room: Room) -> None:
    """As it would be zipped; the modes of its files count."""
    room.write("build/app.py", "a = 1")
    os.chmod(room.folder / "build/app.py", 0o600)
    outcome = inspect(room, "build", "--json")

    assert outcome.status == 4
    assert found(outcome) == {"unreadable-mode": "error"}


def test_modes_that_lambda_cannot_read_are_errors(room: Room) -> None:
    """0600 in the zip stays 0600 in the function, whose user is another."""
    outcome = inspect(room, make_zip(room.folder / "b.zip", {"app.py": b""}, mode=0o600))

    assert outcome.status == 4
    assert "not readable for others: 0600" in outcome.stdout


def test_half_of_the_sdk_is_warned_of(room: Room) -> None:
    """A botocore of one's own under the runtime's boto3 is the field's old trap."""
    metadata = b"Metadata-Version: 2.1\nName: botocore\nVersion: 1.30\n"
    bundle = make_zip(room.folder / "b.zip", {"botocore-1.30.dist-info/METADATA": metadata})
    outcome = inspect(room, bundle, "--runtime", "python3.13")

    assert outcome.status == 0
    assert "warning[half-of-sdk]" in outcome.stdout
    assert "boto3 is the runtime's own: 1.42.97" in outcome.stdout


def test_stale_bytecode_is_told_once(room: Room) -> None:
    """Thousands of files are one finding, with their number and bytes."""
    header = (3571).to_bytes(2, "little") + b"\r\n" + bytes(12)
    files = {f"demo/__pycache__/m{number}.cpython-313.pyc": header for number in range(20)}
    files |= {f"demo/m{number}.py": b"a = 1\n" for number in range(20)}
    outcome = inspect(room, make_zip(room.folder / "b.zip", files), "--runtime", "python3.13")

    assert outcome.status == 0
    assert outcome.stdout.count("stale-bytecode") == 1
    assert "20 files, 320 bytes" in outcome.stdout


def test_a_bundle_without_compiled_files_is_for_the_python_of_its_bytecode(room: Room) -> None:
    """A pure one that lbuild made for an older runtime holds nobody else's bytecode."""
    header = (3571).to_bytes(2, "little") + b"\r\n" + (1).to_bytes(4, "little") + bytes(8)
    files = {"demo/m.py": b"a = 1\n", "demo/__pycache__/m.cpython-313.pyc": header}
    outcome = inspect(room, make_zip(room.folder / "b.zip", files))

    assert outcome.status == 0
    assert "python3.13 on x86_64" in outcome.stderr
    assert "other-bytecode" not in outcome.stdout
    # Tried with that Python, or refused for want of it: the newest runtime has another.
    tried = room.lbuild("try", "b.zip", "--imports", "--offline")
    assert "ython 3.13" in tried.stderr
    assert "3.14" not in tried.stderr


def test_too_large_is_an_exit_status_of_its_own(room: Room) -> None:
    """Nothing is broken; it is only too much: 1, as for a bundle that is built."""
    bundle = make_zip(room.folder / "b.zip", {"zeros.bin": bytes(262_144_000)})
    outcome = inspect(room, bundle, "--json")

    assert outcome.status == 1
    assert found(outcome) == {"too-large": "error"}


@pytest.mark.parametrize(("name", "code"), [("../out.py", "unsafe-path"), ("/etc/out.py", "unsafe-path")])
def test_paths_that_lead_out_are_errors(room: Room, name: str, code: str) -> None:
    """They are told and never followed."""
    outcome = inspect(room, make_zip(room.folder / "b.zip", {name: b"", "app.py": b""}), "--json")

    assert outcome.status == 4
    assert found(outcome) == {code: "error"}


def test_what_is_no_zip_is_told(room: Room) -> None:
    """Bad input is an error that names the file: not there, no zip, cut off."""
    room.write("text.zip", "no zip")
    whole = make_zip(room.folder / "b.zip", {"app.py": b"a" * 9999}).read_bytes()
    (room.folder / "cut.zip").write_bytes(whole[: len(whole) // 2])

    assert [inspect(room, name).codes for name in ("none.zip", "text.zip", "cut.zip")] == [
        ["input-not-found"],
        ["bad-archive"],
        ["bad-archive"],
    ]


def test_json_is_one_document_also_for_errors(room: Room) -> None:
    """Programs read stdout alone."""
    outcome = inspect(room, "none.zip", "--json")

    assert outcome.status == 2
    assert json.loads(outcome.stdout)["error"]["code"] == "input-not-found"
