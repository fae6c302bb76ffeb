"""A second opinion on what was stripped: lief's, which has no part in the stripping."""

from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from builder.link.contents import inflated
from builder.link.stream import WheelReader
from prebuilt_index.store.durable import told
from prebuilt_index.wheel_archive import Member

FaultOf = Callable[[Path], str | None]
"""What is wrong with the file at a path, if anything is."""


def faults_of(members: Mapping[str, Member], overlay: Path, fault_of: FaultOf) -> dict[str, str]:
    """Paths of those `members` that something is wrong with, and what; each is unpacked to be looked at.

    Raises StoreError when the overlay cannot be read, or there is no room to unpack.
    """
    found: dict[str, str] = {}
    with TemporaryDirectory(prefix="lbuild-") as folder, closing(WheelReader(overlay)) as reader:
        scratch = Path(folder, "library.so")
        for path, member in members.items():
            with told(scratch, "write"), open(scratch, "wb") as copy:
                for piece in inflated(reader, member):
                    copy.write(piece)
            fault = fault_of(scratch)
            if fault is not None:
                found[path] = fault
    return found
