"""What deploying needs of an AWS service, worded for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Service(Protocol):
    """One service in one region. Every answer is AWS's own, as boto3 documents it."""

    @property
    def region(self) -> str: ...

    def ask(self, operation: str, what: str, **parameters: Any) -> Mapping[str, Any]:
        """One call, such as `ask("get_alias", "the alias `live`", FunctionName=...)`.

        What was throttled or cut off is tried again before. Raises LbuildError, which names `what`:
        NotThereError, AccessDeniedError, ExpiredTokenError, ThrottledError, ResourceConflictError,
        AwsRefusedError, TooLargeError, NetworkError.
        """
        ...

    def pages(self, operation: str, what: str, key: str, **parameters: Any) -> Iterator[Mapping[str, Any]]:
        """The members of `key` in all pages of an answer. Raises as `ask`."""
        ...


class Account(Protocol):
    """The services of one region."""

    @property
    def functions(self) -> Service:
        """Lambda."""
        ...

    @property
    def objects(self) -> Service:
        """S3."""
        ...
