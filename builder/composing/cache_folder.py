"""Where the store of a run is."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from prebuilt_index.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from builder.choices.wishes import CacheChoices


def cache_folder(chosen: Path | None) -> Path:
    """The store's folder: the one chosen or in `LBUILD_CACHE_DIR`, else the user's cache folder."""
    if chosen is not None:
        return chosen
    if named := os.environ.get("LBUILD_CACHE_DIR"):
        return Path(named)
    from platformdirs import user_cache_path

    return user_cache_path("lbuild", appauthor=False)


@contextmanager
def opened_store(caching: CacheChoices) -> Iterator[Store]:
    """The store of one run; gone afterwards with `--no-cache`."""
    store = Store.temporary() if caching.no_cache else Store.open(cache_folder(caching.cache_dir))
    try:
        yield store
    finally:
        store.close()
