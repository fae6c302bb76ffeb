"""Files and folders of this machine that stand for an index: what cannot be read is the user's to mend."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from manylinux.errors import UsageError


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """What the system refuses inside becomes a UsageError that names `path`."""
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"`{path}` cannot be read",
            evidence=[os.strerror(error.errno or 0)],
            hint="Check that it is there, and that you may read it",
        ) from error
