"""What Terraform asks: a JSON object of strings, read from standard input; nothing is built here.

The `external` data source hands its program such an object and wants one back (hashicorp/external,
docs/data-sources/external.md). Lists are JSON in a string (`jsonencode([...])`) or one item a line; an empty
string, which is how HCL has `null` there, says nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from builder.api.options import Resolving
from builder.errors import QueryError
from builder.project.tables import nearest
from manylinux.errors import SeveralErrors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LARGEST = 1024 * 1024
"""Bytes of a query."""
_DIGITS = 18
"""Of a number of bytes, at the most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleQuery:
    """One bundle: `requirements` and `output` and what else `lbuild` can be told."""

    output: str
    """As written, from `folder` if that is given: `filename` is the same in everybody's state."""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """Those of `builder.api.build_bundle`, but its output."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectQuery:
    """Functions of a project, with the layers they share."""

    function: str | None
    """The one that is asked for; None for all."""
    folder: str
    """As written."""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """Those of `builder.api.build_project`, but its folder and names."""


Query = BundleQuery | ProjectQuery


def read_query(data: bytes) -> Query:
    """What is asked. Raises QueryError, or SeveralErrors of such."""
    given = _object(data)
    whole = "project" in given
    known: Mapping[str, Callable[[str, str], Any]] = _PROJECT if whole else {**_BUNDLE, **_RESOLVING}
    faults: list[QueryError] = []
    values: dict[str, Any] = {}
    for key, text in given.items():
        if key not in known:
            faults.append(_unknown(key, whole, known))
            continue
        try:
            values[key] = known[key](key, text)
        except QueryError as error:
            faults.append(error)
    if not whole and "output" not in given:
        hint = 'Name a zip, such as `output = "${path.module}/build/api.zip"`; or a `project`'
        faults.append(QueryError("The query has no `output`", hint=hint))
    SeveralErrors.raise_any(faults)
    return _project(values) if whole else _bundle(values)


def _object(data: bytes) -> dict[str, str]:
    """What was given, without what says nothing."""
    hint = 'Let Terraform call it: `data "external"` with `program = ["lbuild", "terraform"]` and a `query`'
    if len(data) > LARGEST:
        raise QueryError("The query is too large", evidence=[f"more than {LARGEST:,} bytes"], hint=hint)
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        said = "there is nothing" if not data.strip() else str(error)
        raise QueryError("Standard input is no query", evidence=[said], hint=hint) from error
    if not isinstance(found, dict):
        raise QueryError(
            "The query is no JSON object", evidence=[f"it is a {type(found).__name__}"], hint=hint
        )
    faults = [
        QueryError(
            f"`{key}` of the query is no string",
            evidence=[f"it is {json.dumps(value)[:60]}"],
            hint="Terraform turns numbers and booleans into strings; lists need `jsonencode`",
        )
        for key, value in found.items()
        if not isinstance(value, str | None)
    ]
    faults += [
        QueryError(
            f"`{key}` of the query has a character that no text has",
            evidence=["NUL, or half of a surrogate pair"],
        )
        for key, value in found.items()
        if isinstance(value, str) and not _is_text(value)
    ]
    SeveralErrors.raise_any(faults)
    return {key: value for key, value in found.items() if value}


def _is_text(value: str) -> bool:
    """Whether a file could be called so: JSON can write what no file's name, and no UTF-8, can hold."""
    try:
        return b"\0" not in value.encode()
    except UnicodeEncodeError:
        return False


def _unknown(key: str, whole: bool, known: Mapping[str, object]) -> QueryError:
    if whole and key in _BUNDLE | _RESOLVING:
        return QueryError(
            f"`{key}` stands beside `project`",
            hint="Say it in the project's `lbuild.toml`, or ask for a bundle without `project`",
        )
    hint = nearest(key, known) or f"Known are: {', '.join(known)}"
    return QueryError(f"The query has a key `{key}` that nobody reads", hint=hint)


def _bundle(values: dict[str, Any]) -> BundleQuery:
    output = values.pop("output")
    resolving = {key: values.pop(key) for key in list(values) if key in _RESOLVING}
    return BundleQuery(output=output, arguments={**values, "resolving": Resolving(**resolving)})


def _project(values: dict[str, Any]) -> ProjectQuery:
    folder, function = values.pop("project"), values.pop("function", None)
    return ProjectQuery(function=function, folder=folder, arguments=values)


def _text(key: str, text: str) -> str:
    return text


def _flag(key: str, text: str) -> bool:
    if text not in ("true", "false"):
        raise QueryError(f"`{key}` is neither true nor false", evidence=[f"it is `{text}`"])
    return text == "true"


def _count(key: str, text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > _DIGITS:
        raise QueryError(f"`{key}` is no number of bytes", evidence=[f"it is `{text}`"])
    return int(text)


def _words(key: str, text: str) -> tuple[str, ...]:
    """A list in JSON, or an item a line."""
    if not text.lstrip().startswith("["):
        return tuple(line.strip() for line in text.splitlines() if line.strip())
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise QueryError(
            f"`{key}` is no list",
            evidence=[str(error)],
            hint="Write `jsonencode([...])`, or one item a line",
        ) from error
    if not all(isinstance(each, str) for each in found):
        raise QueryError(f"`{key}` is no list of strings", hint='Write it as `jsonencode(["...", "..."])`')
    return tuple(found)


def _inputs(key: str, text: str) -> tuple[str, ...]:
    words = _words(key, text)
    if "-" in words:
        raise QueryError(f"`{key}` names standard input, which is the query", hint="Name a file")
    return words


def _layer(key: str, text: str) -> bool | str:
    return text if text in ("python", "site-packages") else _flag(key, text)


def _moment(key: str, text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise QueryError(
            f"`{key}` is no date", evidence=[str(error)], hint="Write it as 2026-11-23"
        ) from error


def _one_of(*allowed: str) -> Callable[[str, str], str]:
    def read(key: str, text: str) -> str:
        if text not in allowed:
            raise QueryError(
                f"`{key}` is `{text}`, which means nothing", hint=f"Write one of: {', '.join(allowed)}"
            )
        return text

    return read


def _archive(key: str, text: str) -> str:
    if not text.lower().endswith(".zip"):
        raise QueryError(f"`{key}` is `{text}`, which is no name of a zip", hint="End it with `.zip`")
    return text


_BUNDLE: dict[str, Callable[[str, str], Any]] = {
    "requirements": _inputs,
    "output": _archive,
    "runtime": _text,
    "architecture": _text,
    "source": _text,
    "layer": _layer,
    "locked": _text,
    "slim": _one_of("none", "safe", "small"),
    "keep": _words,
    "drop": _words,
    "bytecode": _one_of("none", "auto", "all", "only"),
    "compile_in": _text,
    "optimize": _one_of("speed", "size"),
    "exclude": _words,
    "exclude_runtime_packages": _flag,
    "scripts": _flag,
    "max_size": _count,
    "fit": _flag,
    "allow": _words,
    "folder": _text,
}
"""Arguments of `builder.api.build_bundle`."""
_RESOLVING: dict[str, Callable[[str, str], Any]] = {
    "constraints": _words,
    "extras": _words,
    "groups": _words,
    "require_hashes": _flag,
    "prereleases": _flag,
    "prefer": _words,
    "exclude_newer": _moment,
    "only_binary": _words,
    "no_binary": _words,
    "build": _words,
    "strict_tags": _flag,
}
"""Fields of `builder.api.Resolving`."""
_PROJECT: dict[str, Callable[[str, str], Any]] = {
    "project": _text,
    "function": _text,
    "output": _text,
    "layers": _flag,
    "previous": _text,
    "bytecode": _one_of("none", "auto", "all"),
    "locked": _flag,
    "allow": _words,
}
"""Arguments of `builder.api.build_project`; `project` is its folder."""
