"""What the inputs of one run have said so far, growing while they are read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from builder.inputs.hash_mode import check_hash_mode
from builder.inputs.locked_requests import LockedRequests
from builder.model import FormatControl, IndexOptions, Inputs, Request
from manylinux.errors import LbuildError


@dataclass(slots=True, kw_only=True)
class Gathered:
    """An Inputs in the making, and the faults found on the way."""

    requests: list[Request] = field(default_factory=list)
    constraints: list[Request] = field(default_factory=list)
    index_url: str | None = None
    extra_index_urls: list[str] = field(default_factory=list)
    find_links: list[str] = field(default_factory=list)
    trusted_hosts: list[str] = field(default_factory=list)
    no_index: bool = False
    format_control: FormatControl = field(default_factory=FormatControl)
    allow_prereleases: bool = False
    require_hashes: bool = False
    no_require_hashes: bool = False
    hash_option_seen: bool = False
    """A `--hash` turns hash mode on by itself; a hash in a URL does not, as in pip."""
    requires_python: list[str] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    errors: list[LbuildError] = field(default_factory=list)

    @classmethod
    def beginning_with(cls, given: Inputs) -> "Gathered":
        """What the command line says; files add to it, and replace its `--index-url`, as in pip."""
        return cls(
            requests=list(given.requests),
            constraints=list(given.constraints),
            index_url=given.index.index_url,
            extra_index_urls=list(given.index.extra_index_urls),
            find_links=list(given.index.find_links),
            trusted_hosts=list(given.index.trusted_hosts),
            no_index=given.index.no_index,
            format_control=given.format_control,
            allow_prereleases=given.allow_prereleases,
            require_hashes=given.require_hashes,
            requires_python=[given.requires_python] if given.requires_python else [],
            files=list(given.files),
        )

    def add_locked(self, locked: LockedRequests) -> None:
        """What another tool's lock holds; with hashes for all of it, nothing else may come in."""
        self.requests += locked.requests
        self.extra_index_urls += locked.extra_index_urls
        self.index_url = locked.index_url or self.index_url
        self.hash_option_seen = self.hash_option_seen or locked.have_hashes

    def inputs(self, environment: Mapping[str, str]) -> Inputs:
        """All of it; raises what was found wrong, MissingHashError too."""
        require_hashes = self.require_hashes or (self.hash_option_seen and not self.no_require_hashes)
        if require_hashes and not self.errors:
            check_hash_mode(self.requests, self.constraints, environment)
        return Inputs(
            requests=tuple(self.requests),
            constraints=tuple(self.constraints),
            index=self._index_options(),
            format_control=self.format_control,
            allow_prereleases=self.allow_prereleases,
            require_hashes=require_hashes,
            requires_python=",".join(self.requires_python) or None,
            files=tuple(dict.fromkeys(self.files)),
        )

    def _index_options(self) -> IndexOptions:
        """`--no-index` silences every index, whatever came before or after it."""
        return IndexOptions(
            index_url=None if self.no_index else self.index_url,
            extra_index_urls=() if self.no_index else tuple(dict.fromkeys(self.extra_index_urls)),
            find_links=tuple(dict.fromkeys(self.find_links)),
            no_index=self.no_index,
            trusted_hosts=tuple(dict.fromkeys(self.trusted_hosts)),
        )
