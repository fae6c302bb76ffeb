"""A bucket of S3, or of what speaks like it, as a place. The one module that loads boto3.

Objects are written whole and listed at once, as S3 promises. A wheel is only ever created
(`If-None-Match: *`), a page only replaced in the state it was seen in (`If-Match`). With a storage that knows
neither header, what happens between looking and writing is not seen; publishing then looks again.
"""

from __future__ import annotations

import base64
import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from prebuilt_index.errors import (
    BucketRefusedError,
    BucketUnreachableError,
    HashMismatchError,
    NoBotoError,
    NoBucketError,
)
from prebuilt_index.index.reading import reading
from prebuilt_index.publish.place import Listed, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_TRIES: Final = 6
"""Of one request, the first one included."""
_CHUNK: Final = 1 << 20
"""Bytes."""
_ABSENT: Final = frozenset({"404", "NoSuchKey", "NotFound"})
_TAKEN: Final = frozenset({"412", "PreconditionFailed", "409", "ConditionalRequestConflict"})
_UNKNOWN: Final = frozenset({"501", "NotImplemented"})
_MISSING: Final = frozenset({"NoSuchBucket"})
_REFUSED: Final = frozenset(
    {
        "401",
        "403",
        "AccessDenied",
        "AccountProblem",
        "AllAccessDisabled",
        "ExpiredToken",
        "Forbidden",
        "InvalidAccessKeyId",
        "InvalidToken",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
        "TokenRefreshRequired",
    }
)
_CHANGED: Final = frozenset({"BadDigest", "XAmzContentSHA256Mismatch", "InvalidDigest"})


class Bucket:
    """Objects of a bucket whose keys begin with a prefix.

    Credentials, region and endpoint are those that boto3 finds: AWS_PROFILE, AWS_ENDPOINT_URL and so on.
    """

    serves_folders = False

    def __init__(self, name: str, prefix: str, *, endpoint: str | None = None) -> None:
        self._name = name
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self.url = f"s3://{name}/{self._prefix}".rstrip("/")
        self._client = _client(endpoint)
        self.replaces_blindly = False

    def listed(self, below: str) -> Mapping[str, Listed]:
        found = {}
        with self._asked("list"):
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._name, Prefix=self._prefix + below):
                for each in page.get("Contents", ()):
                    key = each["Key"].removeprefix(self._prefix)
                    found[key] = Listed(each["Size"], each["ETag"].strip('"'))
        return found

    def tag_of(self, content: bytes) -> str | None:
        """What S3 calls an ETag: of an object that was sent in one piece its MD5.

        Where a bucket is encrypted with a key of KMS it is another, and equal content is written again.
        """
        return hashlib.md5(content, usedforsecurity=False).hexdigest()

    def read(self, key: str) -> tuple[bytes, str] | None:
        with self._asked("read", absent=True):
            answer = self._client.get_object(Bucket=self._name, Key=self._prefix + key)
            return answer["Body"].read(), answer["ETag"].strip('"')

    def sha256(self, key: str) -> str | None:
        with self._asked("read", absent=True):
            body = self._client.get_object(Bucket=self._name, Key=self._prefix + key)["Body"]
            digest = hashlib.sha256()
            for chunk in body.iter_chunks(_CHUNK):
                digest.update(chunk)
            return digest.hexdigest()

    def send(self, key: str, source: Path, sha256: str) -> bool:
        with reading(source), source.open("rb") as content:
            return self._put(key, content, sha256, None)

    def write(self, key: str, content: bytes, over: str | None) -> bool:
        return self._put(key, content, hashlib.sha256(content).hexdigest(), over)

    def _put(self, key: str, body: Any, sha256: str, over: str | None) -> bool:
        kind = kind_of(key)
        request = {
            "Bucket": self._name,
            "Key": self._prefix + key,
            "Body": body,
            "ContentType": kind.content_type,
            "CacheControl": kind.cache_control,
            # The other side hashes what arrives, and keeps nothing else.
            "ChecksumSHA256": base64.b64encode(bytes.fromhex(sha256)).decode(),
        }
        condition = {"IfNoneMatch": "*"} if over is None else {"IfMatch": f'"{over}"'}
        if self.replaces_blindly:
            return self._put_blindly(request, key, over)
        from botocore.exceptions import ClientError

        with self._asked("write"):
            try:
                self._client.put_object(**request, **condition)
            except ClientError as error:
                codes = _codes(error)
                if codes & (_TAKEN | _ABSENT) and not codes & _MISSING:
                    return False
                if not codes & _UNKNOWN:
                    raise
                self.replaces_blindly = True
            else:
                return True
        if hasattr(body, "seek"):
            body.seek(0)
        return self._put_blindly(request, key, over)

    def _put_blindly(self, request: Mapping[str, Any], key: str, over: str | None) -> bool:
        """For a storage without conditions: what happens between looking and writing is not seen."""
        there = self.listed(key).get(key)
        if (None if there is None else there.tag) != over:
            return False
        with self._asked("write"):
            self._client.put_object(**request)
        return True

    @contextmanager
    def _asked(self, doing: str, *, absent: bool = False) -> Iterator[None]:
        """What boto3 raises inside becomes an error of lbuild's; with `absent`, no such object is none."""
        from botocore.exceptions import (
            BotoCoreError,
            ClientError,
            HTTPClientError,
            NoCredentialsError,
            PartialCredentialsError,
        )

        try:
            yield
        except ClientError as error:
            codes = _codes(error)
            if absent and codes & _ABSENT and not codes & _MISSING:
                return
            raise self._told(error, codes, doing) from error
        except (NoCredentialsError, PartialCredentialsError) as error:
            raise BucketRefusedError(
                f"There are no credentials to {doing} in `{self.url}`",
                evidence=[str(error)],
                hint="Give AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in",
            ) from error
        except (HTTPClientError, BotoCoreError) as error:
            raise BucketUnreachableError(
                f"Cannot {doing} in `{self.url}`",
                evidence=[f"{type(error).__name__}: {error}"],
                hint="Check the network, AWS_REGION and AWS_ENDPOINT_URL; publishing can be begun again",
            ) from error

    def _told(self, error: Any, codes: frozenset[str], doing: str) -> Exception:
        evidence = [f"{error.response['Error'].get('Code')}: {error.response['Error'].get('Message')}"]
        if codes & _MISSING:
            return NoBucketError(
                f"There is no bucket `{self._name}`",
                evidence=evidence,
                hint="Make it, or check its name, AWS_REGION and AWS_ENDPOINT_URL",
            )
        if codes & _REFUSED:
            return BucketRefusedError(
                f"`{self.url}` does not let you {doing}",
                evidence=evidence,
                hint="Publishing needs s3:ListBucket of the bucket, s3:GetObject and s3:PutObject below it",
            )
        if codes & _CHANGED:
            return HashMismatchError(
                f"What arrived in `{self.url}` is not what was sent",
                evidence=evidence,
                hint="Publish again; nothing of it was kept",
            )
        return BucketUnreachableError(
            f"Cannot {doing} in `{self.url}`",
            evidence=evidence,
            hint="Publish again later: what was sent is not sent twice",
        )


def _codes(error: Any) -> frozenset[str]:
    """What the answer calls its trouble: in words, and as a status."""
    response = error.response
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", "")
    return frozenset({str(response.get("Error", {}).get("Code", "")), str(status)})


def _client(endpoint: str | None) -> Any:
    try:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError
    except ImportError as error:
        raise NoBotoError(
            "Publishing to a bucket needs boto3, which is not installed",
            evidence=[str(error)],
            hint="`pip install 'lambda-lbuild[aws]'`",
        ) from error
    config = Config(
        retries={"mode": "standard", "total_max_attempts": _TRIES},
        connect_timeout=10,
        read_timeout=60,
        max_pool_connections=16,
        # Other storages do not know the newer checksums; the one that is sent they know or pass over.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        user_agent_extra="lbuild",
    )
    try:
        session = boto3.session.Session()
        return session.client(
            "s3", config=config, endpoint_url=endpoint, region_name=session.region_name or "us-east-1"
        )
    except (BotoCoreError, ValueError) as error:
        raise BucketUnreachableError(
            "boto3 cannot be set up",
            evidence=[str(error)],
            hint="Check AWS_PROFILE, AWS_REGION and AWS_ENDPOINT_URL",
        ) from error
