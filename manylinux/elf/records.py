"""Facts as bytes and back: what a cache keeps."""

from collections.abc import Mapping

import msgspec

from manylinux.elf.facts import Binary, ElfFacts, Foreign, Unreadable


class _Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """One of the three."""

    elf: ElfFacts | None = None
    unreadable: Unreadable | None = None
    foreign: Foreign | None = None


_decode = msgspec.json.Decoder(_Record).decode
_decode_table = msgspec.json.Decoder(dict[str, _Record]).decode


def to_record(binary: Binary) -> bytes:
    """JSON on one line, the same for equal facts."""
    return msgspec.json.encode(_record(binary), order="deterministic")


def from_record(content: bytes) -> Binary:
    """The facts in `content`, which to_record made; raises ValueError where it did not."""
    return _binary(_decode(content))


def to_table(binaries: Mapping[str, Binary]) -> bytes:
    """The same of many files, by their path."""
    return msgspec.json.encode(
        {path: _record(each) for path, each in binaries.items()}, order="deterministic"
    )


def from_table(content: bytes) -> dict[str, Binary]:
    """The inverse of to_table; raises ValueError as from_record."""
    return {path: _binary(record) for path, record in _decode_table(content).items()}


def _record(binary: Binary) -> _Record:
    if isinstance(binary, ElfFacts):
        return _Record(elf=binary)
    if isinstance(binary, Unreadable):
        return _Record(unreadable=binary)
    return _Record(foreign=binary)


def _binary(record: _Record) -> Binary:
    found = record.elf or record.unreadable or record.foreign
    if found is None:
        raise ValueError("a record of no facts")
    return found
