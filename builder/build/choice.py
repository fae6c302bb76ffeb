"""Which backend a project is to be built with: what the user says, and what `auto` tries in which order."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from manylinux.backends.docker.wish import ImageWish
from manylinux.backends.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.utils import NormalizedName


class Mode(StrEnum):
    """How projects are built that have to be compiled."""

    AUTO = "auto"
    """By the first backend that can, and by the next one where that fails."""
    NEVER = "never"
    """Not at all; pure Python is built all the same."""
    ZIG = "zig"
    DOCKER = "docker"
    LOCAL = "local"


ORDER = (Mode.ZIG, Mode.DOCKER, Mode.LOCAL)
"""zig makes what is always right and needs nothing installed; an image has system libraries of a known
system; this machine's are anybody's guess."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the user says."""

    default: Mode = Mode.AUTO
    projects: Mapping[NormalizedName, Mode] = field(default_factory=dict)
    """What holds for one project instead."""
    image: ImageWish = field(default_factory=ImageWish)
    """Of containers."""
    images: Mapping[NormalizedName, ImageWish] = field(default_factory=dict)
    """What holds for one project instead."""
    pure: frozenset[NormalizedName] = frozenset()
    """Projects of which pure Python will do where their extensions do not compile."""
    any_pure: bool = False
    """That holds for all projects."""
    limits: Limits = field(default_factory=Limits)
    own_limits: Mapping[NormalizedName, Limits] = field(default_factory=dict)
    """What holds for one project instead."""

    def of(self, project: NormalizedName | None) -> Mode:
        """`project`: None while its name is not known."""
        return self.default if project is None else self.projects.get(project, self.default)

    def image_of(self, project: NormalizedName | None) -> ImageWish:
        return self.image if project is None else self.images.get(project, self.image)

    def accepts_pure(self, project: NormalizedName | None) -> bool:
        return self.any_pure or project in self.pure

    def limits_of(self, project: NormalizedName | None) -> Limits:
        return self.limits if project is None else self.own_limits.get(project, self.limits)

    def key_of(self, project: NormalizedName | None) -> str:
        """What is wished for a project, as part of a key; limits decide over no wheel."""
        mode, image = self.of(project), self.image_of(project)
        pure = "or pure" if self.accepts_pure(project) else ""
        parts = (str(mode), image.key if mode in (Mode.AUTO, Mode.DOCKER) else "", pure)
        return " ".join(filter(None, parts))

    @property
    def key(self) -> str:
        """All of it, as part of a key."""
        names = sorted({*self.projects, *self.images, *self.pure})
        return " ".join((self.key_of(None), *(f"{name}={self.key_of(name)}" for name in names)))
