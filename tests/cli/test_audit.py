"""A build reads every compiled file before it ships it, and evidence decides over file names."""

import json
import zipfile
from pathlib import Path

import pytest

from factories.commands import Room
from factories.elf import AARCH64, make_elf
from factories.wheels import write_wheel

OLD = "cp311-cp311-manylinux_2_17_x86_64"
NEW = "cp311-cp311-manylinux_2_28_x86_64"
STAGES = ["resolve", "fetch", "slim", "audit", "link"]
ON_AL2 = ("--runtime", "python3.11", "-o", "b.zip")


def module(version: str = "GLIBC_2.17", library: str = "libc.so.6", **options: int) -> bytes:
    """An extension module that wants `version` of `library`."""
    return make_elf(needed=[library], needs={library: [version]}, exports=["PyInit_core"], **options)


def files(content: bytes) -> dict[str, bytes]:
    return {"native/__init__.py": b"", "native/core.cpython-311-x86_64-linux-gnu.so": content}


def test_a_wheel_that_needs_more_than_its_tag_says_is_left_out(room: Room) -> None:
    """The next candidate is taken, and the report says what was found in the file."""
    room.offer("native", "1.0", files(module()), tag=OLD)
    room.offer("native", "2.0", files(module("GLIBC_2.27")), tag=OLD)
    outcome = room.lbuild("native", *ON_AL2, "--json")

    assert outcome.status == 0
    assert outcome.versions == {"native": "1.0"}
    assert outcome.report["skipped"][0]["reason"] == (
        "it is excluded: its `native/core.cpython-311-x86_64-linux-gnu.so` "
        "needs `GLIBC_2.27` of `libc.so.6`; python3.11 has 2.26"
    )


def test_a_second_run_remembers_what_was_left_out(room: Room) -> None:
    """The same bundle, resolved and audited from the cache."""
    room.offer("native", "1.0", files(module()), tag=OLD)
    room.offer("native", "2.0", files(module("GLIBC_2.27")), tag=OLD)
    first = room.lbuild("native", *ON_AL2, "--json")
    second = room.lbuild("native", *ON_AL2, "--json", "--offline")

    assert second.report["bundle"]["sha256"] == first.report["bundle"]["sha256"]
    assert [stage["name"] for stage in second.report["stages"]] == [
        "resolve",
        "fetch",
        "slim",
        "audit",
        "link",
    ]


def test_with_no_other_candidate_the_evidence_is_the_error(room: Room) -> None:
    """Nothing is written, and an older bundle stays as it was."""
    room.offer("native", "2.0", files(module("GLIBC_2.27")), tag=OLD)
    (room.folder / "b.zip").write_bytes(b"older")
    outcome = room.lbuild("native", *ON_AL2)

    assert outcome.status == 1
    assert outcome.codes == ["no-compatible-artifact"]
    assert "needs `GLIBC_2.27` of `libc.so.6`; python3.11 has 2.26" in outcome.stderr
    assert (room.folder / "b.zip").read_bytes() == b"older"


def test_what_is_missing_in_the_bundle_stops_the_build(room: Room) -> None:
    """No other version would mend it: exit 4, with evidence, advice, and the way to go on."""
    room.offer("native", "1.0", files(make_elf(needed=["libGL.so.1"])), tag=OLD)
    outcome = room.lbuild("native", *ON_AL2)

    assert outcome.status == 4
    assert outcome.codes == ["will-not-load"]
    assert "missing-library" in outcome.stderr
    assert "needs `libGL.so.1`" in outcome.stderr
    assert "`--allow missing-library`" in outcome.stderr
    assert not (room.folder / "b.zip").exists()


def test_an_allowed_finding_is_told_and_built(room: Room) -> None:
    """The finding stays in the report, as what it is."""
    room.offer("native", "1.0", files(make_elf(needed=["libGL.so.1"])), tag=OLD)
    outcome = room.lbuild("native", *ON_AL2, "--allow", "missing-library", "--json")

    assert outcome.status == 0
    assert [(found["code"], found["severity"]) for found in outcome.report["findings"]] == [
        ("missing-library", "error")
    ]
    assert "error[missing-library]: native/core" in outcome.stderr


def test_an_allowed_code_lets_a_candidate_be(room: Room) -> None:
    """What the user takes on himself leaves no version out."""
    room.offer("native", "1.0", files(module()), tag=OLD)
    room.offer("native", "2.0", files(module("GLIBC_2.27")), tag=OLD)
    plain = room.lbuild("native", *ON_AL2, "--json")
    allowed = room.lbuild("native", *ON_AL2, "--allow", "glibc-too-new", "--json")

    assert plain.versions == {"native": "1.0"}
    assert allowed.versions == {"native": "2.0"}


def test_a_code_that_no_finding_has_is_refused(room: Room) -> None:
    """With the list of those there are."""
    outcome = room.lbuild("native", *ON_AL2, "--allow", "everything")

    assert outcome.status == 2
    assert "missing-library" in outcome.stderr


def test_a_warning_stops_nothing(room: Room) -> None:
    """A library that is there today and not promised."""
    room.offer("native", "1.0", files(make_elf(needed=["libxml2.so.2"])), tag=OLD)
    outcome = room.lbuild("native", *ON_AL2)

    assert outcome.status == 0
    assert "warning[present-library]" in outcome.stderr


def test_a_file_that_was_pointed_at_is_no_candidate_among_others(room: Room) -> None:
    """A direct reference to what does not load is an error, be there a good version on the index."""
    room.offer("native", "1.0", files(module()), tag=OLD)
    wheel = write_wheel(room.folder, "native", "2.0", files(module("GLIBC_2.27")), tag=OLD)
    outcome = room.lbuild(f"./{wheel.name}", *ON_AL2)

    assert outcome.status == 4
    assert outcome.codes == ["will-not-load"]


def test_a_lock_is_built_as_it_is_or_not_at_all(room: Room) -> None:
    """What a lock names is not replaced."""
    room.offer("native", "1.0", files(module()), tag=OLD)
    room.offer("native", "2.0", files(module("GLIBC_2.27")), tag=OLD)
    room.lbuild("lock", "native", "--runtime", "python3.11", "-o", "pylock.toml")
    outcome = room.lbuild("pylock.toml", "-o", "b.zip")

    assert outcome.status == 4
    assert outcome.codes == ["will-not-load"]


def test_compiled_files_of_the_source_are_audited(room: Room) -> None:
    """An app's own library for another machine."""
    source = room.folder / "src"
    source.mkdir()
    (source / "fast.cpython-311-x86_64-linux-gnu.so").write_bytes(
        make_elf(machine=AARCH64, exports=["PyInit_fast"])
    )
    room.offer("pure", "1.0")
    outcome = room.lbuild("pure", "--source", "src", *ON_AL2)

    assert outcome.status == 4
    assert "wrong-machine" in outcome.stderr


def test_a_layer_is_audited_where_it_is_unpacked(room: Room) -> None:
    """Its libraries find each other by $ORIGIN below /opt."""
    content = {
        "native/core.abi3.so": make_elf(
            needed=["libown.so"], rpath="$ORIGIN/../native.libs", exports=["PyInit_core"]
        ),
        "native.libs/libown.so": make_elf(soname="libown.so"),
    }
    room.offer("native", "1.0", content, tag=OLD)
    outcome = room.lbuild("native", *ON_AL2, "--layer")

    assert outcome.status == 0


# -- wheels of last resort -----------------------------------------------------------------------------------


def test_a_tag_that_is_too_new_gives_way_to_evidence(room: Room) -> None:
    """Nothing else is there, and the files need no more than the runtime has: taken, and told."""
    room.offer("native", "1.0", files(module("GLIBC_2.25")), tag=NEW)
    outcome = room.lbuild("native", *ON_AL2)

    assert outcome.status == 0
    assert (
        f"note: `native-1.0-{NEW}.whl` is taken on evidence: by its tag it needs glibc 2.28, "
        "the runtime has 2.26; its files need glibc 2.25"
    ) in outcome.stderr


def test_an_older_version_with_a_fitting_tag_goes_first(room: Room) -> None:
    """A last resort is for what has nothing else."""
    room.offer("native", "1.0", files(module()), tag=OLD)
    room.offer("native", "2.0", files(module("GLIBC_2.25")), tag=NEW)
    outcome = room.lbuild("native", *ON_AL2, "--json")

    assert outcome.versions == {"native": "1.0"}
    assert outcome.report["skipped"][0]["reason"] == "python3.11 has glibc 2.26, its wheels need 2.28"


def test_files_that_need_what_their_tag_says_are_refused(room: Room) -> None:
    """The next version of last resort is tried, down to one that loads."""
    room.offer("native", "1.0", files(module("GLIBC_2.25")), tag=NEW)
    room.offer("native", "2.0", files(module("GLIBC_2.28")), tag=NEW)
    outcome = room.lbuild("native", *ON_AL2, "--json")

    assert outcome.versions == {"native": "1.0"}


def test_strict_tags_turns_evidence_off(room: Room) -> None:
    """The tag's word is final."""
    room.offer("native", "1.0", files(module("GLIBC_2.25")), tag=NEW)
    outcome = room.lbuild("native", *ON_AL2, "--strict-tags")

    assert outcome.status == 1
    assert "needs glibc 2.28, the runtime has 2.26" in outcome.stderr


@pytest.mark.parametrize("option", [[], ["--strict-tags"]])
def test_another_machine_is_no_last_resort(room: Room, option: list[str]) -> None:
    """Only a newer glibc may be doubted."""
    room.offer("native", "1.0", files(module()), tag="cp311-cp311-manylinux_2_28_aarch64")
    outcome = room.lbuild("native", *ON_AL2, *option)

    assert outcome.status == 1
    assert "built for aarch64" in outcome.stderr


def test_a_lock_holds_a_last_resort_only_when_it_has_proved_to_load(room: Room) -> None:
    """And such a lock can be built."""
    room.offer("native", "1.0", files(module("GLIBC_2.25")), tag=NEW)
    room.offer("native", "2.0", files(module("GLIBC_2.28")), tag=NEW)
    locked = room.lbuild("lock", "native", "--runtime", "python3.11", "-o", "pylock.toml")
    built = room.lbuild("pylock.toml", "-o", "b.zip", "--json")
    strict = room.lbuild("pylock.toml", "-o", "b.zip", "--strict-tags")

    assert locked.status == 0
    assert f"native-1.0-{NEW}.whl" in (room.folder / "pylock.toml").read_text()
    assert built.versions == {"native": "1.0"}
    assert strict.status == 2
    assert strict.codes == ["invalid-lock"]


def test_a_dry_run_says_what_is_still_to_be_proved(room: Room) -> None:
    """It downloads nothing."""
    room.offer("native", "1.0", files(module("GLIBC_2.25")), tag=NEW)
    outcome = room.lbuild("native", "--runtime", "python3.11", "--dry-run")

    assert outcome.status == 0
    assert "is only taken if its files prove to load" in outcome.stderr


def test_why_tells_a_last_resort(room: Room) -> None:
    """By its evidence, and of a newer one by the file that does not load."""
    room.offer("native", "1.0", files(module("GLIBC_2.25")), tag=NEW)
    room.offer("native", "2.0", files(module("GLIBC_2.28")), tag=NEW)
    outcome = room.lbuild("why", "native", "--runtime", "python3.11")

    assert outcome.status == 0
    assert outcome.stdout.startswith("native 1.0 for python3.11 on x86_64\n")
    assert "  tag   none that python3.11/x86_64 loads: by its tag it needs glibc 2.28" in outcome.stdout
    assert "needs `GLIBC_2.28` of `libc.so.6`; python3.11 has 2.26" in outcome.stdout


# -- what is not ELF -----------------------------------------------------------------------------------------


def test_damaged_and_foreign_files_are_judged_not_feared(room: Room) -> None:
    """A Mach-O module without another variant, and an ELF file cut off."""
    room.offer(
        "native",
        "1.0",
        {
            "native/core.cpython-311-x86_64-linux-gnu.so": module()[:90],
            "native/mac.cpython-311-darwin.so": b"\xcf\xfa\xed\xfe" + bytes(60),
        },
        tag=OLD,
    )
    outcome = room.lbuild("native", *ON_AL2, "--json")

    assert outcome.status == 1
    assert json.loads(outcome.stdout)["error"]["code"] == "no-compatible-artifact"
    assert "native/core.cpython-311-x86_64-linux-gnu.so" in outcome.stderr


def test_text_that_looks_like_nothing_costs_nothing(room: Room) -> None:
    """Data files are no compiled code, whatever their names are."""
    room.offer("data", "1.0", {"data/a.so": b"no library\n" * 9, "data/b.bin": b"MZ" + bytes(50)})
    outcome = room.lbuild("data", *ON_AL2)

    assert outcome.status == 0
    with zipfile.ZipFile(Path(room.folder, "b.zip")) as archive:
        assert "data/a.so" in archive.namelist()
