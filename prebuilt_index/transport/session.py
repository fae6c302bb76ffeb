"""The HTTP client: tries, redirects, credentials, limits. All that networks send comes through here."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from random import random
from typing import TypeVar
from urllib.parse import urljoin

import urllib3

from manylinux.errors import LbuildError, UsageError
from prebuilt_index.errors import BadAnswerError, IndexUnreachableError
from prebuilt_index.transport.credentials import CredentialBook, Keyring, installed_keyring
from prebuilt_index.transport.exchange import Exchange, drop, put_back
from prebuilt_index.transport.faults import Failure, PassingFaultError, explain, give_up, refusal, unforeseen
from prebuilt_index.transport.port import Answer, HttpConfig, HttpPolicy, Sink
from prebuilt_index.transport.retry import is_passing, pause, retry_after
from prebuilt_index.transport.transfer import Transfer
from prebuilt_index.transport.wire import Wire
from prebuilt_index.urls import origin, redacted, split, without_credentials

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TO_RANGES = frozenset({200, 206, 416, 501})
"""What servers say to a range: all of it, the range, no such range, no ranges at all."""
Result = TypeVar("Result")


class HttpSession:
    """An `Http` over pooled connections. Time, pauses and chance can be given, for tests."""

    def __init__(
        self,
        policy: HttpPolicy,
        config: HttpConfig,
        *,
        keyring: Keyring = installed_keyring,
        sleep: Callable[[float], None] | None = None,
        chance: Callable[[], float] = random,
    ) -> None:
        self._policy = policy
        self._config = config
        self._closing = threading.Event()
        self._sleep = sleep or self._wait
        self._chance = chance
        self._wire = Wire(policy, config)
        self._book = CredentialBook(config.netrc, keyring if config.keyring else None)

    def learn(self, url: str) -> str:
        """`url` without its credentials, which are sent to its origin from now on."""
        return self._book.learn(url)

    def close(self) -> None:
        """Pauses and reads that wait end now, with an error."""
        self._closing.set()
        self._wire.close()

    def get(
        self, url: str, *, headers: Mapping[str, str], limit: int, statuses: frozenset[int] = frozenset({200})
    ) -> Answer:
        """The answer to a GET: at most `limit` bytes, decompressed when `headers` accept compression."""
        wanted = {"accept-encoding": "identity"} | dict(headers)
        decode = wanted["accept-encoding"] != "identity"

        def attempt(end: float) -> Answer:
            with self.exchange(url, wanted, statuses, end) as exchange:
                return _whole(exchange, limit, decode=decode)

        return self._persist(url, attempt)

    def get_range(self, url: str, *, span: str, limit: int) -> Answer | None:
        """The answer to a GET of `span` (`bytes=0-9`); None, with no body read, when it is no 206."""
        headers = {"range": span, "accept-encoding": "identity"}

        def attempt(end: float) -> Answer | None:
            with self.exchange(url, headers, _TO_RANGES, end) as exchange:
                return None if exchange.status != 206 else _whole(exchange, limit, decode=False)

        return self._persist(url, attempt)

    def receive(self, url: str, sink: Sink, *, limit: int | None, on_bytes: Callable[[int], None]) -> None:
        """Every byte of the file at `url` is in `sink`, or one more than `limit` when it is longer."""
        transfer = Transfer(self.exchange, url, sink, limit, on_bytes)
        self._persist(url, transfer.attempt)

    def _persist(self, url: str, attempt: Callable[[float], Result]) -> Result:
        """What `attempt` returns once it meets no passing fault."""
        end = time.monotonic() + self._policy.deadline
        for number in range(1, self._policy.tries + 1):
            if self._closing.is_set():
                break
            try:
                return attempt(end)
            except PassingFaultError as fault:
                wait = fault.retry_after
                if wait is None:
                    wait = pause(self._policy, number, self._chance())
                if number == self._policy.tries or time.monotonic() + wait > end:
                    raise give_up(url, fault, number) from fault
            self._sleep(wait)
        raise IndexUnreachableError(f"`{redacted(url)}` was given up: lbuild is ending")

    @contextmanager
    def exchange(
        self, url: str, headers: Mapping[str, str], statuses: frozenset[int], end: float
    ) -> Iterator[Exchange]:
        """One GET, redirects followed, with an answer of one of `statuses`, read until `end` at the latest.

        Raises PassingFaultError, also for what breaks while the caller reads the body.
        """
        exchange = None
        try:
            exchange = self._follow(url, headers, end)
            self._check(exchange, statuses)
            yield exchange
            put_back(exchange.response)
        except Failure as error:
            raise self._explained(url, error) from error
        finally:
            if exchange is not None:
                drop(exchange.response)

    def _explained(self, url: str, error: Exception) -> PassingFaultError | LbuildError:
        if self._closing.is_set():
            return IndexUnreachableError(f"`{redacted(url)}` was given up: lbuild is ending")
        return explain(url, error, self._policy)

    def _follow(self, url: str, headers: Mapping[str, str], end: float) -> Exchange:
        """The first answer that is no redirect. Once the origin changes, no credentials are sent any more."""
        own = True
        for _ in range(self._policy.redirects + 1):
            response = self._send(url, headers, end, authorize=own)
            if response.status not in _REDIRECTS:
                return Exchange(response, url)
            location = response.headers.get("location")
            put_back(response)
            target = _redirect_target(url, location)
            own = own and origin(target) == origin(url)
            url = target
        raise BadAnswerError(
            f"`{redacted(url)}` redirects more than {self._policy.redirects} times",
            hint="Check the index URL: it may need, or not need, `/simple` at its end",
        )

    def _send(
        self, url: str, headers: Mapping[str, str], end: float, *, authorize: bool
    ) -> urllib3.BaseHTTPResponse:
        sent = {"user-agent": self._config.user_agent} | dict(headers)
        authorization = self._book.header(url) if authorize else None
        if authorization is not None:
            sent["authorization"] = authorization
        response = self._wire.send(url, sent, end)
        if response.status != 401 or not authorize:
            return response
        other = self._book.ask_keyring(url, authorization)
        if other is None:
            return response
        put_back(response)
        return self._wire.send(url, sent | {"authorization": other}, end)

    def _check(self, exchange: Exchange, statuses: frozenset[int]) -> None:
        status = exchange.status
        if status in statuses:
            return
        if status in (401, 403, 407):
            raise refusal(exchange.url, status, had_credentials=self._book.header(exchange.url) is not None)
        if status == 304:
            raise PassingFaultError("answered 304, though it was not asked whether anything changed")
        if is_passing(status):
            asked = retry_after(exchange.header("retry-after"), self._policy, time.time())
            raise PassingFaultError(f"answered {status}", retry_after=asked, hint="Try again later")
        raise unforeseen(exchange.url, status)

    def _wait(self, seconds: float) -> None:
        self._closing.wait(seconds)


def _whole(exchange: Exchange, limit: int, *, decode: bool) -> Answer:
    headers = {name.lower(): value for name, value in exchange.response.headers.items()}
    body = exchange.body(limit, decode=decode)
    return Answer(status=exchange.status, url=exchange.url, headers=headers, body=body)


def _redirect_target(url: str, location: str | None) -> str:
    """Where a redirect leads; BadAnswerError when that is nowhere lbuild may follow."""
    shown = redacted(url)
    if not location:
        raise BadAnswerError(f"`{shown}` redirects, but says not where")
    try:
        target = without_credentials(urljoin(url, location))
    except (ValueError, UsageError) as error:
        raise BadAnswerError(f"`{shown}` redirects to what is no URL") from error
    schemes = {"https": ("https",), "http": ("http", "https")}[split(url).scheme]
    if split(target).scheme not in schemes:
        raise BadAnswerError(
            f"`{shown}` redirects to `{redacted(target)}`, which is not followed",
            hint="lbuild follows redirects to `https`, and from `http` to `http`",
        )
    return target
