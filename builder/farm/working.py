"""One job done, in whatever process or on whatever machine it was sent to: a wheel built, and tried.

Everything that it needs comes with the job, its site, and what is on that machine.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from contextlib import contextmanager
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING

from builder.build import abandoned
from builder.build.choice import Mode, Wishes
from builder.composing.run import wired
from builder.composing.talk import Quiet
from builder.errors import NativeBuildNeededError, NoBuildBackendError
from builder.farm.editing import Editing
from builder.farm.planning import fault_of
from builder.farm.smoke import tried
from builder.farm.sources import Sources
from builder.farm.toolchain import toolchain
from builder.farm.values import Fault, Made, Outcome
from manylinux.architecture import Architecture
from manylinux.errors import LbuildError, SeveralErrors
from manylinux.runtimes import find_runtime
from manylinux.target import Target

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from packaging.utils import BuildTag

    from builder.build import BuiltWheel, PureBuilder
    from builder.build.native import NativeBuilds
    from builder.composing.wiring import Wiring
    from builder.farm.values import Job, Site
    from manylinux.backends.extras import Extras

_LOG = 4 << 20
"""Bytes of a log that are kept."""


def work(job: Job, site: Site) -> Outcome:
    """Do the job. What goes wrong with the wheel, or on this machine, is part of the outcome."""
    target = Target(runtime=find_runtime(job.runtime), architecture=Architecture.parse(job.architecture))
    abandoned.sweep(None)
    with abandoned.own_folder() as folder:
        logs = folder / "logs"
        logs.mkdir()
        made = smoke = None
        try:
            made = _given(job) or _made(job, site, target, folder)
            smoke = tried(made, job.recipe, target, site, folder, logs / "smoke.log")
        except LbuildError as error:
            return Outcome(fault=_fault(error), log=_log(logs))
        return Outcome(made=made, smoke=smoke, log=_log(logs))


def _given(job: Job) -> Made | None:
    if job.given is None:
        return None
    return Made(filename=job.given.filename, sha256="", content=job.given.content, backend="")


def _made(job: Job, site: Site, target: Target, folder: Path) -> Made:
    """The wheel, built now or before; under the job's build tag."""
    with _builder(job, site, target, folder / "logs") as (tools, builder):
        archive = tools.facts.client.download(job.sdist)
        built = builder.from_sdist(archive, job.sdist.filename, config_settings=job.recipe.settings)
        _verified(tools, built)
        return _as_value(built, _tagged(built, job.build, folder))


def _tagged(built: BuiltWheel, build: BuildTag, folder: Path) -> Path:
    """The wheel by its own name, and with the build tag if there is one."""
    from manylinux.repair.tagging import tagged

    plain = folder / built.filename
    shutil.copyfile(built.path, plain)
    return tagged(plain, build, folder) if build else plain


@contextmanager
def _builder(job: Job, site: Site, target: Target, logs: Path) -> Iterator[tuple[Wiring, PureBuilder]]:
    """What builds by the job's recipe alone."""
    from builder.build.door import NativeDoor
    from builder.composing.native import native_builds
    from builder.composing.pure_builder import pure_builder
    from manylinux.backends.docker.wish import ImageWish

    recipe = job.recipe
    wishes = Wishes(
        default=Mode(recipe.backend),
        image=ImageWish(image=recipe.image, managed=recipe.packages),
        limits=recipe.limits,
    )

    def permits(needed: str) -> bool:
        return any(fnmatchcase(needed, pattern) for pattern in recipe.grafts)

    with wired(site.wishes, target, Quiet(), None) as tools:
        extras = _extras(job, site, tools)

        def load() -> NativeBuilds:
            builds = native_builds(
                target,
                wishes,
                tools.store,
                lambda: tools.facts,
                tools.options,
                Quiet(),
                offline=site.wishes.cache.offline,
                permits=permits,
            )
            return replace(builds, extras=extras)

        door = NativeDoor(
            target=target,
            wishes=wishes,
            open=load,
            recipe=recipe.digest,
            prepare=Editing(project=recipe.project, edits=recipe.edits),
        )
        options, newest = tools.reading.inputs.index, tools.options.exclude_newer
        heard, world = Quiet().note, lambda: tools.facts
        builder = pure_builder(options, tools.settings, tools.pip, tools.store, door, heard, world, newest)
        yield tools, replace(builder, policy=replace(builder.policy, logs=logs))


def _extras(job: Job, site: Site, tools: Wiring) -> Extras:
    from manylinux.backends.extras import Extras, SourceLibrary

    recipe = job.recipe
    sources = Sources(
        store=tools.store, folder=site.sources, environ=os.environ, offline=site.wishes.cache.offline
    )
    libraries, digest = [], ""
    for library in recipe.libraries:
        # What was built before may be linked into it.
        digest = _chained(digest, library.digest)
        libraries.append(
            SourceLibrary(
                name=library.name,
                digest=digest,
                unpack=partial(sources.unpack, library),
                commands=library.commands,
                programs=library.programs,
            )
        )
    return Extras(
        key=recipe.digest,
        environment=recipe.environment,
        programs=recipe.programs,
        libraries=tuple(libraries),
    )


def _chained(before: str, digest: str) -> str:
    return hashlib.sha256(f"{before} {digest}".encode()).hexdigest()


def _verified(tools: Wiring, built: BuiltWheel) -> None:
    """Every byte is looked at, as if the wheel came from a stranger's index."""
    from prebuilt_index.wheel_archive.cached import load_or_verify

    load_or_verify(tools.store, built.path, built.filename, built.sha256)


def _as_value(built: BuiltWheel, wheel: Path) -> Made:
    content, story = wheel.read_bytes(), built.provenance
    made = Made(
        filename=wheel.name, sha256=hashlib.sha256(content).hexdigest(), content=content, backend="pure"
    )
    if story is None:
        return made
    return replace(
        made,
        backend=story.backend,
        toolchain=toolchain(story.backend),
        requirements=story.requirements,
        notes=story.notes,
        seconds=story.seconds,
    )


def _fault(error: LbuildError) -> Fault:
    """The error as a value; of several the first, with what the others say."""
    if isinstance(error, SeveralErrors):
        first, *others = error.errors
        fault = _fault(first)
        return replace(fault, evidence=(*fault.evidence, *(each.summary for each in others)))
    if isinstance(error, NativeBuildNeededError | NoBuildBackendError):
        return replace(fault_of(error), hint="Name another `backend` in the recipe, or see to what it lacks")
    fault = fault_of(error)
    # Its log goes with the outcome; where it was is gone by then.
    return replace(fault, evidence=tuple(each for each in fault.evidence if not each.startswith("log: ")))


def _log(folder: Path) -> bytes:
    """What was printed, the end of it."""
    pieces = [path.read_bytes() for path in sorted(folder.iterdir())]
    return b"\n".join(pieces)[-_LOG:]
