"""Run by the target's interpreter, 3.9 or newer: compiles each source that is sent to it. Never imported.

    python3.X -s -S -B -c TEXT-OF-THIS-FILE MEMORY

Frames are those of `manylinux.elf.frames`. The first one out greets. Each one in is a path, a NUL and a
source; each one out is `+` and the content of a `.pyc`, or `-` and why there is none.

The same source gives the same bytes whatever was compiled before it, in whichever process. What marshal
writes depends on who else refers to a constant, so the code is read back and written again: then nobody else
does. Strings of one character, of which a process has but one each, are made alike beforehand.
"""

from __future__ import annotations

import sys

sys.path[:] = [path for path in sys.path if path]

import importlib.util  # noqa: E402
import marshal  # noqa: E402
import types  # noqa: E402
import warnings  # noqa: E402

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO

UNCHECKED = (1).to_bytes(4, "little")
"""Flags of PEP 552: there is a hash of the source, and nobody need compare it."""
ORDERS_SETS = sys.version_info >= (3, 11)
"""Whether marshal writes a set in an order that does not depend on the addresses of its elements."""


def main() -> None:
    """Everything that was sent has been answered."""
    limit_memory(int(sys.argv[1]))
    warnings.simplefilter("ignore")
    characters = [sys.intern(chr(number)) for number in range(256)]
    source, sink = sys.stdin.buffer, sys.stdout.buffer
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
        code = compile(source, path, "exec", dont_inherit=True, optimize=0)
        if not ORDERS_SETS and any(map(has_no_order, code.co_consts)):
            return b"-a set among its constants has another order in every process"
        content = marshal.dumps(marshal.loads(marshal.dumps(code)))
    except Exception as error:  # noqa: BLE001  # whatever a compiler says of a source is its answer
        return f"-{type(error).__name__}: {error}".rstrip(": ").encode("utf-8", "replace")
    return b"+" + importlib.util.MAGIC_NUMBER + UNCHECKED + importlib.util.source_hash(source) + content


def has_no_order(constant: object) -> bool:
    """Whether it holds a set of several elements, one of which hashes by its address."""
    if isinstance(constant, types.CodeType):
        return any(map(has_no_order, constant.co_consts))
    if isinstance(constant, frozenset) and len(constant) > 1 and any(map(has_address, constant)):
        return True
    return isinstance(constant, (tuple, frozenset)) and any(map(has_no_order, constant))


def has_address(constant: object) -> bool:
    if isinstance(constant, (tuple, frozenset)):
        return any(map(has_address, constant))
    return constant is None or constant is Ellipsis or constant != constant


def limit_memory(size: int) -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (size, size))
    except (ImportError, ValueError, OSError):
        pass  # Windows has none, macOS refuses


main()
