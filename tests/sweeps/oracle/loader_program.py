"""Run inside the runtime's file system, by its interpreter: which files does the loader load?

python3.X -S loader_program.py < {"files": {path: [what loads it, or what it needs]}, "seconds": 60}
prints a JSON object per file: path, said (null: it loaded), helped (the module imported before, or the file
loaded), asked (what the loader says of files that need it), and how its process ended where it did not come
back. Each file is loaded in a process of its own.
Must run on every Python.
"""

import contextlib
import ctypes
import importlib
import json
import os
import select
import signal
import sys
import time

sys.path.insert(0, "/var/task")


def main():
    """First every file by itself; then those that failed, after what loads its libraries."""
    wish = json.load(sys.stdin)
    report = os.fdopen(os.dup(1), "w")
    silence = os.open("/dev/null", os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(silence, number)
    for path, helpers in wish["files"].items():
        answer = in_child(lambda path=path: attempt(path), wish["seconds"])
        asked = []
        for helper in helpers if answer.get("said") else ():
            again = in_child(lambda path=path, helper=helper: attempt(path, helper), wish["seconds"])
            if not again.get("said") and not again.get("ended"):
                answer = dict(again, helped=helper)
                break
            if again.get("asked"):
                asked.append(again["asked"])
        answer["asked"] = asked
        report.write(json.dumps(dict(answer, path=path)) + "\n")
        report.flush()


def attempt(path, helper=None):
    """What the loader says of the file, as CPython has it load a module, and of the one that helps."""
    asked = None
    if helper and "/" in helper:
        asked = loaded(helper)
    elif helper:
        # One that fails may still have loaded what is needed.
        with contextlib.suppress(BaseException):
            importlib.import_module(helper)
    return {"said": loaded(path), "asked": asked}


def loaded(path):
    """What the loader says; None when it loads."""
    try:
        ctypes.CDLL(path, mode=os.RTLD_NOW)
    except OSError as error:
        return str(error)
    return None


def in_child(work, seconds):
    """What `work` returned in a forked process, or how that ended."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        said = work()
        os.write(writing, json.dumps(said).encode())
        os._exit(0)
    os.close(writing)
    content = received(reading, time.monotonic() + seconds)
    os.close(reading)
    if content is None:
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    if content:
        return json.loads(content)
    if content is None:
        return {"ended": f"after {seconds:g} s"}
    return {"ended": f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else "exit"}


def received(pipe, until):
    """All that comes through the pipe; None where time is over first."""
    content = b""
    while True:
        left = until - time.monotonic()
        if left <= 0 or not select.select([pipe], [], [], left)[0]:
            return None
        piece = os.read(pipe, 65536)
        if not piece:
            return content
        content += piece


main()
