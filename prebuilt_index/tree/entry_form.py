"""The JSON an entry is kept in, beside its wheel. Pure.

An entry has one text, so that two machines that built the same wheel the same way write the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, Final

from prebuilt_index.errors import DamagedEntryError
from prebuilt_index.simple.entries import is_digest
from prebuilt_index.simple.moments import moment_text
from prebuilt_index.tree.entry import Entry, Provenance, demand_wheel_name, is_plain

VERSION: Final = 1
"""Raised when a key changes its meaning or comes to be: readers refuse what they do not know."""
_SIZE_LIMIT: Final = 1 << 20
"""Bytes."""


def entry_as_json(entry: Entry) -> bytes:
    """The entry's one JSON text; ASCII."""
    form: dict[str, object] = {"version": VERSION} | _given(entry)
    if entry.upload_time is not None:
        form["upload_time"] = moment_text(entry.upload_time)
    if entry.provenance is not None:
        form["provenance"] = _given(entry.provenance)
    return json.dumps(form, sort_keys=True, indent=2).encode("ascii") + b"\n"


def entry_from_json(content: bytes, *, filename: str) -> Entry:
    """The entry in `content`, which must be about `filename`. Raises DamagedEntryError."""
    try:
        if len(content) > _SIZE_LIMIT:
            raise ValueError(f"{len(content):,} bytes, more than {_SIZE_LIMIT:,}")
        form = json.loads(content)
        return _entry(form, filename)
    except (ValueError, TypeError, RecursionError) as error:
        raise DamagedEntryError(
            f"The entry of `{filename}` cannot be used",
            evidence=[f"{error!s:.300}"],
            hint="Add the wheel again; `lbuild index verify` tells what else is damaged",
        ) from error


def _given(value: Entry | Provenance) -> dict[str, object]:
    """Field to value, those that say something."""
    every = {each.name: getattr(value, each.name) for each in fields(value)}
    empty: tuple[object, ...] = (None, (), {})
    return {
        name: dict(given) if isinstance(given, Mapping) else given
        for name, given in every.items()
        if given not in empty
    }


def _entry(form: Any, filename: str) -> Entry:
    table = _table(form, "it")
    version = table.pop("version", None)
    if version != VERSION:
        raise ValueError(f"its version is {version!r:.40}, this lbuild knows {VERSION}")
    _demand_known(table, Entry)
    if table.get("filename") != filename:
        raise ValueError(f"it is about {table.get('filename')!r:.200}")
    demand_wheel_name(filename)
    for name in ("sha256", "metadata_sha256"):
        if not is_digest("sha256", table.get(name)) or table[name] != table[name].lower():
            raise ValueError(f"`{name}` is no digest")
    size = table.get("size")
    if type(size) is not int or size < 0:
        raise ValueError("`size` is no number of bytes")
    moment = table.get("upload_time")
    return Entry(
        filename=filename,
        sha256=table["sha256"],
        size=size,
        metadata_sha256=table["metadata_sha256"],
        requires_python=_line(table, "requires_python"),
        yanked=_line(table, "yanked"),
        upload_time=None if moment is None else _moment(moment),
        provenance=_provenance(table["provenance"]) if "provenance" in table else None,
    )


def _provenance(form: Any) -> Provenance:
    table = _table(form, "`provenance`")
    _demand_known(table, Provenance)
    builder = _line(table, "builder")
    if builder is None:
        raise ValueError("`builder` is missing")
    toolchain = _table(table.get("toolchain", {}), "`toolchain`")
    single = ("backend", "target", "recipe", "recipe_sha256", "source", "source_sha256", "commit")
    return Provenance(
        builder=builder,
        **{name: _line(table, name) for name in single},
        toolchain={tool: _text(value, tool) for tool, value in sorted(toolchain.items())},
        requirements=_lines(table, "requirements"),
        notes=_lines(table, "notes"),
    )


def _table(form: Any, what: str) -> dict[str, Any]:
    if not isinstance(form, dict):
        raise TypeError(f"{what} is not a table")
    return dict(form)


def _demand_known(table: Mapping[str, object], kind: type[Entry] | type[Provenance]) -> None:
    unknown = sorted(set(table) - {each.name for each in fields(kind)})
    if unknown:
        raise ValueError(f"its key {unknown[0]!r:.100} is unknown")


def _line(table: Mapping[str, object], name: str) -> str | None:
    value = table.get(name)
    return None if value is None else _text(value, name)


def _lines(table: Mapping[str, object], name: str) -> tuple[str, ...]:
    values = table.get(name, [])
    if not isinstance(values, list):
        raise TypeError(f"`{name}` is not a list")
    return tuple(_text(value, name) for value in values)


def _text(value: object, name: str) -> str:
    if not isinstance(value, str) or not is_plain(value):
        raise ValueError(f"`{name}` is no text of one line")
    return value


def _moment(value: object) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    if moment is None or moment.tzinfo is None:
        raise ValueError("`upload_time` is no time with a zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("`upload_time` is before the first year or after the last") from error
