"""Lock files of a project's pools: read so that versions stay, written once everything is built.

<locks>/pylock.<group>-<runtime>-<architecture>.toml
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from builder.errors import LockOutOfDateError
from builder.link.output import check_folder_of, replacing_file
from builder.locked import lock_text, versions_of_lock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from builder.assembly.values import Bench, Job, Linked, Pool


def lock_path(pool: Pool, job: Job) -> Path | None:
    """Where the pool's lock is; None when the project keeps none."""
    return None if job.project.locks is None else job.folder / job.project.locks / f"pylock.{pool.id}.toml"


def versions_kept(pool: Pool, job: Job, bench: Bench) -> Mapping[NormalizedName, Version]:
    """The versions that the pool's lock holds; none with `--upgrade`. Raises InvalidLockError."""
    path = lock_path(pool, job)
    if path is None or job.upgrade:
        return {}
    return versions_of_lock(path, bench.order(pool.wanted, pool.target))


def lock_texts(pools: Sequence[Linked], job: Job, bench: Bench) -> dict[Path, bytes]:
    """What each lock file is to hold. Raises LockOutOfDateError where `--locked` demands that it does."""
    texts: dict[Path, bytes] = {}
    for linked in pools:
        pool = linked.locked.pool
        path = lock_path(pool, job)
        tools = bench.together(pool.wanted, pool.target)
        if path is None or tools.reading.locks:
            continue
        text = lock_text(linked.locked.resolution, tools.reading.inputs.requests, path, tools).encode()
        if job.locked and not (os.path.isfile(path) and path.read_bytes() == text):
            raise _out_of_date(linked, path, job, bench)
        texts[path] = text
    return texts


def write_locks(texts: Mapping[Path, bytes]) -> None:
    """Every lock file that is not as it should be is written."""
    for path, text in texts.items():
        if not os.path.isfile(path) or path.read_bytes() != text:
            check_folder_of(path)
            with replacing_file(path, len(text)) as file:
                file.write(text)


def _out_of_date(linked: Linked, path: Path, job: Job, bench: Bench) -> LockOutOfDateError:
    pool = linked.locked.pool
    shown = path.relative_to(job.folder) if path.is_relative_to(job.folder) else path
    before = versions_of_lock(path, bench.order(pool.wanted, pool.target))
    now = {pin.name: pin.version for pin in linked.locked.resolution.pins}
    lines = [
        f"{name}: {before.get(name, 'not locked')}, now {now.get(name, 'not needed')}"
        for name in sorted({*before, *now})
        if before.get(name) != now.get(name)
    ]
    there = os.path.isfile(path)
    return LockOutOfDateError(
        f"`{shown}` is not what `{pool.group.name}` asks for" if there else f"There is no `{shown}`",
        evidence=lines if there else (),
        hint="Build without `--locked`, which writes it",
    )
