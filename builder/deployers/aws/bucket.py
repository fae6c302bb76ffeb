"""Zips that are too large to be sent with a request, put into a bucket under the name of their content."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from builder.errors import AccessDeniedError, NotAsUploadedError, NotThereError, TooLargeError
from builder.report.sizes import human
from manylinux.errors import EnvironmentFault, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from builder.deployers.aws.port import Service
    from builder.deployers.aws.values import Terms, Zip


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """How Lambda gets the bytes of a zip."""

    code: Mapping[str, Any]
    """`ZipFile`, or `S3Bucket` and `S3Key`."""
    through: str | None = None
    """`s3://BUCKET/KEY`."""


def sent(zip_: Zip, terms: Terms, objects: Service, limit: int, advance: Callable[[int], None]) -> Sent:
    """`zip_` where Lambda can take it from: in the request itself below `limit` bytes, else in the bucket.

    An object with this key and digest is not uploaded again. `advance` is told of bytes that have gone.
    Raises TooLargeError without a bucket, NotThereError and UsageError for a bucket that does not fit.
    """
    if zip_.size < limit:
        content = _read(zip_)
        return Sent(code={"ZipFile": content})
    bucket = demand_bucket(zip_, terms, limit).replace("{region}", objects.region)
    key = f"{terms.prefix}{zip_.sha256}.zip"
    where = Sent(code={"S3Bucket": bucket, "S3Key": key}, through=f"s3://{bucket}/{key}")
    _demand_here(bucket, objects)
    if not _is_there(zip_, bucket, key, objects):
        with _opened(zip_) as file:
            # S3 computes the digest too, and keeps nothing that differs.
            objects.ask(
                "put_object",
                f"bucket `{bucket}`",
                Bucket=bucket,
                Key=key,
                Body=_Told(file, advance),
                ContentLength=zip_.size,
                ChecksumAlgorithm="SHA256",
                ChecksumSHA256=zip_.code_sha256,
            )
    return where


def demand_ready(zip_: Zip, terms: Terms, objects: Service, limit: int) -> None:
    """Raises what `sent` would, as far as that can be known without sending."""
    if zip_.size >= limit:
        _demand_here(demand_bucket(zip_, terms, limit).replace("{region}", objects.region), objects)


def demand_bucket(zip_: Zip, terms: Terms, limit: int) -> str:
    """The bucket's name, `{region}` in it still. Raises TooLargeError where none is named."""
    if terms.bucket is None:
        raise TooLargeError(
            f"`{zip_.path}` is too large to be sent to Lambda directly",
            evidence=[f"{zip_.size:,} bytes; it must be smaller than {limit:,} ({human(limit)})"],
            hint="Name a bucket to send it through: `--s3-bucket NAME`",
        )
    return terms.bucket


def _demand_here(bucket: str, objects: Service) -> None:
    """Lambda takes zips only from buckets of its own region."""
    try:
        answer = objects.ask("head_bucket", f"bucket `{bucket}`", Bucket=bucket)
    except AccessDeniedError:
        return  # looking is not needed for writing; if that is not allowed either, it will tell
    except NotThereError as error:
        error.hint = f"Make it: `aws s3 mb s3://{bucket} --region {objects.region}`"
        raise
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    region = answer.get("BucketRegion") or headers.get("x-amz-bucket-region") or objects.region
    if region != objects.region:
        raise UsageError(
            f"The bucket `{bucket}` is in another region than the function",
            evidence=[f"the bucket is in {region}; Lambda in {objects.region} does not take zips from there"],
            hint="Name a bucket of each region with `{region}` in its name: `--s3-bucket 'zips-{region}'`",
        )


def _is_there(zip_: Zip, bucket: str, key: str, objects: Service) -> bool:
    try:
        answer = objects.ask(
            "head_object", f"`s3://{bucket}/{key}`", Bucket=bucket, Key=key, ChecksumMode="ENABLED"
        )
    except (NotThereError, AccessDeniedError):  # S3 says the latter of what is not there to who may not list
        return False
    return answer.get("ChecksumSHA256") == zip_.code_sha256 and answer.get("ContentLength") == zip_.size


def _read(zip_: Zip) -> bytes:
    """The bytes that were hashed. Lambda would make a function of others before it tells their digest."""
    with _opened(zip_) as file:
        content = file.read()
    if hashlib.sha256(content).hexdigest() != zip_.sha256:
        raise NotAsUploadedError(
            f"`{zip_.path}` has changed since it was looked at", hint="Run it again when it is whole"
        )
    return content


def _opened(zip_: Zip) -> BinaryIO:
    try:
        return zip_.path.open("rb")
    except OSError as error:
        raise EnvironmentFault(
            f"`{zip_.path}` cannot be read", evidence=[error.strerror or str(error)]
        ) from error


class _Told(io.RawIOBase):
    """A file that tells how far it has been read; what is read again is not told again."""

    def __init__(self, file: BinaryIO, advance: Callable[[int], None]) -> None:
        self._file = file
        self._advance = advance
        self._furthest = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer: Any) -> int:
        count = self._file.readinto(buffer)  # type: ignore[attr-defined]  # a file opened with "rb" has it
        if (reached := self._file.tell()) > self._furthest:
            self._advance(reached - self._furthest)
            self._furthest = reached
        return int(count)
