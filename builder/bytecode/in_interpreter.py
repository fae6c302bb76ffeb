"""Run by the target's interpreter, 3.9 or newer: compiles each source that is sent to it. Never imported.

    python3.X -I -S -B -c TEXT-OF-THIS-FILE MEMORY [FILE]

Sources come in by standard input, or by FILE, in frames of `manylinux.elf.frames`. The first one out greets.
Each one in is a path, a NUL and a source. Each one out is `+`, in four bytes the microseconds of processor
time that compiling took, and the content of a `.pyc`; or `-` and why there is none.

The same source gives the same bytes whatever was compiled before it, in whichever process. What marshal
writes depends on who else refers to a constant, so the code is read back and written again: then nobody else
does. Strings of one character, of which a process has but one each, are made alike beforehand.
"""

from __future__ import annotations

import sys

sys.path[:] = [path for path in sys.path if path]

import importlib.util  # noqa: E402
import marshal  # noqa: E402
import re  # noqa: E402
import time  # noqa: E402
import types  # noqa: E402
import warnings  # noqa: E402

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

UNCHECKED = (1).to_bytes(4, "little")
"""Flags of PEP 552: there is a hash of the source, and nobody need compare it."""
ORDERS_SETS = sys.version_info >= (3, 11)
"""Whether marshal writes the elements of a set in an order that follows from what they are."""
INTERNS_NAMES = sys.version_info >= (3, 13)
"""Whether the qualified name of a code object is interned when that is made."""


def main() -> None:
    """Everything that was sent has been answered."""
    limit_memory(int(sys.argv[1]))
    warnings.simplefilter("ignore")
    characters = [sys.intern(chr(number)) for number in range(256)]
    # The process ends with the file's last source.
    source = open(sys.argv[2], "rb") if len(sys.argv) > 2 else sys.stdin.buffer  # noqa: SIM115
    sink = sys.stdout.buffer
    send(sink, importlib.util.MAGIC_NUMBER[:2] + " ".join(sys.version.split()).encode())
    while characters:
        size = source.read(4)
        if len(size) < 4:
            return
        path, _, text = source.read(int.from_bytes(size, "big")).partition(b"\0")
        send(sink, answer(path.decode("utf-8", "surrogateescape"), text))


def send(sink: IO[bytes], message: bytes) -> None:
    sink.write(len(message).to_bytes(4, "big") + message)
    sink.flush()


def answer(path: str, source: bytes) -> bytes:
    try:
        started = time.process_time_ns()
        code = compile(source, path, "exec", dont_inherit=True, optimize=0)
        taken = ((time.process_time_ns() - started) // 1000).to_bytes(4, "big")
        content = marshalled(code, source)
    except Exception as error:  # noqa: BLE001  # whatever a compiler says of a source is its answer
        return f"-{type(error).__name__}: {error}".rstrip(": ").encode("utf-8", "replace")
    return (
        b"+" + taken + importlib.util.MAGIC_NUMBER + UNCHECKED + importlib.util.source_hash(source) + content
    )


def marshalled(code: types.CodeType, source: bytes) -> bytes:
    """The code's bytes, which depend on nothing but the source and the Python's version."""
    # No source holds the hash of itself.
    mark = b"lbuild's set" + importlib.util.source_hash(source)
    content = marshal.dumps(marshal.loads(marshal.dumps(settled(code, set(qualified_names(code)), mark))))
    if ORDERS_SETS:
        return content
    start = b"s" + len(mark).to_bytes(4, "little") + mark
    return re.sub(rb"(?s:([)\xa9])(.)|([(\xa8])(.{4}))" + re.escape(start), set_start, content)


def qualified_names(code: types.CodeType) -> Iterator[str]:
    """Those of all functions and classes, where making a code object interns them."""
    if INTERNS_NAMES:
        yield code.co_qualname
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from qualified_names(constant)


def settled(code: types.CodeType, names: set[str], mark: bytes) -> types.CodeType:
    """The code without what may differ from process to process.

    A class's body stores its qualified name, which may be one object with the name of the code: interned, but
    not where an earlier source had the same name. A set that several functions have may be one object, but
    not where an earlier source had its strings. And its order comes from the hashes of its elements, that of
    None from its address: for a set there is a marked tuple, in an order of its own.
    """
    constants: list[object] = []
    is_same = True
    for constant in code.co_consts:
        new: object = constant
        if isinstance(constant, types.CodeType):
            new = settled(constant, names, mark)
            is_same = is_same and new is constant
        elif isinstance(constant, str) and constant in names:
            new = sys.intern(constant)
            is_same = False
        elif isinstance(constant, frozenset):
            # Copies, as what is referred to twice is marshalled in another way.
            alike = sorted(constant, key=repr)
            new = frozenset(alike) if ORDERS_SETS else (bytes(bytearray(mark)), *alike)
            is_same = False
        constants.append(new)
    return code if is_same else code.replace(co_consts=tuple(constants))


def set_start(match: re.Match[bytes]) -> bytes:
    """The start of a set for that of a marked tuple; the highest bit says that it is referred to."""
    kind, size = (match[1], match[2]) if match[1] else (match[3], match[4])
    number = int.from_bytes(size, "little") - 1
    return bytes([ord(">") | kind[0] & 0x80]) + number.to_bytes(4, "little")


def limit_memory(size: int) -> None:
    """This process gets no more than `size` bytes of address space, where the system can limit it."""
    if sys.platform != "win32":
        import resource

        try:
            resource.setrlimit(resource.RLIMIT_AS, (size, size))
        except (ValueError, OSError):  # macOS refuses
            return


main()
