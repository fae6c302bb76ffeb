"""What a runtime brings beside Python, a folder of the cache: awslambdaric and the SDK, built by lbuild.

    trial-v1/<runtime>-<machine>-<digest of the requirements>/    with bytecode, as Lambda's has

The versions are those known to be on Lambda.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from builder.composing.cache_folder import opened_store
from builder.composing.talk import Quiet, Talk
from manylinux.architecture import Architecture
from prebuilt_index.store import trees

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from builder.choices.wishes import CacheChoices, IndexChoices
    from builder.trial.place import Place
    from manylinux.runtime import Runtime


@contextmanager
def runtime_folder(
    runtime: Runtime,
    place: Place,
    index: IndexChoices,
    cache: CacheChoices,
    talk: Talk,
) -> Iterator[Path]:
    """A folder with the packages of the runtime for that place; it is there as long as the block lasts."""
    architecture = Architecture.parse(place.interpreter.machine)
    words = _requirements(runtime)
    digest = hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]
    name = f"{runtime.id}-{architecture.value}-{digest}"

    def make(folder: Path) -> None:
        talk.note(f"getting what {runtime.id} brings: {', '.join(words)}")
        _build(words, runtime, architecture, index, cache, folder, talk)
        place.compile(folder)

    with opened_store(cache) as store, trees.held(store, name, make) as folder:
        yield folder


def _requirements(runtime: Runtime) -> tuple[str, ...]:
    pinned = tuple(f"{name}=={version}" for name, version in sorted(runtime.preinstalled.items()))
    return ("awslambdaric", *(pinned or ("boto3",)))


def _build(
    words: tuple[str, ...],
    runtime: Runtime,
    architecture: Architecture,
    index: IndexChoices,
    cache: CacheChoices,
    output: Path,
    talk: Talk,
) -> None:
    from builder.choices.bundle_choices import BundleChoices
    from builder.choices.wishes import InputChoices, ResolveChoices, TargetChoices, Wishes
    from builder.composing.compose import run_bundle

    wishes = Wishes(
        inputs=InputChoices(words=words),
        target=TargetChoices(runtime=runtime.id, arch=architecture.value),
        resolve=ResolveChoices(only_binary=(":all:",)),
        index=index,
        cache=cache,
    )
    run_bundle(wishes, BundleChoices(output=f"{output}{os.sep}"), _Warnings(talk))


class _Warnings(Quiet):
    """Of a bundle for internal use nothing else is worth telling."""

    def __init__(self, talk: Talk) -> None:
        super().__init__()
        self._talk = talk

    def warn(self, line: str) -> None:
        self._talk.warn(line)
