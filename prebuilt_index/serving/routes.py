"""What a path asks for. Pure.

Only names that the index itself can write are let through: whatever else a path holds, `..`, an escaped
slash, a drive, leads nowhere, and the disk is not asked.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from packaging.utils import NormalizedName, canonicalize_name

from prebuilt_index.tree.layout import ENTRY, FILES, HTML, JSON, METADATA, SIMPLE, page_path

PROJECT: Final = "project"
"""The first part of the paths of a person's pages."""
_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,198}[A-Za-z0-9])?")
"""A project's, as PEP 508 has them."""
_FILE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._]*-[A-Za-z0-9._+!-]+\.whl(?:\.metadata|\.entry\.json)?")
_PATH_LIMIT: Final = 1024
"""Characters. The longest name of a file on most systems has 255."""


class Kind(Enum):
    """What a file of the index is."""

    WHEEL = "application/octet-stream"
    METADATA = "text/plain; charset=utf-8"
    ENTRY = "application/json"

    @property
    def is_immutable(self) -> bool:
        """Whether its bytes are the same for ever. An entry changes when its wheel is yanked."""
        return self is not Kind.ENTRY


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontPage:
    """The page for people: all projects, or those that were searched for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonsPage:
    """The page for people about one project."""

    project: NormalizedName


@dataclass(frozen=True, slots=True, kw_only=True)
class SimplePage:
    """A page of the simple repository API."""

    project: NormalizedName | None
    """None: the list of projects."""
    name: str | None = None
    """`index.html` or `index.json` when the path says so itself; else the client's Accept decides."""

    def path(self, name: str) -> str:
        """Where the page is, below the index's folder."""
        return page_path(self.project, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedFile:
    """A wheel, or one of the two files beside it."""

    path: str
    """Below the index's folder."""
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The same thing has its place elsewhere: under the normalised name, or behind a slash."""

    path: str
    """Absolute, and safe in a header."""


class Nothing(Enum):
    """Why a path leads nowhere."""

    NOT_FOUND = "not found"
    MALFORMED = "malformed"


Route = FrontPage | PersonsPage | SimplePage | IndexedFile | Moved | Nothing


def route(path: str) -> Route:
    """What `path` asks for; it is decoded, and begins with a slash."""
    if not path.isprintable():
        return Nothing.MALFORMED
    if len(path) > _PATH_LIMIT:
        return Nothing.NOT_FOUND
    match path.split("/"):
        case ["", ""]:
            return FrontPage()
        case ["", "simple" | "project" as first]:
            return Moved(path=f"/{first}/" if first == SIMPLE else "/")
        case ["", "project", ""]:
            return Moved(path="/")
        case ["", "simple", ""]:
            return SimplePage(project=None)
        case ["", "simple", "index.html" | "index.json" as page]:
            return SimplePage(project=None, name=page)
        case ["", "simple" | "project" as first, name] | ["", "simple" | "project" as first, name, ""]:
            return _project(first, name, path)
        case ["", "simple", name, "index.html" | "index.json" as page] if _is_normal(name):
            return SimplePage(project=canonicalize_name(name), name=page)
        case ["", "files", folder, name] if _is_normal(folder) and _FILE.fullmatch(name):
            return IndexedFile(path=f"{FILES}/{folder}/{name}", kind=_kind(name))
    return Nothing.NOT_FOUND


def _project(first: str, name: str, path: str) -> Route:
    if not _NAME.fullmatch(name):
        return Nothing.NOT_FOUND
    project = canonicalize_name(name)
    proper = f"/{first}/{project}/"
    if path != proper:
        return Moved(path=proper)
    return SimplePage(project=project) if first == SIMPLE else PersonsPage(project=project)


def _is_normal(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and canonicalize_name(name) == name


def _kind(name: str) -> Kind:
    if name.endswith(METADATA):
        return Kind.METADATA
    return Kind.ENTRY if name.endswith(ENTRY) else Kind.WHEEL


def page_kind(name: str) -> str:
    """The media type of a page that was asked for by its file name."""
    return "application/vnd.pypi.simple.v1+json" if name == JSON else "text/html" if name == HTML else ""
