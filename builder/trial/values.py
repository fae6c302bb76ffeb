"""The values of a try-out: where it happens, with what, and what came of it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from builder.interpreter.values import Interpreter
    from manylinux.runtime import Runtime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A bundle unpacked as Lambda does, below one folder that stands for `/`."""

    root: Path

    @property
    def task(self) -> Path:
        return self.root / "var" / "task"

    @property
    def opt(self) -> Path:
        return self.root / "opt"

    def at(self, path: str) -> Path:
        """Where `path` of Lambda, such as `/var/runtime`, is here."""
        return self.root / path.lstrip("/")

    @property
    def prefix(self) -> str:
        """What stands before a path of Lambda here; nothing where the root is the system's own."""
        return str(self.root).rstrip("/")

    def as_on_lambda(self, said: bytes) -> bytes:
        """What was said, the paths in it as Lambda has them."""
        return said.replace(os.fsencode(self.prefix), b"") if self.prefix else said


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """What is tried besides its code."""

    runtime: Runtime
    interpreter: Interpreter
    handler: str
    event: bytes
    """JSON."""
    timeout: float
    """Seconds for one invocation."""
    variables: Mapping[str, str] = field(hash=False)
    """The function's own environment variables."""


class Verdict(Enum):
    """How a try ended."""

    OK = "ok"
    NOT_LOADED = "not-loaded"
    """Its module did not import, or it has no such handler."""
    FAILED = "failed"
    """It loaded, and then raised, ended or took too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """One cold start and its first invocation."""

    verdict: Verdict
    payload: bytes
    """The handler's result, or the error as Lambda reports it: JSON, unless the function says otherwise."""
    init_seconds: float | None = None
    """From the start of the process to the first question for an event."""
    call_seconds: float | None = None
    peak_memory: int | None = None
    """Bytes, of the function's own process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFault:
    """A module that does not import."""

    module: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Imports:
    """What importing every module of a bundle gave."""

    modules: tuple[str, ...]
    faults: tuple[ImportFault, ...]
