"""What is wrong with a file by itself."""

import pytest

from factories.audits import PAGE, audited, make_elf, make_segment, told
from manylinux.elf.facts import Binary, Foreign, Kind, Machine, Unreadable

MODULE = "p/m.cpython-313-x86_64-linux-gnu.so"
ARM = make_elf(machine=Machine.AARCH64, machine_name="AArch64", exports=("PyInit_m",))
GOOD = make_elf(exports=("PyInit_m",))


def test_a_file_in_order_is_passed_over() -> None:
    """Nothing is said where nothing is wrong."""
    assert audited({MODULE: make_elf("libc.so.6", "libstdc++.so.6", exports=("PyInit_m",))}) == ()


@pytest.mark.parametrize(
    ("files", "severity"),
    [
        ({MODULE: ARM}, "ERROR"),
        ({"p/m.abi3.so": ARM}, "ERROR"),
        ({"p/m.so": ARM}, "ERROR"),
        ({"p/m.so": ARM, MODULE: GOOD}, "NOTE"),  # another variant of the module
        ({"p/libx.so": make_elf(machine=Machine.OTHER, machine_name="i386"), MODULE: GOOD}, "NOTE"),
        ({"p/libx.so": make_elf(machine=Machine.OTHER, machine_name="i386")}, "WARNING"),  # nothing fits
        ({"p/x.o": make_elf(machine=Machine.AARCH64, kind=Kind.OBJECT)}, "NOTE"),
        ({"p/tool": make_elf(machine=Machine.AARCH64, kind=Kind.EXECUTABLE), MODULE: GOOD}, "NOTE"),
    ],
)
def test_a_file_for_another_machine_matters_as_much_as_what_needs_it(
    files: dict[str, Binary], severity: str
) -> None:
    """Packages bring libraries for several machines and choose when they run."""
    assert told(audited(files)) == [(severity, "wrong-machine", min(set(files) - {MODULE}, default=MODULE))]


def test_a_module_for_another_machine_with_a_source_does_not_matter() -> None:
    """Python takes the source."""
    assert told(audited({MODULE: ARM}, others=["p/m.py"])) == [("NOTE", "wrong-machine", MODULE)]


def test_the_machines_are_named() -> None:
    """Both of them, as people call them."""
    (finding,) = audited({MODULE: ARM})

    assert finding.evidence == ("for AArch64; python3.13/x86_64 is x86_64",)


@pytest.mark.parametrize(
    ("path", "kind", "severity"),
    [
        ("pip/_vendor/distlib/t64.exe", Foreign.PE, "NOTE"),
        ("setuptools/cli.exe", Foreign.PE, "NOTE"),
        ("p/data", Foreign.MACH_O, "NOTE"),
        ("p/m.so", Foreign.MACH_O, "ERROR"),
        ("p/m.cpython-313-darwin.so", Foreign.MACH_O, "ERROR"),
        ("p/m.cp313-win_amd64.pyd", Foreign.PE, "WARNING"),
        ("p/libx.dylib", Foreign.MACH_O, "WARNING"),
        ("p/x.dll", Foreign.PE, "WARNING"),
    ],
)
def test_a_file_of_another_system_matters_by_its_name(path: str, kind: Foreign, severity: str) -> None:
    """Launchers for Windows are normal; what Python would take for a module is not."""
    (finding,) = audited({path: kind})

    assert (finding.severity.name, finding.code) == (severity, "foreign-binary")
    assert kind.value in finding.evidence[0]


@pytest.mark.parametrize(
    ("path", "severity"),
    [
        ("p/m.cpython-313-darwin.so", "WARNING"),
        ("p/darwin/libx.so", "WARNING"),
        ("p/libx.dylib", "NOTE"),
        ("p/m.cp313-win_amd64.pyd", "NOTE"),
    ],
)
def test_a_file_of_another_system_beside_one_that_fits_matters_less(path: str, severity: str) -> None:
    """The package works without it."""
    (finding,) = audited({path: Foreign.MACH_O, MODULE: GOOD})

    assert told([finding]) == [(severity, "foreign-binary", path)]
    assert finding.hint is None


@pytest.mark.parametrize(
    ("path", "severity"), [("p/m.so", "ERROR"), ("p/libx.so.1", "ERROR"), ("p/tests/broken.elf", "WARNING")]
)
def test_a_damaged_library_is_an_error(path: str, severity: str) -> None:
    """Test data that is damaged on purpose goes by other names."""
    (finding,) = audited({path: Unreadable(reason="cut off")})

    assert (finding.severity.name, finding.code, finding.evidence) == (severity, "unreadable", ("cut off",))


@pytest.mark.parametrize(
    ("offset", "address", "alignment", "says"),
    [
        (0x0, 0x0, 0x1000, None),
        (0x2000, 0x403000, 0x200000, "ELF load command address/offset not properly aligned"),
        (0x2E10, 0x202E10, 0x200000, None),
        (0x1234, 0x5234, 0x1000, None),
        (0x1234, 0x5238, 0x1000, "ELF load command address/offset not properly aligned"),
        (0x1000, 0x5000, 0x10000, "ELF load command address/offset not properly aligned"),
        (0x0, 0x0, 0x8, "ELF load command alignment not page-aligned"),
        (0x1000, 0x1000, 0x0, None),
        (0x1000, 0x2000, 0x0, "ELF load command address/offset not properly aligned"),
    ],
)
@pytest.mark.parametrize("runtime", ["python3.11", "python3.13"])
def test_a_segment_is_held_to_its_own_alignment(
    offset: int, address: int, alignment: int, says: str | None, runtime: str
) -> None:
    """glibc dl-load.c before 2.35, which both systems have: the rule that `strip` breaks."""
    segments = (make_segment(), make_segment(offset=offset, address=address, alignment=alignment))
    found = audited({"p/libx.so": make_elf(segments=segments)}, runtime=runtime)

    assert [finding.code for finding in found] == (["misaligned-segment"] if says else [])
    assert says is None or found[0].evidence[1].endswith(says)
    assert PAGE == 0x1000


def test_an_executable_stack_is_a_warning() -> None:
    """glibc makes the stack executable, as the file asks."""
    found = audited({"p/libx.so": make_elf(executable_stack=True)})

    assert told(found) == [("WARNING", "executable-stack", "p/libx.so")]


@pytest.mark.parametrize(
    ("runtime", "level", "severity"),
    [
        ("python3.13", 3, None),
        ("python3.13", 4, "ERROR"),  # glibc 2.33 and newer refuses
        ("python3.11", 4, "WARNING"),  # glibc 2.26 does not look
    ],
)
def test_a_level_above_the_promise_is_told(runtime: str, level: int, severity: str | None) -> None:
    """AVX2 is promised, AVX-512 is not."""
    found = audited({"p/libx.so": make_elf(isa_level=level)}, runtime=runtime)

    assert [finding.severity.name for finding in found if finding.code == "isa-too-new"] == (
        [severity] if severity else []
    )


@pytest.mark.parametrize("name", ["libc.musl-x86_64.so.1", "libc.so"])
def test_a_library_for_musl_is_told_once(name: str) -> None:
    """That its libc is missing goes without saying."""
    found = audited({"p/libx.so": make_elf(name)})

    assert told(found) == [("ERROR", "musl-linked", "p/libx.so")]


@pytest.mark.parametrize(
    ("interpreter", "codes"),
    [
        ("/lib64/ld-linux-x86-64.so.2", []),
        ("/lib/ld-musl-x86_64.so.1", ["musl-linked"]),
        ("/nix/store/x/ld-linux-x86-64.so.2", ["missing-interpreter"]),
        (None, []),
    ],
)
def test_a_program_needs_its_loader(interpreter: str | None, codes: list[str]) -> None:
    """A program without one is linked statically."""
    found = audited({"p/tool": make_elf(kind=Kind.EXECUTABLE, interpreter=interpreter)})

    assert [finding.code for finding in found] == codes


def test_what_is_wrong_with_a_program_does_not_end_a_build() -> None:
    """Nothing that is imported fails by it."""
    program = make_elf("libgone.so", kind=Kind.EXECUTABLE, wants={"libc.so.6": ("GLIBC_2.99",)})
    found = audited({"p/tool": program})

    assert told(found) == [("WARNING", "glibc-too-new", "p/tool"), ("WARNING", "missing-library", "p/tool")]


def test_a_library_that_names_a_loader_is_no_program() -> None:
    """Qt's core library can be started, to tell its version."""
    library = make_elf(
        "libgone.so", soname="libx.so", kind=Kind.EXECUTABLE, interpreter="/lib64/ld-linux-x86-64.so.2"
    )

    assert told(audited({"p/libx.so": library})) == [("ERROR", "missing-library", "p/libx.so")]


def test_object_files_are_for_linkers() -> None:
    """Nothing loads them, whatever they say."""
    assert audited({"p/x.o": make_elf("libgone.so", kind=Kind.OBJECT, executable_stack=True)}) == ()
