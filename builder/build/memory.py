"""Wheels built here, remembered in the store.

Key: what was built (an sdist's sha256, a commit of a repository, the digest of a folder), the subdirectory,
the config settings, and the builder: its version and the Python it runs on, whose version a `setup.py` may
ask.
"""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict

from builder.build.values import BuiltWheel, ConfigSettings, Provenance
from prebuilt_index.store import Bucket, Store

BUILDER = f"pure-1 cp{sys.version_info[0]}{sys.version_info[1]}"
"""Raise the number when the same sources would give another wheel."""


def key_of(
    source: str, subdirectory: str | None, config_settings: ConfigSettings, builder: str = BUILDER
) -> str:
    return json.dumps([builder, source, subdirectory or "", sorted(config_settings.items())])


def built_before(store: Store, sha256: str, builders: Iterable[str] = ()) -> BuiltWheel | None:
    """The wheel that was built of the sdist with this digest, without settings; None when none was.

    `builders`: beside pure Python, what else may have built it; the first that has counts.
    """
    return recall_any(store, f"sha256:{sha256}", None, {}, builders)


def recall_any(
    store: Store,
    source: str,
    subdirectory: str | None,
    config_settings: ConfigSettings,
    builders: Iterable[str],
) -> BuiltWheel | None:
    """The wheel of a source, whoever of the builders made it: what is pure fits every target.

    The first of the builders is the cheapest to know; what another made is remembered as its own too.
    """
    if built := recall(store, key_of(source, subdirectory, config_settings)):
        return built
    first = None
    for builder in builders:
        key = key_of(source, subdirectory, config_settings, builder)
        if built := recall(store, key):
            if first is not None:
                remember(store, first, built)
            return built
        first = first or key
    return None


def recall(store: Store, key: str) -> BuiltWheel | None:
    """The wheel built for `key`, if the store still has it whole."""
    record = store.get(Bucket.BUILT, key)
    if record is None:
        return None
    filename, sha256, commit, *story = json.loads(record)
    path = store.blob(sha256)
    if path is None:
        return None
    provenance = _provenance(story[0]) if story and story[0] else None
    return BuiltWheel(path=path, filename=filename, sha256=sha256, commit=commit, provenance=provenance)


def remember(store: Store, key: str, wheel: BuiltWheel) -> None:
    story = asdict(wheel.provenance) if wheel.provenance else None
    store.put(Bucket.BUILT, key, json.dumps([wheel.filename, wheel.sha256, wheel.commit, story]).encode())
    if story:
        store.put(Bucket.BUILT, _story_key(wheel.sha256), json.dumps(story).encode())


def provenance_of(store: Store, sha256: str) -> Provenance | None:
    """How the wheel with this digest was compiled; None when it was not compiled here."""
    record = store.get(Bucket.BUILT, _story_key(sha256))
    return None if record is None else _provenance(json.loads(record))


def _story_key(sha256: str) -> str:
    return f"story of {sha256}"


def _provenance(story: dict[str, object]) -> Provenance:
    values: dict[str, object] = {
        name: tuple(tuple(each) if isinstance(each, list) else each for each in value)
        if isinstance(value, list)
        else value
        for name, value in story.items()
    }
    return Provenance(**values)  # type: ignore[arg-type]  # as `asdict` gave them
