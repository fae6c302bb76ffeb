"""Bytecode in the store: made once for the same sources, interpreter and engine.

Bucket and key: `Bucket.BYTECODE`; path and sha256 of every source, the interpreter's own description, the
digest of the program that compiles, and, for wheels, the engine that compresses.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from builder.bytecode.values import Overlay, Refused
from prebuilt_index.store import Bucket
from prebuilt_index.wheel_archive import Member

if TYPE_CHECKING:
    from collections.abc import Mapping

    from builder.interpreter.values import Interpreter
    from prebuilt_index.store import Store

PROGRAM = Path(__file__).with_name("in_interpreter.py")
_FORM = 1
"""Of the records; raise it when what is in them, or how it is chosen, changes."""


def wheel_key(sources: Mapping[str, Member], interpreter: Interpreter) -> str:
    """The key of an overlay: the engine's version belongs to it."""
    from manylinux.archive.pack import ENGINE

    lines = "\n".join(f"{sources[path].sha256} {path}" for path in sorted(sources))
    return f"{_maker(interpreter)} {ENGINE} {hashlib.sha256(lines.encode()).hexdigest()}"


def file_key(path: str, sha256: str, interpreter: Interpreter) -> str:
    """The key of the bytecode of one loose source."""
    return f"{_maker(interpreter)} {sha256} {path}"


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
    }
    store.put(Bucket.BYTECODE, key, json.dumps(head, separators=(",", ":")).encode("ascii"))


def packed(outcome: bytes | Refused) -> bytes:
    """The record of what came of one loose source."""
    return b"-" + outcome.reason.encode() if isinstance(outcome, Refused) else b"+" + outcome


def unpacked(record: bytes) -> bytes | Refused:
    """What was packed."""
    return record[1:] if record[:1] == b"+" else Refused(reason=record[1:].decode())


@cache
def _program() -> str:
    return hashlib.sha256(PROGRAM.read_bytes()).hexdigest()


def _maker(interpreter: Interpreter) -> str:
    return f"{_FORM} {interpreter.build} {interpreter.magic} {_program()}"
