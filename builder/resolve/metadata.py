"""What the resolver reads of core metadata: a few headers, fast and as leniently as pip.

Spec: Core metadata. Only the headers are read; a body of any length costs nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from packaging.utils import NormalizedName, canonicalize_name

_ONE = frozenset({"name", "version", "requires-python"})
_MANY = frozenset({"requires-dist", "provides-extra"})
_WANTED = _ONE | _MANY
_LONGEST = max(map(len, _WANTED))


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreMetadata:
    """The headers that decide a resolution, unparsed."""

    name: str
    """As written; empty when absent."""
    version: str
    """As written; empty when absent."""
    requires_python: str | None
    requires_dist: tuple[str, ...]
    provides_extra: frozenset[NormalizedName]


def read_metadata(data: bytes) -> CoreMetadata:
    """The headers of METADATA or PKG-INFO; bytes that are no UTF-8 become replacement characters."""
    one: dict[str, str] = {}
    many: dict[str, list[str]] = {key: [] for key in _MANY}
    for key, value in _headers(data):
        if key in _ONE:
            one.setdefault(key, value)
        else:
            many[key].append(value)
    return CoreMetadata(
        name=one.get("name", ""),
        version=one.get("version", ""),
        requires_python=one.get("requires-python") or None,
        requires_dist=tuple(many["requires-dist"]),
        provides_extra=frozenset(canonicalize_name(extra) for extra in many["provides-extra"]),
    )


def _headers(data: bytes) -> Iterator[tuple[str, str]]:
    """The wanted headers in order, keys in lower case, folded lines joined."""
    key, value = "", ""
    for line in _head(data).split("\n"):
        if line[:1] in " \t":
            # RFC 822: a line that begins with white space goes on with the header before it.
            value = f"{value} {line.strip()}" if key else ""
            continue
        if key:
            yield key, value
        found, _, value = line.partition(":")
        key = found.strip().lower() if len(found) <= _LONGEST + 1 else ""
        key = key if key in _WANTED else ""
        value = value.strip()
    if key:
        yield key, value


def _head(data: bytes) -> str:
    """The text before the first blank line."""
    ends = [end for mark in (b"\n\n", b"\r\n\r\n") if (end := data.find(mark)) != -1]
    return data[: min(ends, default=len(data))].decode("utf-8", "replace").lstrip("\ufeff")
