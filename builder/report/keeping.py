"""Reports kept in the store under the digests of their bundles, to be asked later what was left out.

The record: what `mark_of` gives, a line feed, and the report as JSON on one line.
"""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256 as hashed
from typing import Any

from builder.model import Drop
from prebuilt_index.store import Bucket, Store


def mark_of(drops: Sequence[Drop], excluded: Mapping[str, str]) -> bytes:
    """Tells apart reports of equal bundles that were left different things, or for other reasons."""
    rows = [
        *(f"{drop.rule}\0{drop.owner}\0{drop.path}" for drop in drops),
        *map("\0".join, sorted(excluded.items())),
    ]
    return hashed("\n".join(rows).encode(errors="surrogatepass")).hexdigest().encode("ascii")


def keep_report(store: Store, sha256: str, form: Mapping[str, Any], mark: bytes) -> None:
    """`form` is what `report_of` gives for the bundle from now on. Raises StoreError."""
    text = json.dumps(form, separators=(",", ":")).encode()
    store.put(Bucket.REPORTS, sha256, mark + b"\n" + text)


def is_kept(store: Store, sha256: str, mark: bytes) -> bool:
    """Whether there is a report of the bundle with this mark: they are equal but for times and paths."""
    record = store.get(Bucket.REPORTS, sha256)
    return record is not None and record.startswith(mark + b"\n")


def report_of(store: Store, sha256: str) -> Mapping[str, Any] | None:
    """The report, in its JSON form, of the last build that gave this bundle; None when none was kept."""
    record = store.get(Bucket.REPORTS, sha256)
    if record is None:
        return None
    form = json.loads(record.rpartition(b"\n")[2])
    return form if isinstance(form, dict) else None
