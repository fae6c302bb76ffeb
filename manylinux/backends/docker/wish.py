"""Which image a project is to be built in: what the user says, and what is known without being told."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from manylinux.target import Target

_IMAGE = re.compile(r"[\w{][\w.:/@{}-]*", re.ASCII)


def is_image_name(text: str) -> bool:
    """Whether `text` may name an image, by tag or by digest, with `{python}` and `{arch}` in it."""
    return _IMAGE.fullmatch(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageWish:
    """What a user says of images; all of it may be left out."""

    image: str | None = None
    """A name, by tag or by digest; `{python}` and `{arch}` in it stand for the target's."""
    dockerfile: Path | None = None
    """A Dockerfile, or a folder that has one and what it copies; instead of `image`."""
    content: str = ""
    """Digest of what `dockerfile` holds."""
    packages: tuple[str, ...] = ()
    """Of the image's system, added to it."""
    managed: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    """By package manager, where that is not the same for all: `apt-get`, `dnf`, `microdnf`, `yum`."""

    @property
    def key(self) -> str:
        """What of it decides over wheels; empty where nothing is wished for."""
        source = f"dockerfile {self.content}" if self.dockerfile else self.image or ""
        managed = (f"+{name}:{each}" for name in sorted(self.managed) for each in self.managed[name])
        return " ".join((source, *(f"+{each}" for each in self.packages), *managed)).strip()

    def packages_for(self, manager: str) -> tuple[str, ...]:
        """What is installed where the image has this package manager."""
        return (*self.packages, *self.managed.get(manager, ()))

    def name(self, target: Target) -> str | None:
        """The image that is wished for, or the known one for the target; None when there is none."""
        pattern = self.image or _known().get(target.runtime.python)
        if pattern is None:
            return None
        python, arch = target.runtime.python, target.architecture.value
        return pattern.replace("{python}", python).replace("{arch}", arch)


@cache
def _known() -> Mapping[str, str]:
    import tomllib  # 14 ms, for those who build

    text = Path(__file__).with_name("images.toml").read_text(encoding="utf-8")
    images: Mapping[str, str] = tomllib.loads(text)["images"]
    return images
