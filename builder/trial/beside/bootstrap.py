"""Run by the target's interpreter, as Lambda's own bootstrap is; runs on every Python of the runtimes table.

python3.X -S -s bootstrap.py ROOT SDK                        awslambdaric serves the handler `_HANDLER` names
python3.X -S -s bootstrap.py ROOT SDK SECONDS OUT MODULE...  imports each; a line of JSON for each is in OUT

ROOT stands for `/`; SDK is where the runtime keeps its packages, as Lambda names it. The order of what
happens, of sys.path and of the folders whose `.pth` files count is that of the bootstrap of python3.11 and
later, without the SDK's own folder for older ones, which have it in `/var/runtime`. Processes are POSIX's
here, whatever system mypy thinks of.
"""

# mypy: disable-error-code="attr-defined"

import sys

ROOT, SDK = sys.argv[1:3]
WISH = sys.argv[3:]
IMPORTED = "imported"
RUNTIME = ROOT + "/var/runtime"
sys.path[0] = RUNTIME
sys.argv[:] = [RUNTIME + "/bootstrap.py"]
if ROOT + SDK != RUNTIME:
    sys.path.append(ROOT + SDK)

# These, and all that awslambdaric imports, come from the runtime whatever the bundle holds.
import json  # noqa: E402
import logging  # noqa: E402, F401
import os  # noqa: E402
import site  # noqa: E402
import time  # noqa: E402, F401
import traceback  # noqa: E402, F401
import warnings  # noqa: E402, F401

import awslambdaric.__main__  # type: ignore[import-not-found]  # the runtime's  # noqa: E402


def as_site_does() -> None:
    """What `-S` left out, besides this machine's packages."""
    site.setquit()
    site.setcopyright()
    site.sethelper()


def set_path() -> None:
    """Packages are found where Lambda finds them, and `.pth` files have done their work."""
    task = os.environ["LAMBDA_TASK_ROOT"]
    python = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    layers = [f"{ROOT}/opt/python/lib/{python}/site-packages", f"{ROOT}/opt/python"]
    runtime = [ROOT + SDK] if ROOT + SDK != RUNTIME else []
    own_path = "PYTHONPATH" in os.environ
    sys.path[:0] = [task] if own_path else [task, *layers, *runtime]
    for folder in [task] if own_path else [task, *layers]:
        site.addsitedir(folder)
    os.environ.setdefault("PYTHONPATH", RUNTIME)


def import_each(seconds: int, out: str, modules: "list[str]") -> None:
    """Every module in a process of its own, forked from this one: a crash is that of one module."""
    import signal

    with open(out, "w", encoding="utf-8") as results:
        for module in modules:
            reader, writer = os.pipe()
            child = os.fork()
            if not child:
                signal.alarm(seconds)
                os.write(writer, import_one(module).encode("utf-8", "replace")[:4096])
                os._exit(0)
            os.close(writer)
            status = os.waitpid(child, 0)[1]
            os.set_blocking(reader, False)  # what the module left running may hold the other end
            try:
                said = os.read(reader, 4096).decode("utf-8", "replace")
            except BlockingIOError:
                said = ""
            os.close(reader)
            if os.WIFSIGNALED(status):
                late = os.WTERMSIG(status) == signal.SIGALRM
                reason = f"it took longer than {seconds} s" if late else told(os.WTERMSIG(status))
            else:
                reason = said or f"it ended the process with status {os.WEXITSTATUS(status)}"
                reason = "" if reason == IMPORTED else reason
            print(json.dumps([module, reason]), file=results, flush=True)


def told(number: int) -> str:
    """A signal in words."""
    import signal

    return f"signal {number} ({signal.strsignal(number) or 'unknown'})"


def import_one(module: str) -> str:
    """`IMPORTED`, or why it does not import."""
    import importlib

    try:
        importlib.import_module(module)
    except BaseException as error:  # noqa: BLE001  # whatever an import does, SystemExit too, is the finding
        return f"{type(error).__name__}: {error}"
    return IMPORTED


as_site_does()
set_path()
if WISH:
    import_each(int(WISH[0]), WISH[1], WISH[2:])
else:
    awslambdaric.__main__.main([os.environ["LAMBDA_TASK_ROOT"], os.environ["_HANDLER"]])
