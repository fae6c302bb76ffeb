"""The process that asks lief for `layouts`: `python -m manylinux.elf.layout_worker MEMORY`.

MEMORY is the limit of its address space in bytes. It first sends one frame, GREETING. Then, for each path it
gets, as os.fsencode gives it, it sends one with what is wrong with that file's layout (nothing: an empty
one). It ends with its input.
"""

import contextlib
import os
import sys
from pathlib import Path

from manylinux.elf.frames import GREETING, read_frame, write_frame
from manylinux.elf.with_lief import layout_fault


def main(memory: int) -> None:
    """Every file asked for has been answered."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    # What a library prints must not come between the frames.
    sys.stdout = sys.stderr
    limit_memory(memory)
    write_frame(answers, GREETING)
    while (request := read_frame(requests)) is not None:
        write_frame(answers, _fault(Path(os.fsdecode(request))).encode())


def limit_memory(size: int) -> None:
    """This process gets no more than `size` bytes of address space, where the system can limit it."""
    if sys.platform != "win32":
        import resource

        # macOS refuses; the limit of time holds there all the same.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (size, size))


def _fault(path: Path) -> str:
    try:
        return layout_fault(path) or ""
    except MemoryError:
        return "needs more memory to read than any real library"


if __name__ == "__main__":
    main(int(sys.argv[1]))
