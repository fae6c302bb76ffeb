"""`--build` and `[tool.lbuild.build]` become values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder.build.choice import Mode, Wishes
from builder.model import Compiling
from manylinux.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from packaging.utils import NormalizedName

    from manylinux.backends.docker.wish import ImageWish

ALL = ":all:"
"""What stands for every project that is not named."""


def build_wishes(
    texts: Sequence[str], configured: Mapping[str, str], images: Mapping[str, ImageWish] | None = None
) -> Wishes:
    """How to compile: the command line's words before those of the configuration. Raises UsageError."""
    default = Mode.AUTO
    projects: dict[NormalizedName, Mode] = {}
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
    if not images:
        return Wishes(default=default, projects=projects)
    from packaging.utils import canonicalize_name

    named = {canonicalize_name(name): wish for name, wish in images.items() if name != ALL}
    return Wishes(default=default, projects=projects, image=images[ALL], images=named)


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
