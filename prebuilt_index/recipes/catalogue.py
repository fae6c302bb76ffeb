"""All recipes there are: lbuild's own, and folders of others that go before them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from manylinux.errors import LbuildError, SeveralErrors
from prebuilt_index.errors import InvalidRecipeError
from prebuilt_index.recipes.reading import get_close, read_recipe
from prebuilt_index.recipes.reading_library import read_library
from prebuilt_index.recipes.reasons import overlaps, read_reasons

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from importlib.resources.abc import Traversable

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from manylinux.target import Target
    from prebuilt_index.recipes.values import Library, Reason, Recipe

PROJECTS, LIBRARIES, REASONS = "projects", "libraries", "reasons"
Value = TypeVar("Value")
_LARGEST = 1 << 20
"""Bytes of one recipe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Recipes by project, in the order of names."""

    recipes: Mapping[NormalizedName, Recipe] = field(default_factory=dict)
    reasons: Mapping[NormalizedName, tuple[Reason, ...]] = field(default_factory=dict)
    """Why there is no recipe of others, or none for some targets."""

    def reason(self, project: NormalizedName, version: Version, target: Target) -> Reason | None:
        """Why nothing makes that wheel, as far as somebody tried."""
        return next((each for each in self.reasons.get(project, ()) if each.holds(version, target)), None)

    def only(self, projects: Iterable[NormalizedName]) -> Catalogue:
        """Those of `projects`. Raises InvalidRecipeError for one that there is no recipe of."""
        wanted = sorted(set(projects))
        missing = [name for name in wanted if name not in self.recipes]
        if missing:
            told = ", ".join(f"`{name}`{get_close(name, self.recipes)}" for name in missing)
            raise InvalidRecipeError(
                f"There is no recipe of {told}",
                evidence=[_told(each) for name in missing for each in self.reasons.get(name, ())],
                hint="Write one (docs/recipes.md), and name its folder with `--recipes`",
            )
        return Catalogue(recipes={name: self.recipes[name] for name in wanted}, reasons=self.reasons)


def _told(reason: Reason) -> str:
    instead = f"; {' or '.join(reason.instead)} instead" if reason.instead else ""
    return f"{reason.project} {reason.versions}: {reason.why}{instead}"


@cache
def own_recipes() -> Catalogue:
    """Those that come with lbuild."""
    return read_catalogue(())


def read_catalogue(folders: Iterable[Path], *, own: bool = True) -> Catalogue:
    """lbuild's recipes and those of `folders`, of which a later one goes before an earlier one and before
    `own`.

    A folder has `projects/`, `libraries/` and `reasons/`, or the recipes of projects themselves beside the
    other two. Raises InvalidRecipeError, several at once.
    """
    roots: list[Traversable] = [files(__package__)] if own else []
    for folder in folders:
        if not os.path.isdir(folder):
            raise InvalidRecipeError(
                f"There is no folder `{folder}` with recipes", hint="Name one that is there"
            )
        roots.append(folder)
    errors: list[LbuildError] = []
    libraries: dict[str, Library] = {}
    for root in roots:
        for library in _each(_texts(root / LIBRARIES), read_library, errors):
            libraries[library.name] = library
    errors += _circles(libraries)
    SeveralErrors.raise_any(errors)
    recipes: dict[NormalizedName, Recipe] = {}
    reasons: dict[NormalizedName, tuple[Reason, ...]] = {}
    for root in roots:
        projects = root / PROJECTS
        places = _texts(projects if projects.is_dir() else root)
        found = list(_each(places, lambda text, file: read_recipe(text, file, libraries), errors))
        errors += _twice(found)
        recipes |= {recipe.project: recipe for recipe in found}
        reasons |= _reasons(root, errors)
    SeveralErrors.raise_any(errors)
    return Catalogue(recipes=dict(sorted(recipes.items())), reasons=reasons)


def _reasons(root: Traversable, errors: list[LbuildError]) -> dict[NormalizedName, tuple[Reason, ...]]:
    found: dict[NormalizedName, tuple[Reason, ...]] = {}
    for some in _each(_texts(root / REASONS), read_reasons, errors):
        for reason in some:
            found[reason.project] = (*found.get(reason.project, ()), reason)
    for each in found.values():
        errors += [
            InvalidRecipeError(
                f"There are two reasons for `{one.project}` and one target", evidence=[one.file, other.file]
            )
            for one, other in overlaps(each)
        ]
    return found


def _texts(folder: Traversable) -> Iterator[tuple[str, bytes]]:
    """Path, for people, and bytes of every recipe in a folder; none where there is no folder."""
    if not folder.is_dir():
        return
    for each in sorted(folder.iterdir(), key=lambda each: each.name):
        if each.name.endswith(".toml") and each.is_file():
            yield str(each) if isinstance(folder, Path) else each.name, each.read_bytes()


def _each(
    texts: Iterable[tuple[str, bytes]], read: Callable[[str, str], Value], errors: list[LbuildError]
) -> Iterator[Value]:
    """What each text says; what is wrong is noted, and the next is read."""
    for file, content in texts:
        try:
            if len(content) > _LARGEST:
                raise InvalidRecipeError(f"The recipe `{file}` has more than {_LARGEST >> 20} MB")
            yield read(content.decode(), file)
        except UnicodeDecodeError as error:
            errors.append(InvalidRecipeError(f"The recipe `{file}` is not UTF-8", evidence=[str(error)]))
        except InvalidRecipeError as error:
            errors.append(error)


def _circles(libraries: Mapping[str, Library]) -> Iterator[LbuildError]:
    graph = {
        name: [each for each in library.needs if each in libraries] for name, library in libraries.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = " needs ".join(f"`{name}`" for name in reversed(error.args[1]))
        yield InvalidRecipeError("Libraries need each other", evidence=[circle])


def _twice(recipes: Iterable[Recipe]) -> Iterator[LbuildError]:
    seen: dict[NormalizedName, Recipe] = {}
    for recipe in recipes:
        if recipe.project in seen:
            yield InvalidRecipeError(
                f"There are two recipes of `{recipe.project}`",
                evidence=[seen[recipe.project].file, recipe.file],
                hint="Keep one; several versions may stand in it",
            )
        seen[recipe.project] = recipe
