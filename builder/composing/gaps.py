"""The tools that looking for gaps takes, wired."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder.composing.run import wired
from builder.gaps.finding import Looking, gaps

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from packaging.utils import NormalizedName

    from builder.choices.wishes import Wishes
    from builder.composing.talk import Talk
    from builder.composing.wiring import Wiring
    from builder.gaps.values import Row
    from manylinux.backends.project import Project
    from manylinux.target import Target
    from prebuilt_index.recipes import Catalogue

_TASK = "gaps"


def run_gaps(
    projects: Sequence[NormalizedName],
    targets: Sequence[Target],
    catalogue: Catalogue,
    wishes: Wishes,
    talk: Talk,
    *,
    look: bool,
) -> tuple[Row, ...]:
    """A row for each project; `look`: into sdists, for what a backend can compile. Raises NetworkError."""
    with wired(wishes, targets[0], talk, None) as tools, talk.progress() as progress:
        progress.start(_TASK, len(projects))
        try:
            return gaps(
                projects,
                targets,
                tools.facts.client,
                catalogue,
                _looking(tools, talk, offline=wishes.cache.offline) if look else None,
                lambda: progress.advance(_TASK, 1),
            )
        finally:
            progress.finish(_TASK)


def _looking(tools: Wiring, talk: Talk, *, offline: bool) -> Looking:
    from builder.build.choice import ORDER, Wishes
    from builder.composing.native import native_builds

    def refusals(project: Project, target: Target) -> Sequence[tuple[str, str | None]]:
        builds = native_builds(
            target, Wishes(), tools.store, lambda: tools.facts, tools.options, talk, offline=offline
        )
        return [(name, builds.backends[name].refusal(project, target)) for name in ORDER]

    return Looking(read=read_sdist, refusals=refusals)


def read_sdist(label: str, archive: Path, filename: str, folder: Path) -> Project:
    """What an sdist says of itself. Raises BadArchiveError, SdistBuildError."""
    from builder.build.build_system import BuildSystem, RefusedError
    from builder.build.unpack import opened
    from builder.errors import SdistBuildError
    from manylinux.backends.project import project_of

    with opened(archive, filename, folder) as sources:
        root = sources.write_to(folder / "sources")
    try:
        system = BuildSystem.of(root)
    except RefusedError as error:
        raise SdistBuildError(f"{label} cannot be built: {error}") from error
    return project_of(
        label, root, backend=system.backend, backend_path=system.backend_path, requires=system.requires
    )
