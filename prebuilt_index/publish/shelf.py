"""What a place offers at present: its entries, read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prebuilt_index.tree.entry_form import entry_as_json, entry_from_json
from prebuilt_index.tree.layout import ENTRY, FILES, entry_path, metadata_path, wheel_path

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Executor

    from prebuilt_index.publish.place import Listed, Place
    from prebuilt_index.tree.entry import Entry


def remote_entries(place: Place, known: Mapping[str, Entry], executor: Executor) -> Mapping[str, Entry]:
    """What the place offers, by file name. Raises DamagedEntryError, and what the place raises.

    What a listing shows to be equal to a known entry is not read. A wheel whose file or metadata is missing
    is left out: somebody took it away.
    """
    listed = place.listed(f"{FILES}/")
    names = [
        name
        for key in sorted(listed)
        if key.endswith(ENTRY)
        and key == entry_path(name := key.rpartition("/")[2].removesuffix(ENTRY))
        and wheel_path(name) in listed
        and metadata_path(name) in listed
    ]

    def read(name: str) -> Entry | None:
        there = listed[entry_path(name)]
        if name in known and _is_equal(place, known[name], there):
            return known[name]
        found = place.read(entry_path(name))
        return None if found is None else entry_from_json(found[0], filename=name)

    found = zip(names, executor.map(read, names), strict=True)
    return {name: entry for name, entry in found if entry is not None}


def _is_equal(place: Place, entry: Entry, there: Listed) -> bool:
    content = entry_as_json(entry)
    return len(content) == there.size and place.tag_of(content) == there.tag
