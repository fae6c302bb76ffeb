"""Zip files byte by byte, right by default and wrong wherever a test says so."""

import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

DESCRIPTOR = 1 << 3
UTF8 = 1 << 11
FULL16 = 0xFFFF
FULL32 = 0xFFFFFFFF


@dataclass(frozen=True, kw_only=True)
class Part:
    """One member: what both headers say, and what one of them says instead."""

    name: bytes
    content: bytes = b""
    deflate: bool = False
    data: bytes | None = None
    """Compressed bytes, when not what the content deflates to."""
    both: Mapping[str, Any] = field(default_factory=dict)
    """Fields to say in both headers: flags, method, crc, compressed_size, size, extra, name, name_length."""
    local: Mapping[str, Any] = field(default_factory=dict)
    central: Mapping[str, Any] = field(default_factory=dict)
    """As `local`, and system, version, attributes, comment, disk, offset."""
    descriptor: bytes = b""
    before: bytes = b""
    """Bytes in front of the local header that belong to nothing."""
    listed: bool = True
    """Whether the directory lists it."""
    present: bool = True
    """Whether its local header and data are there."""

    def packed(self) -> bytes:
        if self.data is not None:
            return self.data
        return deflated(self.content) if self.deflate else self.content

    def fields(self) -> dict[str, Any]:
        name = self.name
        return {
            "name": name,
            "flags": 0 if name.isascii() else UTF8,
            "method": 8 if self.deflate else 0,
            "crc": zlib.crc32(self.content),
            "compressed_size": len(self.packed()),
            "size": len(self.content),
            "extra": b"",
            "system": 3,
            "attributes": 0o40755 << 16 if name.endswith(b"/") else 0o100644 << 16,
            "comment": b"",
            "disk": 0,
            **self.both,
        }


def raw_zip(
    parts: Iterable[Part],
    *,
    end: Mapping[str, Any] | None = None,
    zip64: Mapping[str, Any] | None = None,
    prefix: bytes = b"",
    before_directory: bytes = b"",
    before_end: bytes = b"",
    suffix: bytes = b"",
) -> bytes:
    """A zip of `parts`. `end` replaces fields of the end record, `zip64` adds ZIP64 ones with its fields.

    `prefix` moves everything, and all offsets are right for it. Keys of `end` and `zip64`: entries,
    entries_here, size, offset, disk, directory_disk, comment (`end`); length, tail, locator_offset, disks,
    record, locator (`zip64`; the last two are False to leave one out).
    """
    body, directory, count = bytearray(prefix), bytearray(), 0
    for part in parts:
        body += part.before if part.present else b""
        offset = len(body)
        if part.present:
            body += _local(part) + part.packed() + part.descriptor
        if part.listed:
            directory += _central(part, offset)
            count += 1
    body += before_directory
    facts = {"entries": count, "entries_here": count, "size": len(directory), "offset": len(body), "disk": 0}
    facts["directory_disk"] = 0
    wide = b"" if zip64 is None else _wide(facts, zip64, len(body) + len(directory))
    return bytes(body + directory) + wide + before_end + _end({**facts, **(end or {})}) + suffix


def deflated(content: bytes) -> bytes:
    """`content` as a raw deflate stream."""
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return engine.compress(content) + engine.flush()


def extra(kind: int, content: bytes) -> bytes:
    """One extra field."""
    return struct.pack("<HH", kind, len(content)) + content


def zip64_extra(*values: int) -> bytes:
    """A ZIP64 extra field of 64-bit values."""
    return extra(0x0001, struct.pack(f"<{len(values)}Q", *values))


def unicode_path(name: bytes, raw: bytes) -> bytes:
    """An Info-ZIP Unicode Path field that calls the member `raw` by `name`."""
    return extra(0x7075, b"\x01" + struct.pack("<L", zlib.crc32(raw)) + name)


def descriptor(part: Part, *, wide: bool = False, signature: bytes = b"PK\x07\x08", **other: int) -> bytes:
    """The data descriptor of `part`; `other` replaces crc, compressed_size or size."""
    facts = {**part.fields(), **other}
    layout = "<LQQ" if wide else "<LLL"
    return signature + struct.pack(layout, facts["crc"], facts["compressed_size"], facts["size"])


def _local(part: Part) -> bytes:
    facts = {**part.fields(), **part.local}
    return (
        struct.pack(
            "<4s5H3L2H",
            facts.get("signature", b"PK\x03\x04"),
            20,
            facts["flags"],
            facts["method"],
            0,
            0x21,
            facts["crc"],
            facts["compressed_size"],
            facts["size"],
            facts.get("name_length", len(facts["name"])),
            len(facts["extra"]),
        )
        + facts["name"]
        + facts["extra"]
    )


def _central(part: Part, offset: int) -> bytes:
    facts = {"offset": offset, **part.fields(), **part.central}
    return (
        struct.pack(
            "<4s6H3L5H2L",
            facts.get("signature", b"PK\x01\x02"),
            facts["system"] << 8 | 20,
            facts.get("version", 20),
            facts["flags"],
            facts["method"],
            0,
            0x21,
            facts["crc"],
            facts["compressed_size"],
            facts["size"],
            facts.get("name_length", len(facts["name"])),
            len(facts["extra"]),
            len(facts["comment"]),
            facts["disk"],
            0,
            facts["attributes"],
            facts["offset"],
        )
        + facts["name"]
        + facts["extra"]
        + facts["comment"]
    )


def _wide(facts: Mapping[str, int], other: Mapping[str, Any], offset: int) -> bytes:
    tail = other.get("tail", b"")
    told = {**facts, "length": 44 + len(tail), "locator_offset": offset, "disks": 1, **other}
    record = struct.pack(
        "<4sQ2H2L4Q",
        b"PK\x06\x06",
        told["length"],
        45,
        45,
        told["disk"],
        told["directory_disk"],
        told["entries_here"],
        told["entries"],
        told["size"],
        told["offset"],
    )
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, told["locator_offset"], told["disks"])
    return (record + tail if other.get("record", True) else b"") + (
        locator if other.get("locator", True) else b""
    )


def _end(facts: Mapping[str, Any]) -> bytes:
    comment = facts.get("comment", b"")
    return (
        struct.pack(
            "<4s4H2LH",
            b"PK\x05\x06",
            facts["disk"],
            facts["directory_disk"],
            facts["entries_here"],
            facts["entries"],
            facts["size"],
            facts["offset"],
            len(comment),
        )
        + comment
    )
