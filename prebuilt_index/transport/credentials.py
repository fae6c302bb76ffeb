"""Which credentials go to which origin: those written in URLs, then netrc, then (after a 401) keyring."""

import netrc
import threading
from base64 import b64encode
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from manylinux.errors import UsageError
from prebuilt_index.urls import Credentials, Origin, origin, split_credentials

Keyring = Callable[[str, str | None], Credentials | None]
"""Service and perhaps user name, to credentials."""


class CredentialBook:
    """Credentials by origin. Safe to use from several threads."""

    def __init__(self, netrc_path: Path | None, keyring: Keyring | None) -> None:
        self._netrc_path = netrc_path
        self._keyring = keyring
        self._lock = threading.Lock()
        self._by_origin: dict[Origin, Credentials] = {}
        self._asked: set[Origin] = set()
        self._netrc: dict[str, Credentials] | None = None

    def learn(self, url: str) -> str:
        """`url` without credentials; those it had are remembered for its origin."""
        clean, credentials = split_credentials(url)
        if credentials is not None:
            with self._lock:
                self._by_origin[origin(clean)] = credentials
        return clean

    def header(self, url: str) -> str | None:
        """The Authorization header for `url`, or None."""
        with self._lock:
            credentials = self._by_origin.get(origin(url))
            # A name without a password may be half of what netrc or keyring knows.
            if credentials is None or not credentials.password:
                credentials = self._from_netrc(url, credentials) or credentials
        return None if credentials is None else _basic(credentials)

    def ask_keyring(self, url: str) -> bool:
        """Whether keyring gave credentials for the origin of `url`; it is asked once for each origin."""
        key = origin(url)
        with self._lock:
            if self._keyring is None or key in self._asked:
                return False
            self._asked.add(key)
            known = self._by_origin.get(key)
            username = known.username if known else None
            scheme, host, port = key
            for service in (f"{scheme}://{host}:{port}", f"{scheme}://{host}", host):
                found = self._keyring(service, username)
                if found is not None:
                    self._by_origin[key] = found
                    return True
        return False

    def _from_netrc(self, url: str, known: Credentials | None) -> Credentials | None:
        if self._netrc is None:
            self._netrc = _read_netrc(self._netrc_path)
        found = self._netrc.get(origin(url)[1])
        if found is None or (known is not None and known.username != found.username):
            return None
        return found


def _basic(credentials: Credentials) -> str:
    pair = f"{credentials.username}:{credentials.password}".encode()
    return "Basic " + b64encode(pair).decode("ascii")


def _read_netrc(path: Path | None) -> dict[str, Credentials]:
    """Hosts' credentials. A `default` entry is left out: it would be sent to every host, public ones too."""
    if path is None or not path.is_file():
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
