"""Wheels that lie, that want too much, or are none: refused with what was seen, and nothing is written."""

import random
import warnings
import zipfile
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from factories.corpora import corpus_files
from factories.elf import AARCH64, X86_64, make_elf
from factories.targets import make_target
from factories.wheels import make_wheel, write_wheel
from manylinux.audit.finding import Severity
from manylinux.elf.layouts import LayoutReader
from manylinux.errors import BrokenWheelError, LbuildError, LyingWheelError, WheelNeedsMoreError
from manylinux.repair import Promise, Repaired, repair

TAG = "cp311-cp311-linux_x86_64"
NAME = "demo/_core.cpython-311-x86_64-linux-gnu.so"
LIBC = {"libc.so.6": ["GLIBC_2.14"]}


def core(**options: object) -> bytes:
    """An extension module for x86-64 that needs glibc 2.14."""
    wanted: dict[str, object] = {"needed": ["libc.so.6"], "needs": LIBC, "exports": ["PyInit__core"]}
    return make_elf(**{**wanted, **options})  # type: ignore[arg-type]  # passed on


class Bench:
    """A folder for what comes in and one for what comes out."""

    def __init__(self, folder: Path, layouts: LayoutReader) -> None:
        self.folder, self.layouts = folder, layouts
        self.out = folder / "out"
        self.out.mkdir()

    def wheel(
        self, files: dict[str, bytes], *, tag: str = TAG, name: str = "demo", **options: object
    ) -> Path:
        return write_wheel(self.folder, name, "1.0", files, tag=tag, **options)

    def repaired(
        self, wheel: Path, runtime: str = "python3.11", architecture: str = "x86_64", **options: object
    ) -> Repaired:
        target = make_target(runtime, architecture)
        return repair(wheel, target, self.out, layouts=self.layouts, **options)  # type: ignore[arg-type]

    def lies(self, wheel: Path, **options: object) -> str:
        """What of the wheel is a lie, which it must be."""
        with pytest.raises(LyingWheelError) as caught:
            self.repaired(wheel, **options)  # type: ignore[arg-type]
        assert list(self.out.iterdir()) == []
        return "\n".join(caught.value.evidence)

    def excess(self, wheel: Path, **options: object) -> str:
        """What the wheel wants too much, which it must."""
        with pytest.raises(WheelNeedsMoreError) as caught:
            self.repaired(wheel, **options)  # type: ignore[arg-type]
        assert list(self.out.iterdir()) == []
        assert caught.value.hint
        return "\n".join(caught.value.evidence)


@pytest.fixture
def bench(tmp_path: Path, layouts: LayoutReader) -> Bench:
    return Bench(tmp_path, layouts)


def test_an_honest_wheel_passes(bench: Bench) -> None:
    found = bench.repaired(bench.wheel({NAME: core(), "demo/__init__.py": b""}))

    assert found.filename == "demo-1.0-cp311-cp311-manylinux_2_14_x86_64.whl"
    assert (found.compiled, found.grafted, found.findings) == (1, (), ())


@pytest.mark.parametrize(
    ("promise", "told"),
    [
        (Promise(name=canonicalize_name("other")), "to be built was `other` 1.0"),
        (Promise(version=Version("2")), "to be built was `demo` 2"),
    ],
)
def test_another_project_than_was_promised(bench: Bench, promise: Promise, told: str) -> None:
    assert told in bench.lies(bench.wheel({NAME: core()}), promise=promise)


@pytest.mark.parametrize(
    ("metadata", "told"),
    [
        (b"Metadata-Version: 2.1\nName: other\nVersion: 1.0\n\n", "its METADATA says `other` `1.0`"),
        (b"Metadata-Version: 2.1\nName: demo\nVersion: 2\n\n", "its METADATA says `demo` `2`"),
        (b"Metadata-Version: 2.1\nName: demo\n\nVersion: 1.0\n", "its METADATA says `demo` ``"),
        (b"\xff\xfe", "its METADATA says `` ``"),
        (b"Name: demo\nVersion: " + b"1" * 5000 + b"\n\n", "its METADATA says `demo` `111"),
    ],
)
def test_metadata_of_another_project(bench: Bench, metadata: bytes, told: str) -> None:
    assert told in bench.lies(bench.wheel({NAME: core()}, metadata=metadata))


def test_a_file_that_was_renamed(bench: Bench) -> None:
    """Folder, METADATA and tags each contradict the name."""
    made = bench.wheel({NAME: core()})
    told = bench.lies(made.rename(made.with_name("other-1.0-cp311-abi3-linux_x86_64.whl")))

    assert "it holds `demo-1.0.dist-info`" in told
    assert "its WHEEL says `cp311-cp311-linux_x86_64`" in told


@pytest.mark.parametrize(
    ("wheel", "told"),
    [
        (b"Wheel-Version: 1.0\nRoot-Is-Purelib: false\n", "its WHEEL says nothing"),
        (b"Wheel-Version: 1.0\nTag: " + TAG.encode() + b"\nTag: py3-none-any\n", "`py3-none-any`"),
        (b"Wheel-Version: 1.0\nTag: " + TAG.encode() + b"\nBuild: 2\n", "its WHEEL says `2`"),
    ],
)
def test_tags_that_are_not_those_of_the_name(bench: Bench, wheel: bytes, told: str) -> None:
    assert told in bench.lies(bench.wheel({NAME: core()}, wheel=wheel))


def test_a_pure_tag_on_compiled_code(bench: Bench) -> None:
    told = bench.lies(bench.wheel({NAME: core()}, tag="py3-none-any"))

    assert told == f"the file is named for any platform; it holds `{NAME}`"


@pytest.mark.parametrize(
    ("tag", "told"),
    [
        ("cp312-cp312-linux_x86_64", "built for CPython 3.12"),
        ("cp311-cp311-linux_aarch64", "built for aarch64"),
        ("cp311-cp311-macosx_11_0_arm64", "built for macOS"),
        ("cp311-cp311-musllinux_1_2_x86_64", "built for musl"),
        ("cp312-abi3-linux_x86_64", "needs CPython 3.12 or newer"),
        ("pp311-pypy311_pp73-linux_x86_64", "built for PyPy"),
    ],
)
def test_tags_for_elsewhere(bench: Bench, tag: str, told: str) -> None:
    """The host's platform or interpreter in place of the target's."""
    assert told in bench.lies(bench.wheel({"demo/x.so": core(exports=[])}, tag=tag))


@pytest.mark.parametrize(
    "name",
    ["demo/_core.cpython-312-x86_64-linux-gnu.so", "demo/_core.cpython-311-aarch64-linux-gnu.so"],
)
@pytest.mark.parametrize("others", [{}, {"demo/_core.py": b""}], ids=["alone", "beside its source"])
def test_a_suffix_that_the_target_does_not_import(bench: Bench, name: str, others: dict[str, bytes]) -> None:
    """Backends write the host's suffix and end with success; Python would pass over the file in silence."""
    told = bench.lies(bench.wheel({name: core(), **others}))

    assert f"`{name}` is tagged `{name.split('.')[1]}`" in told


@pytest.mark.parametrize(("type", "told"), [(1, "object file"), (2, "executable")])
def test_a_module_that_is_none(bench: Bench, type: int, told: str) -> None:
    """What a compiler leaves when nothing linked it, or linked a program."""
    wheel = bench.wheel({NAME: core(type=type, exports=[])})

    assert told in bench.lies(wheel)


def test_code_of_the_host_under_the_suffix_of_the_target(bench: Bench) -> None:
    """A cross build that compiled for the machine it ran on, module or library."""
    wheel = bench.wheel(
        {"demo/_core.cpython-311-aarch64-linux-gnu.so": core()}, tag="cp311-cp311-linux_aarch64"
    )
    plain = bench.wheel({"x/libx.so": core(exports=[])}, tag="py3-none-linux_aarch64", name="plain")

    assert "for x86-64; python3.11/arm64 is aarch64" in bench.excess(wheel, architecture="arm64")
    assert "for x86-64; python3.11/arm64 is aarch64" in bench.excess(plain, architecture="arm64")


@pytest.mark.parametrize(
    ("needs", "told"),
    [
        (
            {"libc.so.6": ["GLIBC_2.27", "GLIBC_2.30"]},
            "needs `GLIBC_2.30` of `libc.so.6`; python3.11 has 2.26",
        ),
        ({"libc.so.6": ["GLIBC_ABI_DT_RELR"]}, "needs `GLIBC_ABI_DT_RELR` of `libc.so.6`"),
        ({"libstdc++.so.6": ["GLIBCXX_3.4.29"]}, "needs `GLIBCXX_3.4.29` of `libstdc++.so.6`"),
        ({"libgcc_s.so.1": ["GCC_12.0.0"]}, "needs `GCC_12.0.0` of `libgcc_s.so.1`"),
    ],
)
def test_more_than_the_runtime_has(bench: Bench, needs: dict[str, list[str]], told: str) -> None:
    wheel = bench.wheel({NAME: core(needed=list(needs), needs=needs)})

    assert f"`{NAME}` {told}" in bench.excess(wheel)


def test_what_the_runtime_has_by_chance_is_more_than_it_has(bench: Bench) -> None:
    """AL2023 had GCC 14's libstdc++ lately: a wheel of an index may pass, one built here may not."""
    name = NAME.replace("311", "313")
    wheel = bench.wheel(
        {name: core(needed=["libstdc++.so.6"], needs={"libstdc++.so.6": ["GLIBCXX_3.4.32"]})},
        tag="cp313-cp313-linux_x86_64",
    )

    assert "3.4.29 for sure, 3.4.33 today" in bench.excess(wheel, runtime="python3.13")


def test_a_library_that_is_not_promised_is_told(bench: Bench) -> None:
    """libyaml is on AL2023 for the package manager's sake."""
    name = NAME.replace("311", "313")
    wheel = bench.wheel({name: core(needed=["libyaml-0.so.2"], needs={})}, tag="cp313-cp313-linux_x86_64")
    found = bench.repaired(wheel, runtime="python3.13")

    assert [finding.code for finding in found.findings] == ["present-library"]


def test_a_platform_wheel_without_compiled_code_says_so(bench: Bench) -> None:
    """Extensions are often optional, and builds go on without them; whether that will do the caller knows."""
    found = bench.repaired(bench.wheel({"demo/__init__.py": b""}, purelib=False))

    assert found.filename == "demo-1.0-cp311-cp311-manylinux1_x86_64.manylinux_2_5_x86_64.whl"
    assert (found.compiled, [finding.code for finding in found.findings]) == (0, ["pure-fallback"])


def test_a_pure_wheel_is_copied(bench: Bench) -> None:
    """Launchers for Windows are data, as in setuptools."""
    launcher = b"MZ" + bytes(58) + b"\x40\0\0\0" + b"PE\0\0" + bytes(100)
    wheel = bench.wheel({"demo/gui.exe": launcher, "demo/x.py": b""}, tag="py2.py3-none-any")
    found = bench.repaired(wheel)

    assert found.path.read_bytes() == wheel.read_bytes()
    assert (found.filename, found.compiled) == (wheel.name, 0)
    assert [finding.severity for finding in found.findings] == [Severity.NOTE]


def test_a_newer_platform_than_is_needed_is_corrected(bench: Bench) -> None:
    """maturin writes the glibc it was told: evidence decides, down and, above what is there, not at all."""
    wheel = bench.wheel({NAME: core()}, tag="cp311-cp311-manylinux_2_34_x86_64")

    assert bench.repaired(wheel).tag_set == "cp311-cp311-manylinux_2_14_x86_64"


def test_an_older_platform_than_is_needed_is_corrected(bench: Bench) -> None:
    wheel = bench.wheel({NAME: core()}, tag="cp311-cp311-manylinux1_x86_64")

    assert bench.repaired(wheel).tag_set == "cp311-cp311-manylinux_2_14_x86_64"


def test_what_wheel_and_record_say_afterwards(bench: Bench) -> None:
    """Tags are those of the name; a pure root does not stay pure; a signature of the old RECORD goes."""
    tag = "cp311-cp311-linux_x86_64"
    told = f"Wheel-Version: 1.0\r\nGenerator: odd (1)\r\nRoot-Is-Purelib: true\r\nTag: {tag}\r\n\r\n".encode()
    signed = {"RECORD.jws": b"{}"}
    needs = {"libc.so.6": ["GLIBC_2.17"]}
    wheel = bench.wheel({NAME: core(needs=needs)}, wheel=told, dist_info_files=signed, record=b"wrong")
    with zipfile.ZipFile(bench.repaired(wheel).path) as archive:
        names = archive.namelist()
        lines = archive.read("demo-1.0.dist-info/WHEEL").decode().split("\n")

    assert lines == [
        "Wheel-Version: 1.0",
        "Generator: odd (1)",
        "Root-Is-Purelib: false",
        "Tag: cp311-cp311-manylinux2014_x86_64",
        "Tag: cp311-cp311-manylinux_2_17_x86_64",
        "",
    ]
    assert "demo-1.0.dist-info/RECORD.jws" not in names


@pytest.mark.parametrize(
    "member",
    ["/etc/x", "../x", "a/../../x", "a//x", "C:/x", "a\\x", "demo/\x1b[31m.py", "./x"],
)
def test_members_with_names_of_elsewhere(bench: Bench, member: str) -> None:
    with pytest.raises(BrokenWheelError, match="no wheel that can be read"):
        bench.repaired(bench.wheel({NAME: core(), member: b""}))


def test_two_members_for_one_place(bench: Bench) -> None:
    wheel = bench.wheel({"demo/x.py": b"1"}, data={"purelib/demo/x.py": b"2"})
    with pytest.raises(BrokenWheelError) as caught:
        bench.repaired(wheel)

    assert "are put in one place" in caught.value.evidence[0]


def test_two_members_of_one_name(bench: Bench) -> None:
    """Python has but one text of each single character, so that the two are one object."""
    wheel = bench.wheel({NAME: core()})
    with zipfile.ZipFile(wheel, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        archive.writestr("a", b"1")
        archive.writestr("a", b"2")
    with pytest.raises(BrokenWheelError) as caught:
        bench.repaired(wheel)

    assert "`a` and `a` are put in one place" in caught.value.evidence[0]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_members_that_no_installer_needs_to_read(bench: Bench, method: int) -> None:
    wheel = bench.wheel({NAME: core()})
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("demo/x.py", b"x" * 100, compress_type=method)
    with pytest.raises(BrokenWheelError) as caught:
        bench.repaired(wheel)

    assert "`demo/x.py` is compressed by method" in caught.value.evidence[0]


@pytest.mark.parametrize(
    ("filename", "content"),
    [
        ("demo.whl", b""),
        (f"demo-1.0-{TAG}.whl", b""),
        (f"demo-1.0-{TAG}.whl", b"PK\x05\x06" + bytes(18)),
        (f"demo-1.0-{TAG}.whl", make_wheel("demo", "1.0", {NAME: core()}, tag=TAG)[:-60]),
        (f"demo-1.0-{TAG}.whl", make_wheel("demo", "1.0", {NAME: core()}, tag=TAG, deflate=False).replace(
            b"PyInit__core", b"PyInit__cure")),
        (f"demo-1.0-{TAG}.whl", make_wheel("demo", "1.0", {"x-2.dist-info/METADATA": b""}, tag=TAG)),
    ],
    ids=["name", "empty", "no members", "cut", "checksum", "two dist-infos"],
)  # fmt: skip
def test_files_that_are_no_wheels(bench: Bench, filename: str, content: bytes) -> None:
    path = bench.folder / filename
    path.write_bytes(content)
    with pytest.raises(BrokenWheelError) as caught:
        bench.repaired(path)

    assert caught.value.evidence
    assert list(bench.out.iterdir()) == []


@pytest.mark.parametrize(
    "path", corpus_files("malo/zip/malicious", "malo/zip/reject", "malo/zip/iffy", "malo/zip/accept")
)
def test_hostile_archives_end_in_an_error(bench: Bench, path: Path) -> None:
    """None is a wheel, whatever a reader sees in it."""
    wheel = bench.folder / f"demo-1.0-{TAG}.whl"
    wheel.write_bytes(path.read_bytes())
    with pytest.raises(BrokenWheelError):
        bench.repaired(wheel)


def test_damaged_wheels_end_in_an_error_or_pass(bench: Bench) -> None:
    """Whatever bytes of the archive are others, nothing that `zipfile` raises comes out as it is."""
    chance, whole = random.Random(5), bench.wheel({NAME: core()}).read_bytes()
    wheel = bench.folder / f"demo-1.0-{TAG}.whl"
    seen = set()
    for _ in range(400):
        changed = bytearray(whole)
        at, width = chance.randrange(len(whole) - 700, len(whole)), chance.choice((1, 2, 4))
        value = chance.choice((0, 1, 0xFF, 0xFFFF, 0x80000000, chance.getrandbits(32)))
        changed[at : at + width] = (value % (1 << 8 * width)).to_bytes(width, "little")
        wheel.write_bytes(changed)
        seen.add(outcome(bench, wheel))

    assert {"broken-wheel", "Repaired"} <= seen


def test_hostile_elf_files_end_in_an_error_or_pass(bench: Bench) -> None:
    """Whatever stands in a wheel's module, the answer is a wheel or an error for people."""
    folders = ("pyelftools/test/testfiles_for_readelf", "pyelftools/test/testfiles_for_unittests")
    files = [parameter.values[0] for parameter in corpus_files(*folders)]  # type: ignore[attr-defined]
    if not files[0].is_file():
        pytest.skip("no corpus pyelftools")
    outcomes = {outcome(bench, bench.wheel({NAME: path.read_bytes()})) for path in files}

    assert outcomes == {"Repaired", "wheel-needs-more", "lying-wheel"}


def outcome(bench: Bench, wheel: Path) -> str:
    try:
        return type(bench.repaired(wheel)).__name__
    except LbuildError as error:
        return error.code if error.evidence else "without evidence"


def test_damaged_modules_are_refused(bench: Bench) -> None:
    for size in (5, 40, 100, 400):
        told = bench.excess(bench.wheel({NAME: core()[:size]}))
        assert NAME in told


def test_machines_by_number(bench: Bench) -> None:
    """The factories' numbers are those of the architectures that targets have."""
    for machine, architecture, name in ((X86_64, "x86_64", "x86_64"), (AARCH64, "arm64", "aarch64")):
        module = core(machine=machine, needs={"libc.so.6": ["GLIBC_2.17"]})
        wheel = bench.wheel({"demo/_core.so": module}, tag=f"cp311-cp311-linux_{name}")

        found = bench.repaired(wheel, architecture=architecture)
        assert found.tag_set == f"cp311-cp311-manylinux2014_{name}.manylinux_2_17_{name}"
