"""What a build needs of packages: its requirements resolved for the place they are installed at, and fetched.

The circle again: a build needs a resolver, which needs metadata. It ends here because build requirements are
only ever taken as wheels.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement

from builder.errors import SdistBuildError
from builder.model import FormatControl, Origin, Request, ResolveOptions
from manylinux.backends.port import Supplied
from manylinux.errors import NoSolutionError
from prebuilt_index.store import digest_of_blob
from prebuilt_index.urls import redacted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from builder.facts import World
    from manylinux.target import Target
    from prebuilt_index.artefacts import IndexFile
    from prebuilt_index.store import Store

ONLY_WHEELS = FormatControl(only_binary=frozenset({":all:"}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheelhouse:
    """Supplies builds. May be asked from several threads."""

    world: Callable[[], World]
    store: Store
    exclude_newer: datetime | None = None
    """What holds for the requirements of the bundle holds for those of builds."""
    _known: dict[str, tuple[Supplied, ...]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def supply(self, requires: Sequence[str], place: Target) -> tuple[Supplied, ...]:
        """Verified wheels that fulfil `requires` at `place`, with what they require, sorted by project.

        Raises SdistBuildError where there are none, and what the index client raises.
        """
        key = json.dumps([sorted(requires), repr(place)])
        with self._lock:
            if key not in self._known:
                self._known[key] = self._resolved(requires, place)
            return self._known[key]

    def _resolved(self, requires: Sequence[str], place: Target) -> tuple[Supplied, ...]:
        from builder.resolve import resolve

        world = self.world()
        requests = [_request(text) for text in requires]
        options = ResolveOptions(format_control=ONLY_WHEELS, exclude_newer=self.exclude_newer)
        try:
            resolution = resolve(requests, (), place, options, world)
        except NoSolutionError as error:
            raise SdistBuildError(
                "What a build requires cannot be had as wheels",
                evidence=(error.summary, *error.evidence),
                hint=error.hint or "Build requirements are only taken as wheels; name an index that has them",
            ) from error
        return tuple(self._fetched(pin.file, world) for pin in resolution.pins)

    def _fetched(self, file: IndexFile, world: World) -> Supplied:
        """The wheel of a pin, every byte of it checked."""
        from prebuilt_index.wheel_archive.cached import load_or_verify

        path = world.client.download(file)
        wheel = load_or_verify(self.store, path, file.filename, digest_of_blob(path))
        return Supplied(path=wheel.path, filename=wheel.filename)


def _request(text: str) -> Request:
    """`text` as a requirement that only a wheel fulfils. Raises SdistBuildError."""
    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        raise SdistBuildError(
            f"The build requirement `{text}` is malformed",
            evidence=(str(error).splitlines()[0],),
            hint="Require another version, or tell the project's maintainers",
        ) from error
    url, _, _ = (requirement.url or "").partition("#")
    if url and not url.endswith(".whl"):
        raise SdistBuildError(
            f"The build requirement `{redacted(text)}` cannot be had",
            evidence=("only wheels are taken by URL",),
            hint="Require another version, or tell the project's maintainers",
        )
    return Request(
        origin=Origin(source="build-system.requires"),
        requirement=requirement,
        direct=url or None,
        extras=frozenset(requirement.extras),
    )
