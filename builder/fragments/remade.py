"""What was made of members of wheels, kept by their content: records of rows, the bytes in blobs beside.

Only what a bundle needs is made, so a wheel's record grows with the bundles it goes into.

Bucket and key: `Bucket.REMADE`, the wheel's sha256 and the versions of what makes it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from prebuilt_index.store import Bucket
from prebuilt_index.wheel_archive import Member

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from builder.ports import Progress
    from prebuilt_index.store import Incoming, Store


class Job(NamedTuple):
    """A content of which something is to be made."""

    wheel: str
    """sha256 of the wheel whose record gets it."""
    member: Member
    location: Path
    """The file in which its bytes lie."""


class Made(NamedTuple):
    """What came of a content."""

    member: Member
    """Its offset is that in the blob."""
    blob: str
    """sha256 of the blob that holds its bytes; empty where the member that is there already is as good."""


class Shelf:
    """What was made of the members of several wheels, from the store or now."""

    def __init__(self, store: Store, versions: str) -> None:
        self._store = store
        self._versions = versions
        self._wheels: dict[str, dict[str, Made]] = {}
        self._paths: dict[str, Path | None] = {"": None}

    def rows(self, wheel: str) -> Mapping[str, Made]:
        """By sha256 of a content, what came of it. `wheel` is the wheel's sha256."""
        rows = self._wheels.get(wheel)
        if rows is None:
            rows = self._wheels[wheel] = self._kept(wheel)
        return rows

    def path(self, blob: str) -> Path:
        """Where the bytes of a row that has some lie."""
        path = self._path(blob)
        assert path is not None  # rows of lost blobs are not kept
        return path

    def make(
        self,
        jobs: Sequence[Job],
        make: Callable[[Job], tuple[Member, bytes | memoryview]],
        progress: Progress,
        task: str,
    ) -> None:
        """`rows` has these from now on, also in later runs. As many threads as there are processors work.

        `make` gives the member that comes of a job, its offset not known yet, and its bytes; none where they
        are no use. Raises what it raises, and StoreError.
        """
        # The largest first, so that no thread is left alone with one at the end.
        ranked = sorted(jobs, key=lambda job: (-job.member.size, job.member.sha256))
        progress.start(task, sum(job.member.size for job in ranked))
        try:
            with self._store.receive() as incoming:
                made = _made(ranked, make, incoming, lambda size: progress.advance(task, size))
                blob = incoming.sha256 if incoming.size else ""
                if blob:
                    self._paths[blob] = incoming.commit()
        finally:
            progress.finish(task)
        for job, (member, kept) in zip(ranked, made, strict=True):
            self.rows(job.wheel)
            self._wheels[job.wheel][job.member.sha256] = Made(member, blob if kept else "")
        for wheel in {job.wheel for job in jobs}:
            self._keep(wheel)

    def _path(self, blob: str) -> Path | None:
        if blob not in self._paths:
            self._paths[blob] = self._store.blob(blob)
        return self._paths[blob]

    def _kept(self, wheel: str) -> dict[str, Made]:
        record = self._store.get(Bucket.REMADE, self._key(wheel))
        if record is None:
            return {}
        blobs, contents, numbers, rows = json.loads(record)
        here = [not blob or self._path(blob) is not None for blob in blobs]
        return {
            content: Made(Member(*row), blobs[number])
            for content, number, row in zip(contents, numbers, rows, strict=True)
            if here[number]
        }

    def _keep(self, wheel: str) -> None:
        rows = self._wheels[wheel]
        blobs = sorted({made.blob for made in rows.values()})
        numbers = [blobs.index(made.blob) for made in rows.values()]
        record = json.dumps(
            [blobs, list(rows), numbers, [made.member for made in rows.values()]], separators=(",", ":")
        )
        self._store.put(Bucket.REMADE, self._key(wheel), record.encode("ascii"))

    def _key(self, wheel: str) -> str:
        return f"{wheel} {self._versions}"


def _made(
    jobs: Sequence[Job],
    make: Callable[[Job], tuple[Member, bytes | memoryview]],
    incoming: Incoming,
    advance: Callable[[int], None],
) -> list[tuple[Member, bool]]:
    """For each job its member, and whether its bytes are in `incoming`."""
    import os
    import threading
    from functools import partial

    from builder.fetch.crew import Pulse, gather  # a warm build makes nothing
    from builder.fragments.holding import Hand

    hand, lock = Hand(), threading.Lock()

    def work(job: Job, pulse: Pulse) -> tuple[Member, bool]:
        with hand.holding(job.member.size):
            member, data = make(job)
            with lock:
                pulse()  # where another has failed the file may be gone
                member = member._replace(offset=incoming.size)
                incoming.write(data)
        advance(job.member.size)
        return member, bool(data)

    return gather([partial(work, job) for job in jobs], os.cpu_count() or 2)
