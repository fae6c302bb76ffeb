"""Load each shared library named on standard input in a forked process; print what each says, as JSON.

python load_each.py < PATHS: an object of path to error, which is empty where the library loads. It is run by
the Python that the libraries are for.
"""

import ctypes
import json
import os
import signal
import sys

SECONDS = 60


def load(path: str) -> str:
    """What the loader says in a process of its own; every symbol is bound."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(SECONDS)
        try:
            ctypes.CDLL(path, os.RTLD_NOW)
        except OSError as error:
            os.write(writing, str(error).encode()[:4000])
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as said:
        text = said.read().decode("utf-8", "replace")
    _, status = os.waitpid(child, 0)
    return text or (f"ended with status {status}" if status else "")


if __name__ == "__main__":
    json.dump({path: load(path) for path in sys.stdin.read().split("\0") if path}, sys.stdout)
