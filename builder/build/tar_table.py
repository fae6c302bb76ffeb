"""The table of a tar archive: ustar with pax headers, and GNU's long names, as tools write them today.

One reading is possible or the archive is refused: readers differ on whose size counts, which header a pax
record belongs to, and what a device or a directory with content is, and hostile archives live on that.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from builder.build.entries import ArchiveFaultError, Budget, Entry, Kind, checked_path

BLOCK = 512
_USTAR, _GNU = b"ustar\x0000", b"ustar  \x00"
_IGNORED_NUMBERS = (slice(108, 116), slice(116, 124), slice(136, 148), slice(329, 337), slice(337, 345))
"""Owner, group, time, device: nothing here depends on them, but some readers stop at one they cannot read."""
_KINDS = {b"0": Kind.FILE, b"\0": Kind.FILE, b"2": Kind.LINK, b"5": Kind.FOLDER}
"""The type NUL is a file too: tar had it before ustar, and some archivers still write it."""
_LONGEST_EXTENSION = 64 << 10
"""Bytes of a pax header or a long name."""
_UTF8 = "ISO-IR 10646 2000 UTF-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    """One header block, decoded."""

    type: bytes
    path: str
    target: str
    size: int
    executable: bool
    data: int
    """Offset of what follows the header, bytes."""

    @property
    def end(self) -> int:
        return self.data + -(-self.size // BLOCK) * BLOCK


@dataclass(frozen=True, slots=True, kw_only=True)
class _Extension:
    """What the headers before an entry say of it."""

    path: str | None = None
    target: str | None = None
    size: int | None = None
    texts: Mapping[str, str] = field(default_factory=dict)


def read_table(archive: BinaryIO, budget: Budget) -> tuple[Entry, ...]:
    """Every entry of the tar archive, in order. Raises ArchiveFaultError where two readers could disagree."""
    entries: list[Entry] = []
    pending: _Extension | None = None
    leads = False
    for header in _headers(archive):
        leads = header.type in b"gxL"
        if not leads:
            entries.append(_entry(header, pending or _Extension()))
            budget.check_entries(len(entries))
            pending = None
        elif pending is not None:
            raise ArchiveFaultError("two extension headers follow each other")
        else:
            extension = _extension(archive, header)
            pending = None if header.type == b"g" else extension
    if leads:
        raise ArchiveFaultError("an extension header belongs to no entry")
    return tuple(entries)


def _headers(archive: BinaryIO) -> Iterator[_Header]:
    """The headers up to the two blocks of zeros, after which nothing but zeros may come."""
    length = archive.seek(0, 2)
    position = 0
    while True:
        block = _read(archive, position, BLOCK)
        if not block.strip(b"\0"):
            break
        header = _header(block, position + BLOCK)
        if header.end > length:
            raise ArchiveFaultError(f"the content of {header.path!r} is cut off")
        yield header
        position = header.end
    if _read(archive, position + BLOCK, BLOCK).strip(b"\0"):
        raise ArchiveFaultError("entries go on after a block of zeros")
    archive.seek(position)
    while rest := archive.read(1 << 20):
        if rest.count(0) != len(rest):
            raise ArchiveFaultError("entries go on after the end of the archive")


def _header(block: bytes, data: int) -> _Header:
    unsigned = sum(block) - sum(block[148:156]) + 8 * 0x20
    if _octal(block[148:156]) != unsigned:
        raise ArchiveFaultError("a header's checksum is wrong")
    magic = block[257:265]
    if magic not in (_USTAR, _GNU):
        raise ArchiveFaultError("a header is of neither the ustar nor the GNU kind")
    for place in _IGNORED_NUMBERS:
        if block[place][0] not in (0x80, 0xFF):  # GNU's binary form
            _octal(block[place])
    prefix = _text(block[345:500])
    if prefix and magic == _GNU:
        raise ArchiveFaultError("a GNU header carries more than a name")
    name = _text(block[0:100])
    if prefix and not name:
        raise ArchiveFaultError(f"a header has the prefix {prefix!r} of a name, and no name")
    return _Header(
        type=block[156:157],
        path=f"{prefix}/{name}" if prefix else name,
        target=_text(block[157:257]),
        size=_octal(block[124:136]),
        executable=bool(_octal(block[100:108]) & 0o111),
        data=data,
    )


def _entry(header: _Header, extension: _Extension) -> Entry:
    kind = _KINDS.get(header.type)
    path = header.path if extension.path is None else extension.path
    if kind is None:
        raise ArchiveFaultError(f"{path!r} is no file, folder or symbolic link (type {header.type!r})")
    if header.type == b"\0" and header.path.endswith("/"):  # a folder to those who knew tar before ustar
        raise ArchiveFaultError(f"{header.path!r} is a file by its type and a folder by its name")
    if extension.size is not None and extension.size != header.size:
        raise ArchiveFaultError(f"two headers give {path!r} different sizes")
    if kind is not Kind.FILE and header.size:
        raise ArchiveFaultError(f"the {kind} {path!r} has content")
    # What is overruled must be harmless too: not every reader knows which of the two counts.
    if header.path and extension.path is not None:
        checked_path(header.path.removesuffix("/"))
    return Entry(
        path=checked_path(path.removesuffix("/") if kind is Kind.FOLDER else path),
        kind=kind,
        offset=header.data,
        size=header.size,
        executable=header.executable,
        target=header.target if extension.target is None else extension.target,
    )


def _extension(archive: BinaryIO, header: _Header) -> _Extension:
    if header.size > _LONGEST_EXTENSION:
        raise ArchiveFaultError(f"an extension header has {header.size} bytes")
    padded = _read(archive, header.data, header.end - header.data)
    content = padded[: header.size]
    if padded.count(0, header.size) != len(padded) - header.size:  # `tarfile` reads a long name up to a NUL
        raise ArchiveFaultError("something is hidden behind an extension header")
    if header.type == b"L":
        return _Extension(path=_long_name(content))
    texts = dict(_pax_records(content))
    refused = [key for key in texts if "sparse" in key.lower() or key == "SCHILY.realsize"]
    if header.type == b"g":
        refused += [key for key in texts if key in ("path", "linkpath", "size", "hdrcharset")]
    if refused or texts.get("hdrcharset", _UTF8) != _UTF8:
        raise ArchiveFaultError(
            f"a pax header sets {(refused or ['hdrcharset'])[0]!r}, which readers treat differently"
        )
    size = texts.get("size")
    if size is not None and not (size.isascii() and size.isdigit() and len(size) < 20):
        raise ArchiveFaultError(f"a pax header gives the size {size!r}")
    return _Extension(
        path=texts.get("path"), target=texts.get("linkpath"), size=None if size is None else int(size)
    )


def _pax_records(content: bytes) -> Iterator[tuple[str, str]]:
    """The records `LENGTH KEY=VALUE\\n` that fill `content`; each key once."""
    seen = set()
    while content:
        digits, space, _ = content[:8].partition(b" ")
        if not space or not digits.isdigit() or digits.startswith(b"0"):
            raise ArchiveFaultError("a pax header is malformed")
        record, content = content[: int(digits)], content[int(digits) :]
        key, equals, value = record[len(digits) + 1 : -1].partition(b"=")
        if len(record) != int(digits) or not equals or not key or record[-1:] != b"\n":
            raise ArchiveFaultError("a pax header is malformed")
        if key in seen or b"\0" in key:
            raise ArchiveFaultError(f"a pax header gives {_decoded(key)!r} twice, or hides it")
        seen.add(key)
        # Vendors put bytes of their own into their keys (SCHILY.xattr); what is used here is text.
        if key in (b"path", b"linkpath", b"size", b"hdrcharset") or b"sparse" in key.lower():
            yield _decoded(key), _decoded(value)


def _long_name(content: bytes) -> str:
    name, _, rest = content.partition(b"\0")
    if not name or rest.strip(b"\0"):
        raise ArchiveFaultError("a long name is malformed")
    return _decoded(name)


def _text(field: bytes) -> str:
    return _decoded(field.partition(b"\0")[0])


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise ArchiveFaultError(f"the name {raw!r} is not UTF-8") from None


def _octal(field: bytes) -> int:
    """A number as ustar writes it; empty is zero. GNU's binary form is for what no sdist is."""
    number, _, rest = field.partition(b"\0")
    digits = number.strip(b" ") or b"0"
    if not digits.isdigit() or b"8" in digits or b"9" in digits or rest.strip(b" \0"):
        raise ArchiveFaultError(f"a header holds the number {field!r}")
    return int(digits, 8)


def _read(archive: BinaryIO, position: int, amount: int) -> bytes:
    archive.seek(position)
    content = archive.read(amount)
    if len(content) != amount:
        raise ArchiveFaultError("it ends in the middle of a block")
    return content
