"""A wheel's code scanned, its members inflated when the scan asks for them."""

from contextlib import closing

from builder.fragments.placing import placed
from builder.link.contents import whole
from builder.link.stream import WheelReader
from builder.slim.scan import Entry, scan_wheel
from builder.slim.values import WheelScan
from prebuilt_index.wheel_archive import VerifiedWheel


def scanned(wheel: VerifiedWheel) -> WheelScan:
    """What the code of `wheel` mentions. Raises StoreError when the wheel cannot be read."""
    members = placed(wheel)
    with closing(WheelReader(wheel.path)) as reader:

        def read(path: str) -> bytes:
            return whole(reader, members[path])

        return scan_wheel((Entry(path, member.sha256) for path, member in members.items()), read)
