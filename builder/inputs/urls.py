"""What URLs of direct references say: scheme, file path, fragment.

Fragments as pip reads them: `#egg=NAME`, `#subdirectory=PATH`, `#sha256=HEX` and its kin, joined by `&`.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from builder.errors import InvalidRequirementError
from builder.inputs.hashes import strong_hash
from builder.inputs.messages import shown

VCS = {
    "git": ("http", "https", "ssh", "git", "file"),
    "hg": ("http", "https", "ssh", "file", "static-http"),
    "svn": ("http", "https", "ssh", "svn", "file"),
    "bzr": ("http", "https", "ssh", "sftp", "ftp", "lp", "file"),
}
_SCHEMES = frozenset(
    {"http", "https", "file"} | {f"{vcs}+{over}" for vcs, overs in VCS.items() for over in overs}
)
# Two characters at least: `C:` is a drive.
_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]+):")
_HASHES = frozenset({"md5", "sha1", "sha224", "sha256", "sha384", "sha512"})
_PROJECT_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A URL of a direct reference, taken apart."""

    scheme: str
    url: str
    """Without fragment; a `file:` URL is absolute, without a slash at its end."""
    egg: str | None = None
    subdirectory: str | None = None
    hashes: frozenset[str] = frozenset()

    @property
    def filename(self) -> str:
        """The last part of the path; empty for a repository."""
        return "" if is_vcs(self.scheme) else unquote(urlsplit(self.url).path.rpartition("/")[2])


def scheme_of(text: str) -> str | None:
    """The lower-case scheme when `text` is a URL of any kind; a drive letter is none."""
    found = _SCHEME.match(text)
    return None if found is None else found[1].lower()


def is_reference(text: str) -> bool:
    """Whether pip takes `text` for a URL."""
    return scheme_of(text) in _SCHEMES


def is_vcs(scheme: str) -> bool:
    return "+" in scheme


def read_reference(url: str, cwd: Path) -> Reference:
    """A URL taken apart; raises InvalidRequirementError when it cannot be used."""
    scheme = scheme_of(url)
    if scheme not in _SCHEMES:
        raise InvalidRequirementError(
            f"`{shown(url)}` is no URL that a requirement can have",
            hint="Use `https:`, `file:` or `git+https:`; a local folder or archive is written as a path",
        )
    address, _, fragment = url.strip().partition("#")
    if not address.isprintable() or (" " in address and scheme != "file"):
        raise InvalidRequirementError(
            f"`{shown(url)}` is no URL", hint="Write `%20` for a blank, and one requirement to a line"
        )
    address = scheme + address[len(scheme) :].replace(" ", "%20")
    parts = _split(address)
    if scheme == "file":
        address = file_url(file_path(parts, cwd))
    elif not parts.hostname and not scheme.endswith("+file"):
        raise InvalidRequirementError(f"`{shown(url)}` names no host")
    return _with_fragment(scheme, address, fragment)


def _with_fragment(scheme: str, address: str, fragment: str) -> Reference:
    egg = subdirectory = None
    hashes = set()
    for key, value in _pairs(fragment):
        if key == "egg":
            egg = _egg(value)
        elif key == "subdirectory":
            subdirectory = _subdirectory(value)
        elif key in _HASHES:
            hashes.add(strong_hash(f"{key}:{value}"))
    return Reference(scheme=scheme, url=address, egg=egg, subdirectory=subdirectory, hashes=frozenset(hashes))


def _pairs(fragment: str) -> Iterator[tuple[str, str]]:
    for pair in fragment.split("&"):
        key, _, value = pair.partition("=")
        yield key, unquote(value)


def _egg(name: str) -> str:
    if _PROJECT_NAME.fullmatch(name):
        return name
    raise InvalidRequirementError(
        f"`#egg={shown(name)}` is no project name", hint="With extras, write `name[extra] @ URL`"
    )


def _subdirectory(path: str) -> str:
    if (
        path
        and not path.startswith("/")
        and not {"..", ""} & set(path.rstrip("/").split("/"))
        and "\\" not in path
    ):
        return path.rstrip("/")
    raise InvalidRequirementError(f"`#subdirectory={shown(path)}` is no path below the project's root")


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it is the check
    except ValueError:  # its text quotes what may be a password
        hint = "Write `git+ssh://git@HOST/PATH`, with a slash after the host" if "+ssh:" in url else None
        raise InvalidRequirementError(f"`{shown(url)}` is no URL", hint=hint) from None
    return parts


def path_of(url: str, cwd: Path) -> Path:
    """The absolute path a `file:` URL names."""
    return file_path(_split(url.partition("#")[0]), cwd)


def file_path(parts: SplitResult, cwd: Path) -> Path:
    """The absolute path of a split `file:` URL, which may be relative to `cwd` (`file:../x`), as in pip."""
    if parts.netloc not in {"", "localhost"}:
        raise InvalidRequirementError(
            f"`file://{shown(parts.netloc)}` names another machine",
            hint="A local path has three slashes: `file:///`",
        )
    path = unquote(parts.path)
    # `/C:/x` of a Windows URL.
    return absolute(path[1:] if re.match(r"/[A-Za-z]:", path) else path, cwd)


def absolute(path: str, cwd: Path) -> Path:
    """`path` from `cwd`, without `.` and `..`; symbolic links are not looked at."""
    return Path(os.path.normpath(cwd / path))


def file_url(path: Path) -> str:
    """The `file:` URL of an absolute path."""
    try:
        return path.as_uri()
    except UnicodeEncodeError:
        raise InvalidRequirementError(f"`{shown(str(path))}` cannot be a path") from None
