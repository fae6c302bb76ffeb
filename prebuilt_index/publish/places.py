"""Which place is meant: a folder, or a bucket as `s3://NAME/PREFIX`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from manylinux.errors import UsageError
from prebuilt_index.errors import NoBucketError
from prebuilt_index.urls import redacted

if TYPE_CHECKING:
    from prebuilt_index.publish.place import Place

_S3: Final = "s3://"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


def place_at(where: str, *, endpoint: str | None = None) -> Place:
    """The place that a user names; `endpoint` is the URL of a storage that speaks like S3.

    Raises NoBucketError for what can be no bucket, UsageError for what is neither, and what the place raises.
    """
    if where.lower().startswith(_S3):
        from prebuilt_index.publish.bucket import Bucket

        name, _, prefix = where[len(_S3) :].partition("/")
        if not _NAME.fullmatch(name):
            raise NoBucketError(
                f"`{name}` is not the name of a bucket", hint="Write `s3://BUCKET` or `s3://BUCKET/PREFIX`"
            )
        parts = prefix.rstrip("/").split("/") if prefix.strip("/") else []
        if not all(parts) or {".", ".."} & set(parts) or not prefix.isprintable():
            raise UsageError(
                f"`{where}` has a prefix that URLs would change", hint="Write it without `//` and `..`"
            )
        return Bucket(name, prefix, endpoint=endpoint)
    if "://" in where:
        raise UsageError(
            f"`{redacted(where)}` cannot be published to", hint="Name a folder, or `s3://BUCKET/PREFIX`"
        )
    from prebuilt_index.publish.folder import Folder

    return Folder(Path(where))
