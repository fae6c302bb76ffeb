"""One wheel, every rule: headers, full inflation, RECORD, identity. Nothing of it is used before this."""

import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from prebuilt_index.errors import BadArchiveError, MetadataMismatchError
from prebuilt_index.store.durable import told
from prebuilt_index.wheel_archive import identity, inflate, record
from prebuilt_index.wheel_archive.rules import refusal, shown
from prebuilt_index.wheel_archive.table import Member, VerifiedWheel
from prebuilt_index.wheel_archive.walker import Entry, ReadAt, walk

_BATCH: Final = 4 << 20
"""Bytes inflated by one piece of work."""


def verify_wheel(
    path: Path,
    filename: str,
    sha256: str,
    *,
    executor: Executor | None = None,
    pulse: Callable[[], None] = lambda: None,
) -> VerifiedWheel:
    """The wheel at `path`, found to keep every rule; `sha256` is its digest, known to be right.

    `executor` inflates members in parallel: it runs threads, and not this call. `pulse` is called in each of
    them many times a second; what it raises ends the work. Raises BadArchiveError or MetadataMismatchError,
    and StoreError when the file cannot be read.
    """
    try:
        with opened(path) as (read_at, size):
            return _verify(read_at, size, path, filename, sha256, executor, pulse)
    except BadArchiveError as error:
        raise BadArchiveError(
            f"`{shown(filename)}` is not a safe wheel: {error.summary}",
            rule=error.rule,
            member=error.member,
            evidence=error.evidence,
            hint=error.hint,
        ) from error
    except MetadataMismatchError as error:
        raise MetadataMismatchError(
            f"`{shown(filename)}`: {error.summary}", evidence=error.evidence
        ) from error


def _verify(
    read_at: ReadAt,
    size: int,
    path: Path,
    filename: str,
    sha256: str,
    executor: Executor | None,
    pulse: Callable[[], None],
) -> VerifiedWheel:
    name = identity.parse_filename(filename)
    entries = walk(read_at, size)
    files = {entry.name: entry for entry in entries if not entry.is_folder}
    for entry in entries:
        if entry.is_folder:
            inflate.digest(read_at, entry)
    dist_info = identity.find_dist_info(files, name)
    lines = _record(read_at, files, dist_info)
    digests = _digests(read_at, list(files.values()), lines, executor, pulse)
    metadata = _content(read_at, files, f"{dist_info}/METADATA", identity.MAX_METADATA)
    wheel_path = f"{dist_info}/WHEEL"
    points_path = f"{dist_info}/entry_points.txt"
    entry_points = _content(read_at, files, points_path) if points_path in files else None
    identity.check_metadata(metadata, name)
    identity.check_scripts(files, entry_points, dist_info)
    return VerifiedWheel(
        filename=filename,
        name=name.project,
        version=name.version,
        path=path,
        sha256=sha256,
        size=size,
        dist_info=dist_info,
        root_is_purelib=identity.root_is_purelib(_content(read_at, files, wheel_path), wheel_path),
        members=tuple(_member(entry, digest) for entry, digest in zip(files.values(), digests, strict=True)),
        metadata=metadata,
        entry_points=entry_points,
    )


def _record(read_at: ReadAt, files: Mapping[str, Entry], dist_info: str) -> Mapping[str, record.Line]:
    path = f"{dist_info}/RECORD"
    if path not in files:
        raise refusal("Z29", "There is no RECORD")
    lines = record.parse(inflate.content(read_at, files[path], record.MAX_SIZE), path)
    record.compare_names(lines, files, path)
    return lines


def _content(
    read_at: ReadAt, files: Mapping[str, Entry], path: str, limit: int = identity.MAX_SMALL
) -> bytes:
    if path not in files:
        raise refusal("Z31", f"There is no `{path.rpartition('/')[2]}`")
    return inflate.content(read_at, files[path], limit)


def _digests(
    read_at: ReadAt,
    files: Sequence[Entry],
    lines: Mapping[str, record.Line],
    executor: Executor | None,
    pulse: Callable[[], None],
) -> list[str]:
    """The sha256 of each file's content, in order; all that headers and RECORD say of it has proved true."""

    def check(batch: Sequence[Entry]) -> list[str]:
        return [_checked(read_at, entry, lines.get(entry.name), pulse) for entry in batch]

    if executor is None:
        return [digest for batch in _batches(files) for digest in check(batch)]
    work = [executor.submit(check, batch) for batch in _batches(files)]
    try:
        return [digest for future in work for digest in future.result()]
    finally:
        # The file is closed next: nobody may still be reading it.
        for future in work:
            future.cancel()
        wait(work)


def _checked(read_at: ReadAt, entry: Entry, line: record.Line | None, pulse: Callable[[], None]) -> str:
    content = inflate.digest(read_at, entry, "sha256" if line is None else line.algorithm, pulse)
    if line is not None:
        record.check_content(line, entry.name, content.digest, entry.size)
    return content.sha256


def _batches(files: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    start = size = 0
    for index, entry in enumerate(files):
        size += entry.size
        if size >= _BATCH:
            yield files[start : index + 1]
            start, size = index + 1, 0
    if start < len(files):
        yield files[start:]


def _member(entry: Entry, sha256: str) -> Member:
    return Member(
        path=entry.name,
        offset=entry.offset,
        compressed_size=entry.compressed_size,
        size=entry.size,
        crc=entry.crc,
        deflated=entry.deflated,
        executable=entry.executable,
        sha256=sha256,
    )


@contextmanager
def opened(path: Path) -> Iterator[tuple[ReadAt, int]]:
    """A function that reads the file at a position from any thread, and the file's size in bytes."""
    with told(path, "read"):
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        try:
            yield _reader(descriptor), os.fstat(descriptor).st_size
        finally:
            os.close(descriptor)


def _reader(descriptor: int) -> ReadAt:
    if sys.platform != "win32":
        return lambda offset, size: os.pread(descriptor, size, offset)
    else:  # noqa: RET505  # mypy takes what follows without `else` for unreachable elsewhere
        turn = threading.Lock()

        def read_at(offset: int, size: int) -> bytes:
            with turn:
                os.lseek(descriptor, offset, os.SEEK_SET)
                return os.read(descriptor, size)

        return read_at
