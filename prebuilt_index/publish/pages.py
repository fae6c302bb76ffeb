"""The pages of a place are made to fit the entries that are there, whoever else is at work."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from prebuilt_index.publish.rounds import rounds
from prebuilt_index.publish.shelf import remote_entries
from prebuilt_index.tree.layout import HTML, SIMPLE
from prebuilt_index.tree.pages import pages, project_pages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from concurrent.futures import Executor

    from prebuilt_index.publish.place import Listed, Place
    from prebuilt_index.tree.entry import Entry


class _Fate(Enum):
    """What became of one page."""

    WRITTEN = auto()
    AS_IT_WAS = auto()
    LOST = auto()
    """Somebody else has written it."""


def fit_pages(place: Place, known: Mapping[str, Entry], executor: Executor) -> tuple[int, int]:
    """Pages are those of the entries there; how many were written, and how many wheels they name.

    `known` are entries by file name, which need not be read where a listing shows that they are there.
    """
    written = 0
    for _ in rounds(place):
        before = place.listed(f"{SIMPLE}/")  # first: what is replaced must be older than what is known
        found = remote_entries(place, known, executor)
        fates = [
            fate for group in _groups(place, found.values(), before) for fate in executor.map(_fit, group)
        ]
        written += fates.count(_Fate.WRITTEN)
        # Where a place cannot replace by tag, only looking again tells that somebody else was at work.
        if _Fate.LOST not in fates and remote_entries(place, known, executor) == found:
            break
    return written, len(found)


@dataclass(frozen=True, slots=True)
class _Page:
    place: Place
    key: str
    content: bytes
    before: Listed | None


def _groups(place: Place, found: Iterable[Entry], before: Mapping[str, Listed]) -> Iterator[list[_Page]]:
    """All pages: those of projects, then the lists that lead to them."""
    wanted = _wanted(place, found, before)
    made = [_Page(place, key, content, before.get(key)) for key, content in sorted(wanted.items())]
    yield [page for page in made if page.key.count("/") == 2]
    yield [page for page in made if page.key.count("/") == 1]


def _wanted(place: Place, found: Iterable[Entry], before: Iterable[str]) -> Mapping[str, bytes]:
    """Key to content of all pages; a project that has lost its files has pages that list none."""
    wanted = dict(pages(found))
    for key in before:
        project, slash, name = key.removeprefix(f"{SIMPLE}/").partition("/")
        if slash and name == HTML and key not in wanted:
            wanted.update(project_pages(canonicalize_name(project), ()))
    if place.serves_folders:
        return wanted
    # Plain object storage: who asks for `simple/demo/` gets the object of that very name.
    folders = {key.removesuffix(HTML): content for key, content in wanted.items() if key.endswith(f"/{HTML}")}
    return {**wanted, **folders}


def _fit(page: _Page) -> _Fate:
    place, key, content, before = page.place, page.key, page.content, page.before
    if before is None:
        return _Fate.WRITTEN if place.write(key, content, None) else _Fate.LOST
    if place.tag_of(content) == before.tag:
        return _Fate.AS_IT_WAS
    if len(content) == before.size and place.read(key) == (content, before.tag):
        return _Fate.AS_IT_WAS
    return _Fate.WRITTEN if place.write(key, content, before.tag) else _Fate.LOST
