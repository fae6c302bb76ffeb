"""Run by the target's interpreter: imports modules and prints, as JSON, how long that took. Never imported.

    python3.X -I -S -B -c TEXT-OF-THIS-FILE used|unused FOLDERS OTHERS MODULES

FOLDERS, OTHERS and MODULES are JSON lists; the folders stand before the standard library, OTHERS last of
them. `unused`: what is imported from FOLDERS is compiled from its source. What is printed: seconds of
processor time of this process, and a reason for each module that does not import.
"""

import json
import os
import sys
import time

BYTECODE = sys.argv[1] == "used"
FOLDERS = tuple(json.loads(sys.argv[2]))
OTHERS = json.loads(sys.argv[3])
MODULES = json.loads(sys.argv[4])


def main() -> None:
    """The measure is on standard output."""
    sys.path[:] = [*FOLDERS, *OTHERS, *(path for path in sys.path if path)]
    if not BYTECODE:
        pass_over_bytecode()
    sink = os.dup(1)
    os.dup2(2, 1)  # what a module prints is not the measure
    reasons = {}
    started = time.process_time()
    for module in MODULES:
        try:
            __import__(module)
        except BaseException as error:  # noqa: BLE001  # whatever an import does is its outcome
            reasons[module] = f"{type(error).__name__}: {error}"
    seconds = time.process_time() - started
    os.write(sink, json.dumps([seconds, reasons]).encode())
    os._exit(0)  # what modules do at their end does not count


def pass_over_bytecode() -> None:
    """Sources in the folders have no place for bytecode, as where `sys.implementation` names no tag."""
    machinery = vars(sys.modules["_frozen_importlib_external"])
    real = machinery["cache_from_source"]

    def place(path: str, *words: object, **more: object) -> object:
        if os.fspath(path).startswith(tuple(os.path.join(folder, "") for folder in FOLDERS)):
            raise NotImplementedError
        return real(path, *words, **more)

    machinery["cache_from_source"] = place


main()
