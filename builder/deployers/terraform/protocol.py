"""One question and its answer."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from builder.api import build_bundle, build_project
from builder.deployers.terraform.answer import bundle_answer, function_answer, project_answer
from builder.deployers.terraform.query import BundleQuery, ProjectQuery, read_query

if TYPE_CHECKING:
    from builder.api import Cache, Indexes, Talk


def answer(data: bytes, *, indexes: Indexes, cache: Cache, talk: Talk) -> dict[str, str]:
    """Build what the query `data` asks for and answer it. Raises QueryError, and what building raises."""
    query = read_query(data)
    if isinstance(query, BundleQuery):
        return _bundle(query, indexes, cache, talk)
    return _project(query, indexes, cache, talk)


def _bundle(query: BundleQuery, indexes: Indexes, cache: Cache, talk: Talk) -> dict[str, str]:
    built = build_bundle(output=query.output, indexes=indexes, cache=cache, talk=talk, **query.arguments)
    # As Terraform sees it, whose folder the query's own is relative to.
    return bundle_answer(built, posixpath.join(query.arguments.get("folder", ""), query.output))


def _project(query: ProjectQuery, indexes: Indexes, cache: Cache, talk: Talk) -> dict[str, str]:
    names = () if query.function is None else (query.function,)
    run = build_project(query.folder, names, indexes=indexes, cache=cache, talk=talk, **query.arguments)
    if query.function is not None:
        return function_answer(run, query.function, query.folder)
    return project_answer(run, tuple(sorted(run.functions)), query.folder)
