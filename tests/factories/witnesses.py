"""A place that builds may write to though it is not below their folder, to tell that they run."""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SHARED = Path("/dev/shm")  # builds may write there: semaphores are made in it


@contextmanager
def witness(folder: Path) -> Iterator[Path]:
    """A path where nothing is yet; elsewhere than Linux, where builds are not confined, below `folder`."""
    path = (_SHARED if _SHARED.is_dir() else folder) / f"lbuild-test-{os.getpid()}-{uuid.uuid4().hex}"
    try:
        yield path
    finally:
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
