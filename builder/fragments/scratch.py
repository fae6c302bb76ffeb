"""Content that is too large to be held, in a file without a name and mapped."""

import mmap
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from typing import IO

from prebuilt_index.store.durable import told


@contextmanager
def mapped(pieces: Iterable[bytes | bytearray | memoryview]) -> Iterator[memoryview]:
    """The pieces in a row. Raises StoreError when there is no room for the file, and what `pieces` raises."""
    with scratch_file(pieces) as file, mapping(file) as content:
        yield content


def scratch_file(pieces: Iterable[bytes | bytearray | memoryview]) -> IO[bytes]:
    """A file without a name that holds them, gone when it is closed. Raises as `mapped`."""
    folder = tempfile.gettempdir()
    with told(folder, "write"):
        file = tempfile.TemporaryFile(prefix="lbuild-")  # noqa: SIM115  # the caller closes it
        try:
            for piece in pieces:
                file.write(piece)
            file.flush()
        except BaseException:
            file.close()
            raise
    return file


@contextmanager
def mapping(file: IO[bytes]) -> Iterator[memoryview]:
    """What the file holds."""
    with closing(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)) as whole, memoryview(whole) as content:
        yield content
