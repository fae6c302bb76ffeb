"""What `zipfile` raises for what is no sound zip, so that each reader of one can tell it in its own words.

Found by damaging archives byte by byte under several Pythons: a name that is no UTF-8 is a ValueError, an
empty one an IndexError, an encrypted member a RuntimeError; an offset that leads nowhere is what systems call
an invalid argument, and damage of bzip2's has no number. What else a system
refuses is no fault of the archive.
"""

import errno
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

_DAMAGE: tuple[type[Exception], ...] = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
)
with suppress(ImportError):  # some Pythons are built without it, and then read no such member
    from lzma import LZMAError

    _DAMAGE = (*_DAMAGE, LZMAError)
_OF_OFFSETS = (errno.EINVAL, None)


@contextmanager
def damage_told(tell: Callable[[str], Exception]) -> Iterator[None]:
    """What is raised inside for damage, or for want of a member, becomes what `tell` makes of it."""
    try:
        yield
    except _DAMAGE as error:
        raise tell(str(error) or type(error).__name__) from error
    except OSError as error:
        if error.errno not in _OF_OFFSETS:
            raise
        raise tell(str(error)) from error
