"""Proofs that bundles were read again and found right, kept under the digests of their zips."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from builder.errors import NotAsPlannedError
from builder.link.proofreading import PROOF_VERSION, proofread_zip
from builder.model import BundlePlan
from prebuilt_index.store import Bucket, Store


def proofread(plan: BundlePlan, store: Store) -> Callable[[Path, str], None]:
    """What looks at the zip that was written, before it takes its place, and the digest that it should have.

    One with the digest of a zip that was found right is only hashed. Raises NotAsPlannedError.
    """

    def look(path: Path, sha256: str) -> None:
        with open(path, "rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != sha256:
            raise NotAsPlannedError(
                "What was written, read again, is not what was planned",
                evidence=[f"sha256 of what was written: {sha256}", f"of what was read:  {found}"],
                hint="Look after the disk, or name an output on another one",
            )
        key = f"zip {sha256} {PROOF_VERSION}"
        if store.get(Bucket.CHECKS, key) is None:
            proofread_zip(plan, path)
            store.put(Bucket.CHECKS, key, b"")

    return look
