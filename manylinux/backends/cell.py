"""A script that starts a program within limits that it, and all it starts, cannot lift.

    python -I -S cell.py SETTINGS.json-text COMMAND...

`memory`: address space of each process, bytes; `file`: size of each file written, bytes; `folders`: the only
places where something may be written, by Landlock (Linux 5.19 and newer). It knows nothing but the standard
library. Sources: Linux's userspace API, Landlock; setrlimit(2).
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import sys
from functools import cache
from typing import Any

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
"""Numbers of system calls, on every architecture that is newer than them."""
_SET_NO_NEW_PRIVILEGES = 38
_VERSION = 1
_BENEATH = 1
_RENAMES_SINCE = 2
"""Before, files could not be moved from folder to folder."""
_WRITE_FILE, _TRUNCATE = 1 << 1, 1 << 14
_OF_FOLDERS = sum(1 << bit for bit in (4, 5, 6, 7, 8, 9, 10, 11, 12, 13))
"""To remove and to make folders, files, sockets and links, and to move them."""


class _Ruleset(ctypes.Structure):
    _fields_ = (("handled", ctypes.c_uint64),)


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


@cache
def landlock() -> int:
    """The version of this kernel's Landlock that can confine builds; 0 where there is none."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            found = _call(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION)
            return found if found >= _RENAMES_SINCE else 0
    return 0


def main(settings: dict[str, Any], command: list[str]) -> None:
    """This process becomes the program. Raises OSError."""
    if sys.platform != "win32":
        import resource

        for name, value in ((resource.RLIMIT_AS, "memory"), (resource.RLIMIT_FSIZE, "file")):
            _, hard = resource.getrlimit(name)
            least = settings[value] if hard == resource.RLIM_INFINITY else min(settings[value], hard)
            resource.setrlimit(name, (least, least))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux" and settings["folders"]:
        _write_only_in(settings["folders"])
    os.execvp(command[0], command)  # that is what it is for


def _write_only_in(folders: list[str]) -> None:
    handled = _WRITE_FILE | _OF_FOLDERS | (_TRUNCATE if landlock() > _RENAMES_SINCE else 0)
    attributes = _Ruleset(handled=handled)
    rules = _call(_CREATE_RULESET, ctypes.byref(attributes), ctypes.c_size_t(ctypes.sizeof(attributes)), 0)
    for folder in folders:
        if not os.path.isdir(folder):
            continue
        descriptor = os.open(folder, os.O_RDONLY)
        rule = _Beneath(allowed=handled, parent=descriptor)
        _call(_ADD_RULE, rules, _BENEATH, ctypes.byref(rule), 0)
        os.close(descriptor)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "no_new_privs")
    _call(_RESTRICT_SELF, rules, 0)
    os.close(rules)


def _call(number: int, *arguments: Any) -> int:
    """What the system call gives. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    result: int = libc.syscall(ctypes.c_long(number), *arguments)
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), sys.argv[2:])
