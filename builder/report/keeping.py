"""Reports kept in the store under the digests of their bundles, to be asked later what was left out."""

import json
from collections.abc import Mapping
from typing import Any

from prebuilt_index.store import Bucket, Store


def keep_report(store: Store, sha256: str, form: Mapping[str, Any]) -> None:
    """`form` is what `report_of` gives for the bundle from now on. Raises StoreError."""
    store.put(Bucket.REPORTS, sha256, json.dumps(form, separators=(",", ":")).encode())


def is_kept(store: Store, sha256: str) -> bool:
    """Whether there is a report of the bundle: equal bundles have equal reports but for times and paths."""
    return store.get(Bucket.REPORTS, sha256) is not None


def report_of(store: Store, sha256: str) -> Mapping[str, Any] | None:
    """The report, in its JSON form, of a build that gave this bundle; None when none was kept."""
    record = store.get(Bucket.REPORTS, sha256)
    if record is None:
        return None
    form = json.loads(record)
    return form if isinstance(form, dict) else None
