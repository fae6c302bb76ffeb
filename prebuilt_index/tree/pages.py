"""The pages of an index, which follow from its entries and nothing else. Pure."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from packaging.version import Version

from prebuilt_index.artefacts import IndexFile, ProjectPage
from prebuilt_index.simple.rendering import (
    project_as_html,
    project_as_json,
    projects_as_html,
    projects_as_json,
)
from prebuilt_index.simple.versions import version_of
from prebuilt_index.tree.layout import HTML, JSON, page_path, url_from_page

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from packaging.utils import NormalizedName

    from prebuilt_index.tree.entry import Entry

_NO_VERSION = Version("0")


def pages(entries: Iterable[Entry], beside: Collection[NormalizedName] = ()) -> Mapping[str, bytes]:
    """Path to content of every page; those of projects before the list of projects, which leads to them.

    `beside`: projects of which some entry cannot be read. They are on the list, and what their own pages
    should say nobody knows: those are left out.
    """
    found: dict[str, bytes] = {}
    ordered = sorted(entries, key=_order)
    for project, group in groupby(ordered, key=lambda entry: entry.project):
        if project not in beside:
            found.update(project_pages(project, group))
    return {**found, **list_pages((*(entry.project for entry in ordered), *beside))}


def project_pages(project: NormalizedName, entries: Iterable[Entry]) -> Mapping[str, bytes]:
    """Path to content of both pages of a project."""
    files = tuple(map(_listed, sorted(entries, key=_order)))
    page = ProjectPage(name=project, files=files, filenames=tuple(file.filename for file in files))
    return {
        page_path(project, JSON): project_as_json(page),
        page_path(project, HTML): project_as_html(page),
    }


def list_pages(projects: Iterable[NormalizedName]) -> Mapping[str, bytes]:
    """Path to content of both lists of projects."""
    names = frozenset(projects)
    return {page_path(None, JSON): projects_as_json(names), page_path(None, HTML): projects_as_html(names)}


def _order(entry: Entry) -> tuple[str, Version, str]:
    return entry.project, version_of(entry.filename) or _NO_VERSION, entry.filename


def _listed(entry: Entry) -> IndexFile:
    return IndexFile(
        filename=entry.filename,
        url=url_from_page(entry.filename),
        hashes={"sha256": entry.sha256},
        size=entry.size,
        requires_python=entry.requires_python,
        upload_time=entry.upload_time,
        yanked=entry.yanked,
        metadata_hashes={"sha256": entry.metadata_sha256},
    )
