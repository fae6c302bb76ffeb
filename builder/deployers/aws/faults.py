"""What boto3 raises, as errors of lbuild's tree; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from builder.errors import (
    AccessDeniedError,
    AwsRefusedError,
    ExpiredTokenError,
    NoAwsCredentialsError,
    NotThereError,
    ResourceConflictError,
    ThrottledError,
    TooLargeError,
    UnknownRegionError,
)
from manylinux.errors import EnvironmentFault, NetworkError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from manylinux.errors import LbuildError

_DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "AllAccessDisabled",
    "AuthorizationError",
    "KMSAccessDeniedException",
    "UnauthorizedOperation",
    "403",
    "Forbidden",
}
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
_UNKNOWN_KEY = {
    "AuthFailure",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "OptInRequired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_THROTTLED = {
    "EC2ThrottledException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
_NOT_THERE = {"404", "NoSuchBucket", "NoSuchKey", "NotFound", "ResourceNotFoundException"}
_CONFLICT = {"PreconditionFailedException", "ResourceConflictException", "ResourceInUseException"}
_LARGE = {"CodeStorageExceededException", "EntityTooLarge", "RequestEntityTooLargeException"}
_LARGE_WORDS = ("must be smaller than", "exceeds the maximum allowed size")
"""In the message of an InvalidParameterValueException, as Lambda was seen to word it."""


def of_answer(error: Any, client: Any, what: str, region: str) -> LbuildError:
    """The error of an answer that says no; `error` is botocore's ClientError."""
    answer: Mapping[str, Any] = error.response
    code = str(answer.get("Error", {}).get("Code", ""))
    message = str(answer.get("Error", {}).get("Message", "")) or "no reason was given"
    status = int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    tries = int(answer.get("ResponseMetadata", {}).get("RetryAttempts", 0)) + 1
    service = client.meta.service_model.service_id
    evidence = [f"{service} in {region}, {error.operation_name}: {code}: {message}"]
    kind, summary, hint = _meaning(code, message, status, tries)
    action = f"{service.lower()}:{_PERMISSIONS.get(error.operation_name, error.operation_name)}"
    return kind(summary.format(what=what), evidence=evidence, hint=hint and hint.format(action=action))


_PERMISSIONS = {"HeadObject": "GetObject", "HeadBucket": "ListBucket"}
"""Operations whose permission has another name."""


def _meaning(
    code: str, message: str, status: int, tries: int
) -> tuple[Callable[..., LbuildError], str, str | None]:
    """The error's class, what failed (`{what}`), and what to do (`{action}` is what has to be allowed)."""
    if code in _DENIED:
        hint = "Allow `{action}` to the role or user, or use others with `--profile`"
        return AccessDeniedError, "AWS denies access to {what}", hint
    if code in _EXPIRED:
        hint = "Log in again, with `aws sso login` for instance, or set the new variables"
        return ExpiredTokenError, "The credentials for AWS have expired", hint
    if code in _UNKNOWN_KEY:
        hint = "Look at the credentials, and whether the region is enabled for the account"
        return AccessDeniedError, "AWS does not accept the credentials", hint
    if code in _THROTTLED:
        said = f"AWS still throttles after {tries} tries of {{what}}"
        hint = "Run it again later: what is done already is not done again. `AWS_MAX_ATTEMPTS` sets the tries"
        return ThrottledError, said, hint
    if code in _CONFLICT:
        hint = "Run it again when nobody else changes it"
        return ResourceConflictError, "{what} is being changed by somebody else", hint
    if code in _LARGE or any(words in message for words in _LARGE_WORDS):
        return TooLargeError, "{what} is too large for AWS", None
    if code in _NOT_THERE:
        return NotThereError, "AWS knows no {what}", None
    if status in {301, 307} or code in {"PermanentRedirect", "AuthorizationHeaderMalformed"}:
        return UsageError, "{what} is in another region", None
    if status >= 500 or not 400 <= status < 500:
        return NetworkError, f"AWS failed at {{what}}, in {tries} tries", "Run it again later"
    return AwsRefusedError, "AWS does not take {what}", None


_OF_CLIENT: tuple[tuple[set[str], Callable[..., LbuildError], str, str | None], ...] = (
    (
        {"UnauthorizedSSOTokenError", "SSOTokenLoadError", "TokenRetrievalError", "LoginRefreshRequired"},
        ExpiredTokenError,
        "The credentials for AWS have expired",
        "Log in again with `aws sso login` or `aws login`",
    ),
    (
        {"NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "NoAuthTokenError"},
        NoAwsCredentialsError,
        "There are no credentials for AWS",
        "Set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, or name a profile with `--profile`",
    ),
    (
        {"ProfileNotFound"},
        UsageError,
        "There is no such profile",
        "`aws configure list-profiles` lists them",
    ),
    ({"InvalidRegionError", "NoRegionError"}, UnknownRegionError, "There is no such region", None),
    (
        {"MissingDependencyException"},
        NoAwsCredentialsError,
        "The profile needs more than boto3 to log in",
        "`pip install 'botocore[crt]'`",
    ),
    ({"ParamValidationError"}, AwsRefusedError, "AWS would not take {what}", None),
    (
        {"SSLError"},
        NetworkError,
        "The TLS certificate of AWS is not trusted",
        "Name the certificates to trust with `AWS_CA_BUNDLE`",
    ),
    (
        {"HTTPClientError", "ConnectionError", "IncompleteReadError", "ResponseStreamingError"},
        NetworkError,
        "AWS cannot be reached for {what}",
        "Look at the network, at `HTTPS_PROXY` and at `AWS_ENDPOINT_URL`",
    ),
    (
        {"ConfigNotFound", "ConfigParseError", "InvalidConfigError", "ValueError"},
        UsageError,
        "AWS's configuration cannot be used",
        None,
    ),
    (
        {"OSError"},
        EnvironmentFault,
        "boto3 cannot do what is asked of it for {what}",
        "Look at AWS's configuration; `credential_process` names a program that must be there",
    ),
)
"""By the names of the exception's classes: versions of botocore differ in which they have."""


def of_client(error: Exception, what: str, region: str | None) -> LbuildError:
    """The error of what went wrong on this side, or on the way; BotoCoreError, ValueError, OSError."""
    names = {each.__name__ for each in type(error).__mro__}
    where = "" if region is None else f" ({region})"
    evidence = [f"{error}{where}"]
    for known, kind, summary, hint in _OF_CLIENT:
        if names & known:
            return kind(summary.format(what=what), evidence=evidence, hint=hint)
    return UsageError(f"boto3 cannot do what is asked of it for {what}", evidence=evidence)
