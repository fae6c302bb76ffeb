"""What other tools' locks come to: requests for exactly what they hold, and where it comes from."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from builder.errors import InvalidRequirementError
from builder.inputs.hashes import strong_hash
from builder.inputs.messages import placed, shown
from builder.model import Origin, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedRequests:
    """The contents of a lock for one target."""

    requests: tuple[Request, ...]
    index_url: str | None = None
    """The lock's main index, where it names one."""
    extra_index_urls: tuple[str, ...] = ()

    @property
    def have_hashes(self) -> bool:
        """Whether nothing else may come in: each request has the hashes of its files."""
        return bool(self.requests) and all(request.hashes for request in self.requests)


@contextmanager
def told_of(source: str) -> Iterator[None]:
    """What is wrong inside the block is told with the lock's name."""
    try:
        yield
    except InvalidRequirementError as error:
        raise placed(error, Origin(source=source)) from None


def strong_hashes(written: Iterable[str]) -> frozenset[str]:
    """Those of a lock's hashes that prove something; md5 and sha1 do not. Raises for what is no hash."""
    return frozenset(strong_hash(each) for each in written if not each.startswith(("md5:", "sha1:")))


def unknown_source(name: str, kind: str) -> InvalidRequirementError:
    """The error for a package from where lbuild cannot take one."""
    return InvalidRequirementError(
        f"`{shown(name)}` comes from a source that lbuild does not know",
        evidence=[f"its type: {shown(kind)}"],
    )
