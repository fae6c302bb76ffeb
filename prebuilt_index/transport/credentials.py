"""Which credentials go to which origin: those written in URLs, then netrc, then (after a 401) keyring.

One server may hold several indexes with credentials of their own; each URL gets those of the index it lies
closest to.
"""

import netrc
import os
import threading
from base64 import b64encode
from collections.abc import Callable
from importlib import import_module
from itertools import takewhile
from pathlib import Path

from manylinux.errors import UsageError
from prebuilt_index.urls import Credentials, Origin, origin, split, split_credentials

Keyring = Callable[[str, str | None], Credentials | None]
"""Service and perhaps user name, to credentials."""


class CredentialBook:
    """Credentials by origin. Safe to use from several threads."""

    def __init__(self, netrc_path: Path | None, keyring: Keyring | None) -> None:
        self._netrc_path = netrc_path
        self._keyring = keyring
        self._lock = threading.Lock()
        self._by_origin: dict[Origin, dict[str, Credentials]] = {}
        """By the path they were learned with."""
        self._asked: set[tuple[Origin, str]] = set()
        self._netrc: dict[str, Credentials] | None = None

    def learn(self, url: str) -> str:
        """`url` without credentials; those it had are remembered for its origin."""
        clean, credentials = split_credentials(url)
        if credentials is not None:
            with self._lock:
                self._by_origin.setdefault(origin(clean), {})[split(clean).path] = credentials
        return clean

    def header(self, url: str) -> str | None:
        """The Authorization header for `url`, or None."""
        with self._lock:
            return self._header(url)

    def ask_keyring(self, url: str, refused: str | None) -> str | None:
        """Another Authorization header for `url` than the `refused` one, or None.

        Keyring is asked once for each index; who was refused at the same time gets the same answer.
        """
        with self._lock:
            index = origin(url), self._closest_place(url)
            if self._keyring is not None and index not in self._asked:
                self._asked.add(index)
                self._learn_from(self._keyring, *index)
            header = self._header(url)
        return None if header == refused else header

    def _learn_from(self, keyring: Keyring, server: Origin, place: str) -> None:
        known = self._by_origin.setdefault(server, {})
        username = known[place].username if place in known else None
        scheme, host, port = server
        for service in (f"{scheme}://{host}:{port}", f"{scheme}://{host}", host):
            found = keyring(service, username)
            if found is not None:
                known[place] = found
                return

    def _header(self, url: str) -> str | None:
        credentials = self._by_origin.get(origin(url), {}).get(self._closest_place(url))
        # A name without a password may be half of what netrc or keyring knows.
        if credentials is None or not credentials.password:
            credentials = self._from_netrc(url, credentials) or credentials
        return None if credentials is None else _basic(credentials)

    def _closest_place(self, url: str) -> str:
        """The learned path with most folders in common with that of `url`; the first among equals."""
        path = split(url).path
        known = self._by_origin.get(origin(url), {})
        return max(known, key=lambda other: _common_folders(other, path), default="/")

    def _from_netrc(self, url: str, known: Credentials | None) -> Credentials | None:
        if self._netrc is None:
            self._netrc = _read_netrc(self._netrc_path)
        found = self._netrc.get(origin(url)[1])
        if found is None or (known is not None and known.username != found.username):
            return None
        return found


def _common_folders(one: str, other: str) -> int:
    pairs = zip(one.split("/"), other.split("/"), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _basic(credentials: Credentials) -> str:
    pair = f"{credentials.username}:{credentials.password}".encode()
    return "Basic " + b64encode(pair).decode("ascii")


def _read_netrc(path: Path | None) -> dict[str, Credentials]:
    """Hosts' credentials. A `default` entry is left out: it would be sent to every host, public ones too."""
    if path is None or not os.path.isfile(path):
        return {}
    try:
        hosts = netrc.netrc(str(path)).hosts
    except (netrc.NetrcParseError, OSError, UnicodeDecodeError) as error:
        raise UsageError(f"`{path}` cannot be read as a netrc file", evidence=[_place(error)]) from error
    return {
        host.lower(): Credentials(username=login, password=password or "")
        for host, (login, _, password) in hosts.items()
        if host != "default"
    }


def _place(error: Exception) -> str:
    """What is wrong and where, without the line itself: it may hold a password."""
    if isinstance(error, netrc.NetrcParseError):
        return f"line {error.lineno}"
    return type(error).__name__


def installed_keyring(service: str, username: str | None) -> Credentials | None:
    """What the `keyring` package knows, where it is installed."""
    try:
        keyring = import_module("keyring")
        errors = import_module("keyring.errors")
    except ModuleNotFoundError:
        return None
    try:
        found = keyring.get_credential(service, username)
    except errors.KeyringError:
        # A locked or absent keyring knows nothing; the 401 that led here is reported.
        return None
    return Credentials(username=found.username, password=found.password) if found else None
