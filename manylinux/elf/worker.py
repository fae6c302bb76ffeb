"""The process that reads ELF files for `workers`: `python -m manylinux.elf.worker MEMORY`.

MEMORY is the limit of its address space in bytes. It first sends one frame, the version of the facts. Then,
for each it gets, FACTS or LAYOUT and a path as os.fsencode gives it, it sends one with the record of that
file, or with what is wrong with its layout (nothing: an empty one). It ends with its input.
"""

import contextlib
import os
import sys
from pathlib import Path

from manylinux.elf.facts import ElfFacts, Unreadable
from manylinux.elf.frames import FACTS, LAYOUT, read_frame, write_frame
from manylinux.elf.read import read_elf
from manylinux.elf.records import FACTS_VERSION, to_record
from manylinux.elf.with_lief import layout_fault

_TOO_LARGE = "needs more memory to read than any real library"


def main(memory: int) -> None:
    """Every file asked for has been answered."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    # What a library prints must not come between the frames.
    sys.stdout = sys.stderr
    limit_memory(memory)
    write_frame(answers, str(FACTS_VERSION).encode())
    while (request := read_frame(requests)) is not None:
        write_frame(answers, _answers[request[:1]](Path(os.fsdecode(request[1:]))))


def limit_memory(size: int) -> None:
    """This process gets no more than `size` bytes of address space, where the system can limit it."""
    if sys.platform != "win32":
        import resource

        # macOS refuses; the limit of time holds there all the same.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (size, size))


def _facts(path: Path) -> bytes:
    return to_record(_read(path))


def _layout(path: Path) -> bytes:
    try:
        return (layout_fault(path) or "").encode()
    except MemoryError:
        return _TOO_LARGE.encode()


def _read(path: Path) -> ElfFacts | Unreadable:
    try:
        return read_elf(path)
    except MemoryError:
        return Unreadable(reason=_TOO_LARGE)
    except OSError as error:
        return Unreadable(reason=f"cannot be opened: {error.strerror or error}")


_answers = {FACTS: _facts, LAYOUT: _layout}


if __name__ == "__main__":
    main(int(sys.argv[1]))
