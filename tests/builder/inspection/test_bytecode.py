"""Which bytecode an interpreter passes over."""

import importlib.util
import py_compile
import sys
from pathlib import Path

import pytest

from builder.inspection.bytecode import MAGIC, Verdict, read_header, source_of, useless
from builder.inspection.values import Bytecode, Entry, Part, Role

TIME = 1_700_000_000
TAGGED = "a/__pycache__/m.cpython-313.pyc"


def part(**entries: Entry) -> Part:
    return Part(
        name="b.zip",
        role=Role.FUNCTION,
        zipped=1,
        entries=entries,
        binaries={},
        distributions={},
        owners={},
    )


def source(size: int = 10, modified: int = TIME) -> Entry:
    return Entry(size=size, packed=5, crc=1, modified=modified)


def compiled(header: Bytecode | None) -> Entry:
    return Entry(size=100, packed=50, crc=2, modified=TIME, bytecode=header)


def header(magic: int = MAGIC["3.13"], flags: int = 0, time: int = TIME, size: int = 10) -> Bytecode:
    return Bytecode(magic=magic, flags=flags, source_time=time, source_size=size)


def codes(found: Part, python: str = "3.13") -> list[tuple[str, bool]]:
    return [(verdict.code, verdict.breaks) for verdict in useless(found, python)]


@pytest.mark.parametrize(
    ("about", "entries", "expected"),
    [
        ("fresh", {TAGGED: compiled(header()), "a/m.py": source()}, []),
        (
            "an odd second, which a zip cannot tell",
            {TAGGED: compiled(header(time=TIME + 1)), "a/m.py": source()},
            [],
        ),
        ("another time", {TAGGED: compiled(header(time=TIME + 2)), "a/m.py": source()}, ["stale-bytecode"]),
        ("another size", {TAGGED: compiled(header(size=11)), "a/m.py": source()}, ["stale-bytecode"]),
        (
            "a fixed date",
            {TAGGED: compiled(header()), "a/m.py": source(modified=315532800)},
            ["stale-bytecode"],
        ),
        ("unchecked hash", {TAGGED: compiled(header(flags=1, time=0)), "a/m.py": source(modified=1)}, []),
        ("checked hash", {TAGGED: compiled(header(flags=3, time=0)), "a/m.py": source(modified=1)}, []),
        ("another magic", {TAGGED: compiled(header(magic=3531)), "a/m.py": source()}, ["other-bytecode"]),
        ("no header", {TAGGED: compiled(None), "a/m.py": source()}, ["other-bytecode"]),
        ("no source", {TAGGED: compiled(header())}, ["orphaned-bytecode"]),
        ("beside its source", {"a/m.pyc": compiled(header()), "a/m.py": source()}, ["orphaned-bytecode"]),
        ("alone", {"a/m.pyc": compiled(header())}, []),
        ("at the root", {"__pycache__/m.cpython-313.pyc": compiled(header()), "m.py": source()}, []),
        ("optimized", {"a/__pycache__/m.cpython-313.opt-2.pyc": compiled(header()), "a/m.py": source()}, []),
        (
            "another Python's name",
            {"a/__pycache__/m.cpython-312.pyc": compiled(header(magic=3531)), "a/m.py": source()},
            ["other-bytecode"],
        ),
    ],
)
def test_says_what_is_of_no_use(about: str, entries: dict[str, Entry], expected: list[str]) -> None:
    """PEP 3147 and PEP 552, row by row."""
    assert codes(part(**entries)) == [(code, False) for code in expected], about


def test_a_module_without_source_needs_its_own_interpreter() -> None:
    """There is nothing to compile anew: the import fails."""
    (verdict,) = useless(part(**{"m.pyc": compiled(header(magic=3531))}), "3.13")

    assert verdict == Verdict(
        code="broken-bytecode", path="m.pyc", reason="made by Python 3.12, not by Python 3.13", breaks=True
    )


def test_nothing_is_said_of_a_magic_number_that_is_not_known() -> None:
    """A preview's number may still change."""
    found = part(**{"a/__pycache__/m.cpython-315.pyc": compiled(header(magic=1)), "a/m.py": source()})

    assert codes(found, "3.15") == []


def test_knows_this_interpreters_own_number() -> None:
    """The table agrees with the interpreter that runs the test."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"

    assert MAGIC.get(version) in (None, int.from_bytes(importlib.util.MAGIC_NUMBER[:2], "little"))


@pytest.mark.parametrize(
    ("mode", "flags"),
    [
        (py_compile.PycInvalidationMode.TIMESTAMP, 0),
        (py_compile.PycInvalidationMode.UNCHECKED_HASH, 1),
        (py_compile.PycInvalidationMode.CHECKED_HASH, 3),
    ],
)
def test_reads_what_python_writes(tmp_path: Path, mode: py_compile.PycInvalidationMode, flags: int) -> None:
    """Headers of all three kinds, made by the real compiler."""
    module = tmp_path / "m.py"
    module.write_text("a = 1\n")
    target = py_compile.compile(str(module), invalidation_mode=mode)
    assert target is not None
    found = read_header(Path(target).read_bytes())

    assert found is not None
    assert found.flags == flags
    assert found.magic == int.from_bytes(importlib.util.MAGIC_NUMBER[:2], "little")
    if flags == 0:
        assert (found.source_time, found.source_size) == (int(module.stat().st_mtime), 6)


@pytest.mark.parametrize("content", [b"", b"\xcb\r\r\n", b"no bytecode at all, of length"])
def test_what_has_no_header_is_none(content: bytes) -> None:
    """Cut off, or something else under that name."""
    assert read_header(content) is None


def test_finds_the_source_of_a_name() -> None:
    """Names hold the interpreter's tag only below `__pycache__`."""
    assert source_of("a/__pycache__/m.cpython-313.opt-1.pyc") == ("a/m.py", "cpython-313")
    assert source_of("__pycache__/m.cpython-313.pyc") == ("m.py", "cpython-313")
    assert source_of("a/m.pyc") == ("a/m.py", None)
