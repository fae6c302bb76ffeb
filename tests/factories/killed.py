"""Programs of processes that are killed, and their runs; for what several of them do to one folder."""

import subprocess
import sys
from pathlib import Path
from textwrap import indent

_EVERY_STEP = """
step = 0
while True:
    step += STRIDE
    child = os.fork()
    if not child:
        left = step
        def count(event, arguments):
            global left
            if event in EVENTS:
                left -= 1
                if not left:
                    os.kill(os.getpid(), signal.SIGKILL)
        sys.addaudithook(count)
        here = root / str(step)
LIFE
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
    assert step < MOST
print(step)
"""


def killed_at_every_step(life: str, *events: str, stride: int = 1, most: int = 2000) -> str:
    """A program's part: `life` again and again, killed at a later one of the audit `events` each time.

    Each life has a folder `here` of its own. At last one is not killed, and its step is told. The program has
    `root`, and has imported os, signal and sys.
    """
    text = _EVERY_STEP.replace("STRIDE", str(stride)).replace("EVENTS", repr(set(events)))
    return text.replace("LIFE", indent(life.strip(), " " * 8)).replace("MOST", str(most))


def run(program: str, *arguments: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


def output(process: "subprocess.Popen[str]") -> str:
    """What it printed; it ended well, and complained of nothing."""
    out, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (0, "")
    return out
