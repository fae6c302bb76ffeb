"""`--build` and `[tool.lbuild.build]` become values."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from builder.build.choice import Mode, Wishes
from builder.model import Compiling
from manylinux.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from packaging.utils import NormalizedName

    from builder.choices.build_table import BuildTable

ALL = ":all:"
"""What stands for every project that is not named."""
Row = TypeVar("Row")


def build_wishes(texts: Sequence[str], table: BuildTable | None = None) -> Wishes:
    """How to compile: the command line's words before those of the configuration. Raises UsageError."""
    default = Mode.AUTO
    projects: dict[NormalizedName, Mode] = {}
    configured = {} if table is None else table.how
    for project, how in (*configured.items(), *map(_project_and_how, texts)):
        if how not in list(Mode):
            raise UsageError(
                f"There is no way to build called `{how}`",
                evidence=[f"there are: {', '.join(Mode)}"],
                hint="Write `--build HOW`, or `--build PROJECT=HOW` for one project",
            )
        if project == ALL:
            default = Mode(how)
        else:
            from packaging.utils import canonicalize_name  # 10 ms that only those who name projects pay

            projects[canonicalize_name(project)] = Mode(how)
    wishes = Wishes(default=default, projects=projects)
    return wishes if table is None else _of_table(wishes, table)


def _of_table(wishes: Wishes, table: BuildTable) -> Wishes:
    from packaging.utils import canonicalize_name

    def named(rows: Mapping[str, Row]) -> dict[NormalizedName, Row]:
        return {canonicalize_name(name): row for name, row in rows.items() if name != ALL}

    return replace(
        wishes,
        image=table.images.get(ALL, wishes.image),
        images=named(table.images),
        pure=frozenset(canonicalize_name(name) for name in table.pure if name != ALL),
        any_pure=ALL in table.pure,
        limits=table.limits.get(ALL, wishes.limits),
        own_limits=named(table.limits),
    )


def _project_and_how(text: str) -> tuple[str, str]:
    project, _, how = text.rpartition("=")
    return project or ALL, how


def compiling(wishes: Wishes) -> Compiling:
    """Which projects may be compiled at all."""
    default = wishes.default is not Mode.NEVER
    others = frozenset(
        name for name, mode in wishes.projects.items() if (mode is not Mode.NEVER) is not default
    )
    return Compiling(default=default, others=others)
