"""Wheels built here, remembered in the store.

Key: what was built (an sdist's sha256, a commit of a repository, the digest of a folder), the subdirectory,
the config settings, and the builder: its version and the Python it runs on, whose version a `setup.py` may
ask.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from builder import VERSION
from builder.build.values import BuiltWheel, ConfigSettings, Provenance
from prebuilt_index.store import Bucket, Store, upkeep

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
    *,
    pure: bool = True,
) -> BuiltWheel | None:
    """The wheel of a source, whoever of the builders made it: what is pure fits every target.

    The first of the builders is the cheapest to know; what another made is remembered as its own too. Without
    `pure`, what was built without the builders does not count.
    """
    if pure and (built := recall(store, key_of(source, subdirectory, config_settings))):
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
    found = kept_wheel(json.loads(record))
    path = store.blob(found.sha256)
    if path is None:
        return None
    return BuiltWheel(
        path=path,
        filename=found.filename,
        sha256=found.sha256,
        commit=found.commit,
        provenance=found.story,
    )


def remember(store: Store, key: str, wheel: BuiltWheel) -> None:
    story = asdict(wheel.provenance) if wheel.provenance else None
    record = [wheel.filename, wheel.sha256, wheel.commit, story, [VERSION, key]]
    store.put(Bucket.BUILT, key, json.dumps(record).encode())
    if story:
        store.put(Bucket.BUILT, _story_key(wheel.sha256), json.dumps(story).encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptWheel:
    """What the store remembers of a wheel that was built."""

    filename: str
    sha256: str
    commit: str | None
    story: Provenance | None
    """None: pure Python."""
    lbuild: str | None = None
    """Version that remembered it; None: an older one than tells."""
    builder: str | None = None
    """As the key has it, such as `native-1 cp3.13 x86_64 glibc 2.34 ... zig: ...`."""
    source: str | None = None
    """As the key has it, such as `sha256:...`."""


def kept_wheels(store: Store) -> Iterator[KeptWheel]:
    """Every wheel that was built and is remembered, some of them several times."""
    for record in upkeep.values(store, Bucket.BUILT):
        form = json.loads(record)
        if isinstance(form, list):  # beside records there are stories, and metadata
            yield kept_wheel(form)


def kept_wheel(form: Sequence[Any]) -> KeptWheel:
    filename, sha256, commit, *rest = form
    story = _provenance(rest[0]) if rest and rest[0] else None
    lbuild = builder = source = None
    if len(rest) > 1:
        lbuild, key = rest[1]
        builder, source, *_ = json.loads(key)
    return KeptWheel(
        filename=filename,
        sha256=sha256,
        commit=commit,
        story=story,
        lbuild=lbuild,
        builder=builder,
        source=source,
    )


def recall_metadata(store: Store, key: str) -> bytes | None:
    """METADATA that was prepared for `key` without a wheel."""
    record = store.get(Bucket.BUILT, f"metadata of {key}")
    return None if record is None else bytes.fromhex(json.loads(record)["metadata"])


def remember_metadata(store: Store, key: str, metadata: bytes) -> None:
    """Later wheels of the same key have to agree with it."""
    record = {"metadata": metadata.hex()}
    store.put(Bucket.BUILT, f"metadata of {key}", json.dumps(record).encode())


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
