"""Wheels built here, remembered in the store.

Key: what was built (an sdist's sha256, a commit of a repository, the digest of a folder), the subdirectory,
the config settings, and the builder: its version and the Python it runs on, whose version a `setup.py` may
ask.
"""

import json
import sys

from builder.build.values import BuiltWheel, ConfigSettings
from prebuilt_index.store import Bucket, Store

BUILDER = f"pure-1 cp{sys.version_info[0]}{sys.version_info[1]}"
"""Raise the number when the same sources would give another wheel."""


def key_of(source: str, subdirectory: str | None, config_settings: ConfigSettings) -> str:
    return json.dumps([BUILDER, source, subdirectory or "", sorted(config_settings.items())])


def built_before(store: Store, sha256: str) -> BuiltWheel | None:
    """The wheel that was built of the sdist with this digest, without settings; None when none was."""
    return recall(store, key_of(f"sha256:{sha256}", None, {}))


def recall(store: Store, key: str) -> BuiltWheel | None:
    """The wheel built for `key`, if the store still has it whole."""
    record = store.get(Bucket.BUILT, key)
    if record is None:
        return None
    filename, sha256, commit = json.loads(record)
    path = store.blob(sha256)
    return None if path is None else BuiltWheel(path=path, filename=filename, sha256=sha256, commit=commit)


def remember(store: Store, key: str, wheel: BuiltWheel) -> None:
    store.put(Bucket.BUILT, key, json.dumps([wheel.filename, wheel.sha256, wheel.commit]).encode())
