"""A script that CMake takes for an emulator of the target; it knows nothing but the standard library.

    python -I -S emulator.py MACHINE NOTES PROGRAM ARGUMENTS...

CMake looks for a Python that runs only where it is told of an emulator, and starts that Python by it (policy
CMP0190). The Python of a build is one of this machine, and so are its other tools: they are started as they
are. A program for `MACHINE` does not run here. Its answer would decide over what is compiled, so that it was
wanted is noted in the file NOTES: a build that goes on without it is refused.
"""

from __future__ import annotations

import json
import os
import sys

_NUMBERS = {"x86_64": 62, "aarch64": 183}
"""`e_machine`."""
CANNOT_RUN = 126


def main(machine: str, notes: str, command: list[str]) -> int:
    """The exit status, where the program is not started in this one's place."""
    if not is_for(machine, command[0]):
        os.execvp(command[0], command)
    sys.stderr.write(f"lbuild: {command[0]} is a program for {machine}, and cannot run here\n")
    with open(notes, "a", encoding="utf-8") as file:
        file.write(json.dumps({"sources": [], "status": CANNOT_RUN, "wanted": command[0]}) + "\n")
    return CANNOT_RUN


def is_for(machine: str, program: str) -> bool:
    """Whether the file is compiled for the machine; one that cannot be read is not."""
    try:
        with open(program, "rb") as file:
            start = file.read(20)
    except OSError:
        return False
    return start[:4] == b"\x7fELF" and int.from_bytes(start[18:20], "little") == _NUMBERS[machine]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
