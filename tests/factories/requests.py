"""Requests as an input would make them, and resolutions of them from an index in memory."""

from collections.abc import Mapping, Sequence
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from builder.model import Origin, Request, Resolution, ResolveOptions
from builder.resolve import resolve
from builder.testing import MemoryIndex
from factories.targets import make_target
from manylinux.target import Target


def ask(text: str, line: int | None = 1, source: str = "requirements.txt", **fields: Any) -> Request:
    """The request that this requirement makes; `name @ URL` is a direct reference."""
    requirement = Requirement(text)
    return Request(
        origin=Origin(source=source, line=line),
        requirement=requirement,
        direct=requirement.url,
        extras=frozenset(canonicalize_name(extra) for extra in requirement.extras),
        **fields,
    )


def ask_all(*texts: str, source: str = "requirements.txt") -> tuple[Request, ...]:
    """A requirements file with these lines."""
    return tuple(ask(text, line, source) for line, text in enumerate(texts, start=1))


def ask_direct(reference: str, **fields: Any) -> Request:
    """A direct reference that does not name its project."""
    origin = Origin(source="requirements.txt", line=1)
    return Request(origin=origin, requirement=None, direct=reference, **fields)


def solve(
    index: MemoryIndex,
    *requests: Request | str,
    constraints: Sequence[Request] = (),
    target: Target | None = None,
    **options: Any,
) -> Resolution:
    """What the requests resolve to; texts are the lines of a requirements file."""
    asked = [
        ask(each, line) if isinstance(each, str) else each for line, each in enumerate(requests, start=1)
    ]
    return resolve(asked, constraints, target or make_target(), ResolveOptions(**options), index)


def pinned(resolution: Resolution) -> Mapping[str, str]:
    """Project to version."""
    return {pin.name: str(pin.version) for pin in resolution.pins}


def files(resolution: Resolution) -> list[str]:
    """The names of the chosen files."""
    return [pin.file.filename for pin in resolution.pins]


def index_of(*filenames: str) -> MemoryIndex:
    """An index with these files, none of which requires anything."""
    index = MemoryIndex()
    for filename in filenames:
        index.add(filename)
    return index
