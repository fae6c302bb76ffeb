"""What went wrong on the way, in words for people, and whether another try may help."""

import http.client
import ssl
from collections.abc import Iterator

from urllib3 import exceptions

from manylinux.errors import LbuildError
from prebuilt_index.errors import BadAnswerError, IndexRefusedError, IndexUnreachableError
from prebuilt_index.transport.port import HttpPolicy
from prebuilt_index.transport.wire import OverdueError, TooSlowError
from prebuilt_index.urls import redacted

Failure = (exceptions.HTTPError, http.client.HTTPException, OSError, UnicodeError)
"""What urllib3 raises for one exchange; it lets some errors of the standard library through."""
_TLS_HINT = "If an authority of your own signs it, name its certificate as `cert` in pip's configuration"


class PassingFaultError(Exception):
    """A fault that the next try may not meet."""

    def __init__(self, what: str, *, retry_after: float | None = None, hint: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.retry_after = retry_after
        self.hint = hint


def give_up(url: str, fault: PassingFaultError, tries: int) -> IndexUnreachableError:
    """The error to end with after `tries` of them."""
    times = "1 try" if tries == 1 else f"{tries} tries"
    return IndexUnreachableError(
        f"`{redacted(url)}` {fault.what} ({times})",
        hint=fault.hint or "Try again later, or from another network",
    )


def explain(url: str, error: Exception, policy: HttpPolicy) -> PassingFaultError | LbuildError:
    """The fault behind `error`: passing, or an error that ends the request."""
    causes = list(_causes(error))
    shown = redacted(url)
    for cause in causes:
        if isinstance(cause, TooSlowError):
            rate = f"{policy.least_rate:,.0f} bytes a second"
            return IndexUnreachableError(
                f"`{shown}` sends too slowly",
                evidence=[f"{policy.patience:g} s behind a rate of {rate}"],
                hint="Try again later, or from another network",
            )
        if isinstance(cause, OverdueError):
            return IndexUnreachableError(
                f"`{shown}` takes too long",
                evidence=[f"{policy.deadline:g} s for one request have passed"],
                hint="Try again later, or from another network",
            )
        if isinstance(cause, ssl.SSLCertVerificationError):
            reason = f"TLS: {cause.verify_message or cause.reason}"
            return IndexUnreachableError(
                f"the certificate of `{shown}` was not accepted", evidence=[reason], hint=_TLS_HINT
            )
        if isinstance(cause, exceptions.LocationParseError | exceptions.LocationValueError | UnicodeError):
            return BadAnswerError(f"`{shown}` is not a URL that can be fetched")
    for cause in causes:
        if (known := _passing(cause, policy)) is not None:
            return known
    return PassingFaultError(f"broke off ({type(causes[-1]).__name__})")


def _passing(cause: BaseException, policy: HttpPolicy) -> PassingFaultError | None:
    """The passing fault that `cause` is a sign of; None when something it came from tells more."""
    match cause:
        case exceptions.ProxyError():
            return PassingFaultError(
                "is not reached: the proxy failed", hint="Check `proxy` in pip's configuration"
            )
        case exceptions.NameResolutionError():
            return PassingFaultError(
                "is not found: its host name has no address", hint="Check the name and the network"
            )
        case exceptions.NewConnectionError():
            return None  # a kind of time-out to urllib3, whatever the cause; the cause comes next
        case ConnectionRefusedError():
            return PassingFaultError(
                "refused the connection", hint="Check host and port, and that the server runs"
            )
        case exceptions.ConnectTimeoutError():
            return PassingFaultError(f"did not accept a connection within {policy.connect_timeout:g} s")
        case exceptions.ReadTimeoutError() | TimeoutError():
            return PassingFaultError(f"sent nothing for {policy.read_timeout:g} s")
        case exceptions.IncompleteRead():
            got, missing = int(cause.partial), int(cause.expected or 0)
            return PassingFaultError(f"was cut off after {got:,} of {got + missing:,} bytes")
        case http.client.IncompleteRead():
            return PassingFaultError("was cut off in mid-body")
        case exceptions.DecodeError():
            return PassingFaultError("sent a damaged compressed body")
        case http.client.RemoteDisconnected() | ConnectionError():
            return PassingFaultError("closed the connection")
        case http.client.BadStatusLine() | http.client.LineTooLong():
            return PassingFaultError("did not answer in HTTP")
        case ssl.SSLError():
            return PassingFaultError(f"could not agree on TLS ({cause.reason})")
        case OSError() if cause.strerror:
            return PassingFaultError(f"cannot be reached: {cause.strerror}")
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """`error` and what it came from, outermost first; urllib3 keeps some of it in `args` only."""
    pending, seen = [error], set[int]()
    while pending:
        current = pending.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        linked = (getattr(current, "reason", None), current.__cause__, current.__context__, *current.args)
        pending.extend(item for item in linked if isinstance(item, BaseException))


def refusal(url: str, status: int, *, had_credentials: bool) -> IndexRefusedError:
    """What to say to 401, 403 and 407."""
    shown = redacted(url)
    if status == 407:
        return IndexRefusedError(
            f"the proxy wants credentials to reach `{shown}` (407)",
            hint="Put them in the proxy's URL: `http://user:password@host:port`",
        )
    if status == 403:
        return IndexRefusedError(
            f"`{shown}` forbids access (403)", hint="Check that these credentials may read this index"
        )
    if had_credentials:
        return IndexRefusedError(f"`{shown}` did not accept the credentials it was sent (401)")
    return IndexRefusedError(
        f"`{shown}` wants credentials (401)",
        hint="Put them in the index URL, in a netrc file, or in the keyring "
        "(`pip install 'lambda-lbuild[keyring]'`)",
    )


def unforeseen(url: str, status: int) -> BadAnswerError:
    """What to say to a status that neither helps nor is worth another try."""
    words = {404: "is not there (404)", 410: "is gone (410)"}
    return BadAnswerError(
        f"`{redacted(url)}` {words.get(status, f'answered {status}')}",
        hint="Refresh the index's pages with `--refresh`" if status in words else None,
    )
