"""The bytecode of one wheel, made anew."""

import hashlib
import zlib
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass

from builder.bytecode.names import beside
from builder.bytecode.reading import Hints, hints_in, read_by_any
from builder.bytecode.values import Compiled, Overlay, Refused
from builder.link.contents import read_content
from manylinux.archive.pack import pack
from prebuilt_index.store import Store
from prebuilt_index.wheel_archive import Member, VerifiedWheel

Compile = Callable[[str, bytes], Compiled | Refused]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """What came of one source."""

    member: Member | None
    """Its offset is not known yet."""
    data: bytes | memoryview
    refused: Refused | None
    hints: Hints
    seconds: float = 0.0


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
    hints: dict[str, Hints] = {}
    seconds: dict[str, float] = {}
    try:
        with store.receive() as incoming:
            for path in sorted(futures):
                made = futures.pop(path).result()
                if made.member is not None:
                    members[path] = made.member._replace(offset=incoming.size)
                    incoming.write(made.data)
                    seconds[path] = made.seconds
                if made.refused is not None:
                    refused[path] = made.refused
                hints[path] = made.hints
            location = incoming.commit()
            digest = incoming.sha256
    finally:
        for future in futures.values():
            future.cancel()
    reasons = {path: each.reason for path, each in refused.items()}
    overlay = Overlay(
        path=location,
        sha256=digest,
        members=members,
        reasons=reasons,
        readers=read_by_any(hints),
        seconds=seconds,
    )
    return overlay, all(each.settled for each in refused.values())


def _made(name: str, source: bytes, outcome: Compiled | Refused) -> _Made:
    hints = hints_in(source)
    if isinstance(outcome, Refused):
        return _Made(member=None, data=b"", refused=outcome, hints=hints)
    content = outcome.content
    packed = pack(content)
    member = Member(
        path=name,
        offset=0,
        compressed_size=len(packed.data),
        size=len(content),
        crc=zlib.crc32(content),
        deflated=packed.deflated,
        executable=False,
        sha256=hashlib.sha256(content).hexdigest(),
    )
    return _Made(member=member, data=packed.data, refused=None, hints=hints, seconds=outcome.seconds)
