"""Scans as bytes and back: what a cache keeps of a wheel."""

import msgspec

from builder.slim.values import WheelScan

SCAN_VERSION = 1
"""Part of every cache key: raised when the form, or what a scan finds, changes."""

_decode = msgspec.msgpack.Decoder(WheelScan).decode


def to_record(scan: WheelScan) -> bytes:
    """The same for equal scans."""
    return msgspec.msgpack.encode(scan, order="deterministic")


def from_record(content: bytes) -> WheelScan:
    """The scan that to_record made `content` of; raises ValueError where it did not."""
    return _decode(content)
