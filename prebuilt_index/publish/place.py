"""What publishing needs of a place that holds an index, and how its objects are to be served. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from prebuilt_index.tree.layout import ENTRY, HTML, JSON, METADATA

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_FOR_EVER = "public, max-age=31536000, immutable"
"""A wheel's bytes never change."""
_BRIEFLY = "public, max-age=60"
"""How long a reader may not see what was just published."""


class Listed(NamedTuple):
    """An object as a listing tells of it."""

    size: int
    """Bytes."""
    tag: str
    """Another one when the content is another."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How an object is served."""

    content_type: str
    cache_control: str


class Place(Protocol):
    """Objects under keys, which are paths of `tree.layout`. Every method may be called from any thread.

    All raise errors of `manylinux.errors` alone.
    """

    url: str
    """For people; no credentials."""
    serves_folders: bool
    """Whoever reads `simple/PROJECT/` gets its `index.html`; else that key needs an object of its own."""

    def listed(self, below: str) -> Mapping[str, Listed]:
        """Every object whose key begins with `below`; what was written before is listed."""
        ...

    def tag_of(self, content: bytes) -> str | None:
        """The tag an object with this content has; None where that cannot be known."""
        ...

    def read(self, key: str) -> tuple[bytes, str] | None:
        """Content and tag of an object; None when there is none."""
        ...

    def send(self, key: str, source: Path, sha256: str) -> bool:
        """A new object has the content of a file with this digest; False when there is an object already.

        Nobody sees a part of it. Raises HashMismatchError when what arrived has another digest.
        """
        ...

    def sha256(self, key: str) -> str | None:
        """The digest of an object; None when there is none."""
        ...

    def write(self, key: str, content: bytes, over: str | None) -> bool:
        """The object has this content; False when it is not, or no more, the one with the tag `over`.

        With None there must be none. Nobody sees a part of it.
        """
        ...


def kind_of(key: str) -> Kind:
    """How the object under a key is served."""
    name = key.rpartition("/")[2]
    if name == JSON:
        return Kind("application/vnd.pypi.simple.v1+json", _BRIEFLY)
    if name in (HTML, ""):
        return Kind("text/html; charset=utf-8", _BRIEFLY)
    if name.endswith(ENTRY):
        return Kind("application/json", _BRIEFLY)
    if name.endswith(METADATA):
        return Kind("text/plain; charset=utf-8", _FOR_EVER)
    return Kind("application/octet-stream", _FOR_EVER)
