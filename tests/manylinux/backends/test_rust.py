"""What cargo is told of compilers."""

from pathlib import Path

from factories.targets import make_target
from manylinux.backends.zig.rust import environment

BIN = Path("/tools")


def test_what_a_crate_runs_while_it_builds_is_for_this_machine() -> None:
    """Its `build.rs` is linked by a compiler for here, the module by the target's."""
    told = environment(make_target("python3.13", "arm64"), "x86_64", BIN)

    assert told["CARGO_BUILD_TARGET"] == "aarch64-unknown-linux-gnu"
    assert told["CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER"] == str(BIN / "cc")
    assert told["CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER"] == told["HOST_CC"] == str(BIN / "here-cc")


def test_where_nothing_is_crossed_one_compiler_does_both() -> None:
    """What it makes runs here too."""
    told = environment(make_target("python3.13", "x86_64"), "x86_64", BIN)

    assert told["CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER"] == str(BIN / "cc")
    assert "HOST_CC" not in told
