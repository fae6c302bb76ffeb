"""The bytecode of one wheel, made anew."""

import hashlib
import re
import zlib
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass

from builder.bytecode.names import beside
from builder.bytecode.values import Overlay, Refused
from builder.link.contents import read_content
from manylinux.archive.pack import pack
from prebuilt_index.store import Store
from prebuilt_index.wheel_archive import Member, VerifiedWheel

Compile = Callable[[str, bytes], bytes | Refused]
_READS_SOURCES = re.compile(rb"getsource|findsource|linecache|\btorch\b|\bnumba\b|\bn?jit\b|\.py['\"]")
"""What a module says that may read sources: by `inspect`, by a compiler of its own, by their file names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """What came of one source."""

    member: Member | None
    """Its offset is not known yet."""
    data: bytes | memoryview
    refused: Refused | None
    reads_sources: bool


def make_overlay(
    wheel: VerifiedWheel,
    sources: Mapping[str, Member],
    cache_tag: str,
    compile_source: Compile,
    executor: Executor,
    store: Store,
) -> tuple[Overlay, bool]:
    """The bytecode of `sources`, in the store, and whether another try would come to the same.

    Raises what `compile_source` raises, StoreError, HashMismatchError when the wheel has changed.
    """

    def work(path: str) -> _Made:
        source = read_content(wheel.path, sources[path])
        return _made(beside(path, cache_tag), source, compile_source(path, source))

    # The largest first, so that no process is left alone with one at the end.
    ranked = sorted(sources, key=lambda path: -sources[path].size)
    futures = {path: executor.submit(work, path) for path in ranked}
    members: dict[str, Member] = {}
    refused: dict[str, Refused] = {}
    readers = set()
    try:
        with store.receive() as incoming:
            for path in sorted(futures):
                made = futures.pop(path).result()
                if made.member is not None:
                    members[path] = made.member._replace(offset=incoming.size)
                    incoming.write(made.data)
                if made.refused is not None:
                    refused[path] = made.refused
                if made.reads_sources:
                    readers.add(path)
            location = incoming.commit()
            digest = incoming.sha256
    finally:
        for future in futures.values():
            future.cancel()
    reasons = {path: each.reason for path, each in refused.items()}
    overlay = Overlay(
        path=location, sha256=digest, members=members, reasons=reasons, readers=frozenset(readers)
    )
    return overlay, all(each.settled for each in refused.values())


def _made(name: str, source: bytes, outcome: bytes | Refused) -> _Made:
    reads_sources = _READS_SOURCES.search(source) is not None
    if isinstance(outcome, Refused):
        return _Made(member=None, data=b"", refused=outcome, reads_sources=reads_sources)
    packed = pack(outcome)
    member = Member(
        path=name,
        offset=0,
        compressed_size=len(packed.data),
        size=len(outcome),
        crc=zlib.crc32(outcome),
        deflated=packed.deflated,
        executable=False,
        sha256=hashlib.sha256(outcome).hexdigest(),
    )
    return _Made(member=member, data=packed.data, refused=None, reads_sources=reads_sources)
