"""Pages of remote indexes in the store: a small head, enough to see that nothing changed, and the body.

Keys and heads hold URLs without credentials.
"""

import json
from dataclasses import asdict, dataclass, replace
from hashlib import sha256

from prebuilt_index.index.freshness import Validity
from prebuilt_index.store import Bucket, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class PageHead:
    """What is known of an answer without its body."""

    known: bool
    """False: the answer was 404."""
    url: str
    """After redirects; relative URLs in the body start there."""
    content_type: str
    digest: str
    """sha256 of the body, hex."""
    fetched_at: float
    """Epoch seconds."""
    fresh_until: float
    etag: str | None = None
    last_modified: str | None = None

    def is_fresh(self, now: float) -> bool:
        """False too when it comes from the future: a clock was set back, and ages mean nothing."""
        return self.fetched_at <= now < self.fresh_until

    @property
    def validity(self) -> Validity:
        return Validity(fresh_until=self.fresh_until, etag=self.etag, last_modified=self.last_modified)

    def is_of_same_page(self, other: "PageHead") -> bool:
        """Whether both stand for one page: equal bytes, that mean the same where they are."""
        return (self.digest, self.url, self.content_type) == (other.digest, other.url, other.content_type)

    def renewed(self, validity: Validity, now: float) -> "PageHead":
        """The head after a 304, which may leave validators out that still hold."""
        return replace(
            self,
            fetched_at=now,
            fresh_until=validity.fresh_until,
            etag=validity.etag or self.etag,
            last_modified=validity.last_modified or self.last_modified,
        )


class PageCache:
    """Heads and bodies of pages by URL."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def head(self, url: str) -> PageHead | None:
        """What is known of the page at `url`; None when that is nothing, or not readable."""
        content = self._store.get(Bucket.PAGES, f"head {url}")
        try:
            return None if content is None else PageHead(**json.loads(content))
        except (ValueError, TypeError):
            return None

    def body(self, url: str, head: PageHead) -> bytes | None:
        """The body that `head` was kept with; None when it is gone or another process wrote a newer one."""
        content = self._store.get(Bucket.PAGES, f"body {url}")
        return content if content is not None and digest_of(content) == head.digest else None

    def keep_head(self, url: str, head: PageHead) -> None:
        """`head` is what is known of `url`."""
        self._store.put(Bucket.PAGES, f"head {url}", json.dumps(asdict(head)).encode())

    def keep(self, url: str, head: PageHead, body: bytes) -> None:
        """`head` and `body` are what is known of `url`."""
        self._store.put(Bucket.PAGES, f"body {url}", body)
        self.keep_head(url, head)


def digest_of(content: bytes) -> str:
    """The sha256 that tells pages apart."""
    return sha256(content, usedforsecurity=False).hexdigest()
