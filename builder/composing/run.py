"""One run: its tools made and put away."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from builder.composing.asking_pip import asked_pip
from builder.composing.cache_folder import opened_store
from builder.composing.wiring import Wiring
from builder.disk import from_here

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from builder.choices.bundle_choices import BundleChoices
    from builder.choices.wishes import Wishes
    from builder.composing.talk import Talk
    from manylinux.target import Target


@contextmanager
def wired(
    wishes: Wishes,
    target: Target,
    talk: Talk,
    output: Path | None,
    locked: Path | None = None,
    allow: frozenset[str] = frozenset(),
    bundle: BundleChoices | None = None,
) -> Iterator[Wiring]:
    """The tools of one run, put away at its end."""
    if wishes.folder is None:
        from_here()  # that it is gone is told before a store is made
    with opened_store(wishes.cache) as store, talk.progress() as progress:
        pip = asked_pip(store, talk)
        tools = Wiring(wishes, target, store, progress, talk, pip, output, locked, allow, bundle)
        try:
            yield tools
        finally:
            tools.close()
