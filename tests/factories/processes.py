"""Processes of this machine, as `/proc` shows them."""

import time
from collections.abc import Callable
from pathlib import Path


def marked(text: str) -> list[str]:
    """Those whose environment holds the text, and that are not over."""
    found = []
    for each in Path("/proc").iterdir():
        try:
            if each.name.isdigit() and text.encode() in (each / "environ").read_bytes():
                found.append(each.name)
        except OSError:
            continue
    return found


def wait_for(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """The condition holds. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.02)
