"""The process that reads ELF files for `workers`: `python -m manylinux.elf.worker MEMORY`.

MEMORY is the limit of its address space in bytes. It first sends one frame, the version of the facts. Then,
for each it gets, a path as os.fsencode gives it, it sends one with the record of that file. It ends with its
input.
"""

import contextlib
import os
import sys
from pathlib import Path

from manylinux.elf.facts import ElfFacts, Unreadable
from manylinux.elf.frames import read_frame, write_frame
from manylinux.elf.read import read_elf
from manylinux.elf.records import FACTS_VERSION, to_record


def main(memory: int) -> None:
    """Every file asked for has been answered."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    # What a library prints must not come between the frames.
    sys.stdout = sys.stderr
    limit_memory(memory)
    write_frame(answers, str(FACTS_VERSION).encode())
    while (request := read_frame(requests)) is not None:
        write_frame(answers, to_record(_read(Path(os.fsdecode(request)))))


def limit_memory(size: int) -> None:
    """This process gets no more than `size` bytes of address space, where the system can limit it."""
    if sys.platform != "win32":
        import resource

        # macOS refuses; the limit of time holds there all the same.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (size, size))


def _read(path: Path) -> ElfFacts | Unreadable:
    try:
        return read_elf(path)
    except MemoryError:
        return Unreadable(reason="needs more memory to read than any real library")
    except OSError as error:
        return Unreadable(reason=f"cannot be opened: {error.strerror or error}")


if __name__ == "__main__":
    main(int(sys.argv[1]))
