"""Bytecode in the store: made once for the same sources, interpreter and engine.

Bucket and key: `Bucket.BYTECODE`; path and sha256 of every source, the interpreter's own description, the
digest of the program that compiles, and, for wheels, the engine that compresses.

Bucket and key: `Bucket.BYTECODINGS`; all that the choice for a bundle follows from.
"""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from builder.bytecode.values import Chosen, Compiled, Overlay, Refused, Selection
from prebuilt_index.store import Bucket
from prebuilt_index.wheel_archive import Member

if TYPE_CHECKING:
    from collections.abc import Mapping

    from builder.interpreter.values import Interpreter
    from prebuilt_index.store import Store

PROGRAM = Path(__file__).with_name("in_interpreter.py")
_FORM = 2
"""Of the records; raise it when what is in them, or how it is chosen, changes."""
_SECONDS = struct.Struct("<d")


def wheel_key(sources: Mapping[str, Member], interpreter: Interpreter) -> str:
    """The key of an overlay: the engine's version belongs to it."""
    from manylinux.archive.pack import ENGINE

    lines = "\n".join(f"{sources[path].sha256} {path}" for path in sorted(sources))
    return f"{maker(interpreter)} {ENGINE} {hashlib.sha256(lines.encode()).hexdigest()}"


def file_key(path: str, sha256: str, interpreter: Interpreter) -> str:
    """The key of the bytecode of one loose source."""
    return f"{maker(interpreter)} {sha256} {path}"


def kept_overlay(store: Store, key: str) -> Overlay | None:
    """What was made earlier; None when it was not, or its blob is gone."""
    record = store.get(Bucket.BYTECODE, key)
    if record is None:
        return None
    head: dict[str, Any] = json.loads(record)
    path = store.blob(head["sha256"])
    if path is None:
        return None
    members = map(Member, *head["members"].values())
    return Overlay(
        path=path,
        sha256=head["sha256"],
        members=dict(zip(head["sources"], members, strict=True)),
        reasons=head["reasons"],
        readers=frozenset(head["readers"]),
        seconds=dict(zip(head["sources"], head["seconds"], strict=True)),
    )


def keep_overlay(store: Store, key: str, overlay: Overlay) -> None:
    """`kept_overlay` gives it from now on."""
    columns = list(zip(*overlay.members.values(), strict=True)) or [()] * len(Member._fields)
    head = {
        "sha256": overlay.sha256,
        "sources": list(overlay.members),
        "members": dict(zip(Member._fields, columns, strict=True)),
        "reasons": dict(overlay.reasons),
        "readers": sorted(overlay.readers),
        "seconds": [overlay.seconds[source] for source in overlay.members],
    }
    store.put(Bucket.BYTECODE, key, json.dumps(head, separators=(",", ":")).encode("ascii"))


def kept_chosen(store: Store, key: str) -> Chosen | None:
    """What was chosen earlier."""
    record = store.get(Bucket.BYTECODINGS, key)
    if record is None:
        return None
    head: dict[str, Any] = json.loads(record)
    lists = {name: tuple(head.pop(name)) for name in ("beside", "instead", "without")}
    figures: dict[str, Any] = {name: head.pop(name) for name in ("unpacked", "packed", "seconds")}
    selection = Selection(
        beside=lists["beside"], instead=lists["instead"], without=lists["without"], **figures
    )
    return Chosen(selection=selection, **head)


def keep_chosen(store: Store, key: str, chosen: Chosen) -> None:
    """`kept_chosen` gives it from now on."""
    head = {**asdict(chosen.selection), **asdict(chosen)}
    del head["selection"]
    store.put(Bucket.BYTECODINGS, key, json.dumps(head, separators=(",", ":")).encode("ascii"))


def packed(outcome: Compiled | Refused) -> bytes:
    """The record of what came of one loose source."""
    if isinstance(outcome, Refused):
        return b"-" + outcome.reason.encode()
    return b"+" + _SECONDS.pack(outcome.seconds) + outcome.content


def unpacked(record: bytes) -> Compiled | Refused:
    """What was packed."""
    if record[:1] != b"+":
        return Refused(reason=record[1:].decode())
    (seconds,) = _SECONDS.unpack_from(record, 1)
    return Compiled(content=record[1 + _SECONDS.size :], seconds=seconds)


@cache
def _program() -> str:
    return hashlib.sha256(PROGRAM.read_bytes()).hexdigest()


def maker(interpreter: Interpreter) -> str:
    """All that the bytecode of a source follows from but the source."""
    return f"{_FORM} {interpreter.build} {interpreter.magic} {_program()}"
