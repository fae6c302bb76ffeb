"""`[tool.lbuild.build]`: how projects are compiled, and in which image.

[tool.lbuild.build]
":all:" = "zig"
psycopg2 = {how = "docker", packages = ["postgresql-devel"]}     # added to the known image
shapely = {image = "registry.example/build:{python}-{arch}"}      # or by digest: NAME@sha256:...
fiona = {dockerfile = "build/Dockerfile"}                         # or a folder that has one
pyyaml = {pure = "accept"}                       # pure Python will do where its extensions do not compile
grpcio = {limits = {memory = "16GB", seconds = 7200}}
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from builder.choices.build_choices import ALL
from builder.errors import ConfigurationError
from builder.project.tables import unknown
from manylinux.backends.docker.wish import ImageWish, is_image_name
from manylinux.backends.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_OF_IMAGES = ("image", "dockerfile", "packages")
_KEYS = ("how", *_OF_IMAGES, "pure", "limits")
_PACKAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9+._:~=^-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildTable:
    """What the table says, by project as written, or `:all:`."""

    how: Mapping[str, str] = field(default_factory=dict)
    images: Mapping[str, ImageWish] = field(default_factory=dict)
    """Whole: what a project does not say of images, `:all:` has said."""
    pure: frozenset[str] = frozenset()
    """Those of which pure Python will do."""
    limits: Mapping[str, Limits] = field(default_factory=dict)
    """Whole, as for images."""


def build_table(table: object, folder: Path, source: str = "pyproject.toml") -> BuildTable:
    """What the table in the file `source` of `folder` says. Raises ConfigurationError."""
    if not isinstance(table, dict) or not all(isinstance(row, str | dict) for row in table.values()):
        raise ConfigurationError(
            f"`tool.lbuild.build` in {source} is not a table of words and tables",
            hint='Write `build = {":all:" = "zig", PROJECT = {how = "docker", packages = ["NAME"]}}`',
        )
    how = {name: row for name, row in table.items() if isinstance(row, str)}
    rows = {name: row for name, row in table.items() if isinstance(row, dict)}
    where = f"`tool.lbuild.build` in {source}"
    general = _image(f"{where}, `{ALL}`", rows.get(ALL, {}), ImageWish(), folder)
    images = {
        name: wish
        for name, row in rows.items()
        if name != ALL and (wish := _image(f"{where}, `{name}`", row, general, folder)) != general
    }
    for name, row in rows.items():
        # Who names an image wants it.
        default = "docker" if any(key in row for key in _OF_IMAGES) else None
        if wanted := row.get("how", default):
            how[name] = wanted
    return BuildTable(
        how=how,
        images={**({ALL: general} if general != ImageWish() else {}), **images},
        pure=frozenset(name for name, row in rows.items() if _accepts_pure(f"{where}, `{name}`", row)),
        limits=_limits(where, rows),
    )


def _accepts_pure(place: str, row: Mapping[str, Any]) -> bool:
    if row.get("pure", "refuse") not in ("accept", "refuse"):
        raise ConfigurationError(f"{place}: `pure` is neither `accept` nor `refuse`")
    return row.get("pure") == "accept"


def _limits(where: str, rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Limits]:
    from builder.choices.build_limits import build_limits

    general = build_limits(f"{where}, `{ALL}`", rows.get(ALL, {}).get("limits", {}), Limits())
    own = {
        name: build_limits(f"{where}, `{name}`", row["limits"], general)
        for name, row in rows.items()
        if "limits" in row and name != ALL
    }
    return {**({ALL: general} if general != Limits() else {}), **own}


def _image(place: str, row: Mapping[str, Any], general: ImageWish, folder: Path) -> ImageWish:
    for key, value in row.items():
        if key not in _KEYS:
            raise unknown(f"{place}: there is no key `{key}`", key, _KEYS)
        if key not in ("packages", "limits") and not isinstance(value, str):
            raise ConfigurationError(f"{place}: `{key}` is no text")
    if "image" in row and "dockerfile" in row:
        raise ConfigurationError(
            f"{place}: `image` and `dockerfile` are both given", hint="Begin the Dockerfile with that image"
        )
    wish = general
    if "image" in row:
        if not is_image_name(row["image"]):
            raise ConfigurationError(f"{place}: `{row['image']}` is no name of an image")
        wish = replace(wish, image=row["image"], dockerfile=None, content="")
    if "dockerfile" in row:
        wish = replace(_of_dockerfile(place, folder / row["dockerfile"]), packages=wish.packages)
    if "packages" in row:
        wish = replace(wish, packages=_packages(place, row["packages"]))
    return wish


def _of_dockerfile(place: str, path: Path) -> ImageWish:
    from manylinux.backends.docker.preparing import content_digest  # for those who have one

    file = path / "Dockerfile" if os.path.isdir(path) else path
    try:
        if os.path.isfile(file):
            return ImageWish(dockerfile=path, content=content_digest(path))
        why = "there is no such file"
    except OSError as error:
        why = error.strerror or str(error)
    raise ConfigurationError(
        f"{place}: the Dockerfile cannot be read",
        evidence=[f"`{file}`: {why}"],
        hint="Name a Dockerfile, or a folder that has one, as seen from the folder of that file",
    )


def _packages(place: str, value: object) -> tuple[str, ...]:
    if (
        isinstance(value, list)
        and value
        and all(isinstance(each, str) and _PACKAGE.fullmatch(each) for each in value)
    ):
        return tuple(value)
    raise ConfigurationError(
        f"{place}: `packages` is no array of names of packages", hint='Write `packages = ["libpq-devel"]`'
    )
