"""Facts as bytes and back: what a worker answers, and what a cache keeps."""

import msgspec

from manylinux.elf.facts import Binary, ElfFacts, Foreign, Unreadable

FACTS_VERSION = 1
"""Part of every cache key: raised when the form, or what is read into a field, changes."""


class _Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """One of the three."""

    elf: ElfFacts | None = None
    unreadable: Unreadable | None = None
    foreign: Foreign | None = None


_decode = msgspec.json.Decoder(_Record).decode


def to_record(binary: Binary) -> bytes:
    """JSON on one line, the same for equal facts."""
    if isinstance(binary, ElfFacts):
        record = _Record(elf=binary)
    elif isinstance(binary, Unreadable):
        record = _Record(unreadable=binary)
    else:
        record = _Record(foreign=binary)
    return msgspec.json.encode(record, order="deterministic")


def from_record(content: bytes) -> Binary:
    """The facts in `content`, which to_record made; raises ValueError where it did not."""
    record = _decode(content)
    found = record.elf or record.unreadable or record.foreign
    if found is None:
        raise ValueError("a record of no facts")
    return found
