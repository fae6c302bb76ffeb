"""Which members of a wheel are compiled code, and what is known of them later."""

import os
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from builder.fragments import compiled
from builder.fragments.compiled import compiled_members, read_binaries
from builder.fragments.workshop import Workshop
from builder.link.stream import WheelReader
from factories.elf import make_elf
from factories.wheels import write_wheel
from manylinux.elf.facts import ElfFacts, Foreign
from prebuilt_index.store import Store
from prebuilt_index.wheel_archive import Member, VerifiedWheel
from prebuilt_index.wheel_archive.verify import verify_wheel

LIBRARY = make_elf(needed=["libc.so.6"], soname="libx.so")
MACH_O = b"\xcf\xfa\xed\xfe" + bytes(60)
JAVA = b"\xca\xfe\xba\xbe\x00\x00\x00\x34" + bytes(60)


def wheel_of(folder: Path, files: dict[str, bytes], *, deflate: bool = True) -> VerifiedWheel:
    path = write_wheel(folder, "demo", "1.0", files, deflate=deflate)
    return verify_wheel(path, path.name, "0" * 64)


@pytest.mark.parametrize("deflate", [True, False])
def test_first_bytes_decide_not_names(tmp_path: Path, deflate: bool) -> None:
    """A library without an ending counts, text called `.so` does not, nor does a Java class."""
    files = {
        "demo/program": LIBRARY,
        "demo/text.so": b"INPUT(libx.so)\n" * 3,
        "demo/mac.so": MACH_O,
        "demo/A.class": JAVA,
        "demo/short": b"\x7fELF",
    }
    wheel = wheel_of(tmp_path, files, deflate=deflate)
    with closing(WheelReader(wheel.path)) as reader:
        found = [member.path for member in compiled_members(wheel, reader)]

    assert found == ["demo/program", "demo/mac.so"]


def test_a_long_table_before_the_first_byte_hides_nothing(tmp_path: Path) -> None:
    """Deflate puts code tables of hundreds of bytes before the content where that pays."""
    content = LIBRARY + os.urandom(200) + bytes(range(256)) * 40 + zlib.compress(bytes(range(200)) * 99)
    wheel = wheel_of(tmp_path, {"demo/library": content})
    with closing(WheelReader(wheel.path)) as reader:
        found = [member.path for member in compiled_members(wheel, reader)]

    assert found == ["demo/library"]


@pytest.mark.parametrize("whole", [1 << 30, 0], ids=["held", "in a file"])
@pytest.mark.parametrize("deflate", [True, False])
def test_every_compiled_file_is_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: int, deflate: bool
) -> None:
    """What is taken is the file, byte for byte; what is to be done afterwards is done for each in turn."""
    monkeypatch.setattr(compiled, "WHOLE", whole)
    wheel = wheel_of(
        tmp_path, {"demo/a.so": LIBRARY, "demo/b.so": MACH_O, "demo/c.py": b"c = 1\n"}, deflate=deflate
    )
    seen: list[object] = []

    def take(member: Member, content: memoryview) -> Callable[[], None]:
        seen.append(bytes(content))
        return lambda: seen.append(member.path)

    found = read_binaries(wheel, take=take)

    assert seen == [LIBRARY, "demo/a.so"]
    assert list(found) == ["demo/a.so", "demo/b.so"]
    assert found["demo/b.so"] is Foreign.MACH_O


def test_what_was_read_is_kept(tmp_path: Path) -> None:
    """Another workshop over the same store reads no wheel."""
    wheel = wheel_of(tmp_path, {"demo/a.so": LIBRARY})
    with Store.open(tmp_path / "store") as store, closing(Workshop(store)) as first:
        read = first.binaries(wheel)
    wheel.path.unlink()
    with Store.open(tmp_path / "store") as store, closing(Workshop(store)) as second:
        kept = second.binaries(wheel)

    facts = kept["demo/a.so"]
    assert kept == read
    assert isinstance(facts, ElfFacts)
    assert facts.soname == "libx.so"
