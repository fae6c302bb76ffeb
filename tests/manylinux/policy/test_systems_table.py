from pathlib import Path

import pytest

import manylinux.policy.table
from factories.targets import every_target, make_target
from manylinux.elf.facts import Machine
from manylinux.policy.policy import policy_of
from manylinux.policy.table import parse_systems
from manylinux.target import Target

TABLE = Path(manylinux.policy.table.__file__).with_name("systems.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("target", every_target(), ids=str)
def test_every_target_has_a_policy(target: Target) -> None:
    """Whatever lbuild builds for, it can audit."""
    policy = policy_of(target)

    assert policy.name == target.id
    assert policy.machine.value == target.architecture.machine
    assert policy.newest["GLIBC"] == "{}.{}".format(*target.glibc)
    assert {"libc.so.6", "libstdc++.so.6", "libgcc_s.so.1", "libz.so.1"} <= policy.contract
    assert not policy.contract & policy.present
    assert policy.loaded <= policy.contract | policy.python_libraries


@pytest.mark.parametrize(
    ("runtime", "family", "newest"),
    [
        ("python3.11", "GLIBC", "2.26"),
        ("python3.11", "GLIBCXX", "3.4.24"),
        ("python3.11", "CXXABI", "1.3.11"),
        ("python3.12", "GLIBC", "2.34"),
        ("python3.12", "GLIBCXX", "3.4.29"),
        ("python3.12", "CXXABI", "1.3.13"),
    ],
)
def test_a_policy_ends_where_its_compiler_ended(runtime: str, family: str, newest: str) -> None:
    """The figures of GCC 7 and 11, and of the runtimes' glibc."""
    assert policy_of(make_target(runtime)).newest[family] == newest


@pytest.mark.parametrize(
    ("runtime", "architecture", "absent"),
    [
        ("python3.13", "x86_64", "libGL.so.1"),
        ("python3.13", "x86_64", "libcrypt.so.1"),
        ("python3.13", "x86_64", "libexpat.so.1"),
        ("python3.13", "x86_64", "libgomp.so.1"),
        ("python3.13", "arm64", "libmvec.so.1"),
        ("python3.13", "arm64", "ld-linux-x86-64.so.2"),
        ("python3.11", "x86_64", "libatomic.so.1"),
        ("python3.11", "x86_64", "libssl.so.3"),
        ("python3.11", "arm64", "libzstd.so.1"),
    ],
)
def test_a_library_that_a_runtime_lacks_is_in_neither_list(
    runtime: str, architecture: str, absent: str
) -> None:
    """What people believe to be on every Linux is not on Lambda."""
    policy = policy_of(make_target(runtime, architecture))

    assert absent not in policy.contract | policy.present


def test_a_processor_level_is_known_for_x86_64_alone() -> None:
    """AVX2 is promised there; Arm has no such levels."""
    levels = {policy_of(target).machine: policy_of(target).isa_level for target in every_target()}

    assert levels == {Machine.X86_64: 3, Machine.AARCH64: 1}


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("[process]", "surprise = 1\n[process]", "table: unknown key `surprise`"),
        ('system_lib = "lib64"', 'system_lib = "lib64"\nsuprise = 1', "process: unknown key `suprise`"),
        ("isa_level = 3", 'isa_level = "3"', "machine.x86_64: `isa_level` is no int: '3'"),
        ("[machine.arm64]", "[machine.arm65]", "machine: `arm64` is missing"),
        ("today = {}", "", "os.al2: `today` is missing"),
        ('newest.ZLIB = "1.2.7"', 'newest.ZLIB = "one"', "os.al2.newest: `ZLIB` is no version: 'one'"),
        ("newest.ZLIB", "newer.ZLIB", "os.al2: unknown key `newer`"),
        ("arm64 = []", "arm64 = [1]", "os.al2.only: `arm64` holds what is no str: 1"),
        ("arm64 = []", "arm64 = []\nmips = []", "os.al2.only: unknown key `mips`"),
        ('"libacl.so.1",', '"libacl.so.1", "libacl.so.1",', "os.al2: `present` holds something twice"),
        ('"libacl.so.1",', '"libz.so.1",', "os.al2: `libz.so.1` is in contract and in present"),
    ],
)
def test_a_slip_in_the_table_is_told_with_its_place(old: str, new: str, complaint: str) -> None:
    """Nothing in the table is ignored, so that a misspelt key cannot pass for a missing one."""
    assert old in TABLE
    with pytest.raises(ValueError, match=r".") as raised:
        parse_systems(TABLE.replace(old, new, 1))

    assert str(raised.value) == complaint
