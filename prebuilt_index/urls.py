"""URLs as indexes and people write them: freed of credentials, compared by origin, made safe to show."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from manylinux.errors import UsageError

_DEFAULT_PORTS = {"http": 80, "https": 443}
Origin = tuple[str, str, int | None]
"""Scheme, host and port: what must be equal for credentials to be sent along."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Credentials:
    """A user's name and password. Has no `repr`, so that neither reaches a log."""

    username: str
    password: str


def split(url: str) -> SplitResult:
    """The parts of `url`; UsageError when it is no URL at all."""
    try:
        parts = urlsplit(url)
        _ = parts.port, parts.hostname
    except ValueError as error:
        raise UsageError(
            f"`{redacted(url)}` is not a URL",
            # Not in Python's words: they quote what may be half of a password.
            evidence=["its host or its port cannot be read"],
            hint="In a user name or password write `/` as %2F, `@` as %40, `#` as %23, `?` as %3F",
        ) from error
    return parts


def split_credentials(url: str) -> tuple[str, Credentials | None]:
    """`url` without user name, password and fragment; and what was cut out, decoded."""
    parts = split(url)
    userinfo, at, host = parts.netloc.rpartition("@")
    clean = urlunsplit(parts._replace(netloc=host, fragment=""))
    if not at or not userinfo:
        return clean, None
    username, _, password = userinfo.partition(":")
    return clean, Credentials(username=unquote(username), password=unquote(password))


def without_credentials(url: str) -> str:
    """`url` without user name, password and fragment."""
    return split_credentials(url)[0]


def redacted(url: str) -> str:
    """`url` fit for people's eyes and logs: no credentials, no fragment, the query hidden. Never raises."""
    scheme, slashes, rest = url.partition("://")
    if slashes and _may_hide_a_login(rest):
        return f"{scheme}://…"
    bare, question, _ = url.partition("#")[0].partition("?")
    scheme, slashes, rest = bare.partition("://")
    if slashes:
        netloc, slash, path = rest.partition("/")
        bare = f"{scheme}://{netloc.rpartition('@')[2]}{slash}{path}"
    printable = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in bare)
    return printable + ("?…" if question else "")


def _may_hide_a_login(rest: str) -> bool:
    """Whether what looks like host and port may be a user and a password that `/`, `?` or `#` cuts in two."""
    ends = [end for mark in "/?#" if (end := rest.find(mark)) >= 0]
    netloc = rest[: min(ends)] if ends else rest
    return "@" not in netloc and "@" in rest and ":" in netloc.rpartition("]")[2]


def origin(url: str) -> Origin:
    """Scheme, lower-case host and port of `url`, the default port filled in."""
    parts = split(url)
    return parts.scheme, parts.hostname or "", parts.port or _DEFAULT_PORTS.get(parts.scheme)


def last_component(url: str) -> str:
    """The last component of `url`'s path, percent-decoded once: what PEP 503 takes as the file name."""
    return unquote(urlsplit(url).path.rpartition("/")[2])


def is_remote(location: str) -> bool:
    """Whether `location`, a URL or a path, is of a server."""
    return location.lower().startswith(("http://", "https://"))


def local_path(url: str) -> Path:
    """The path a `file:` URL stands for; UsageError when it names another machine, or holds a NUL."""
    from urllib.request import url2pathname  # here: it loads an HTTP client, which a warm build does without

    parts = split(url)
    if parts.netloc not in ("", "localhost"):
        raise UsageError(f"`{redacted(url)}` names a file of another machine")
    if "%00" in parts.path or "\0" in parts.path:
        raise UsageError(f"`{redacted(url)}` holds a NUL, which no path can")
    return Path(url2pathname(parts.path))
