"""Facts of wheels in the store: read once for each content, and asked for by every later run.

Bucket and key: `Bucket.FACTS`, the wheel's sha256, version of the wheel rules and of the facts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from manylinux.elf.records import FACTS_VERSION, from_table, to_table
from prebuilt_index.store import Bucket
from prebuilt_index.wheel_archive.rules import RULES_VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from manylinux.elf.facts import Binary
    from prebuilt_index.store import Store
    from prebuilt_index.wheel_archive import VerifiedWheel


def kept_binaries(store: Store, wheel: VerifiedWheel) -> Mapping[str, Binary] | None:
    """What the wheel's compiled files were found to say earlier; None when nobody has looked."""
    record = store.get(Bucket.FACTS, _key(wheel))
    return None if record is None else from_table(record)


def keep_binaries(store: Store, wheel: VerifiedWheel, binaries: Mapping[str, Binary]) -> None:
    """`kept_binaries` gives them from now on."""
    store.put(Bucket.FACTS, _key(wheel), to_table(binaries))


def _key(wheel: VerifiedWheel) -> str:
    return f"{wheel.sha256} rules {RULES_VERSION} facts {FACTS_VERSION}"
