"""The environment foreign programs see: a list of what they may, and nothing else of this process's own."""

import os
from collections.abc import Mapping
from pathlib import Path

from builder.build.values import BuildIndex

_ANY = frozenset(
    {
        "PATH",
        "LD_LIBRARY_PATH",
        "DYLD_LIBRARY_PATH",
        "SYSTEMROOT",
        "SYSTEMDRIVE",
        "WINDIR",
        "COMSPEC",
        "PATHEXT",
    }
)
"""What programs need to start, on one system or another."""
_NETWORK = frozenset(
    {"SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"}
    | {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"}
)
_GIT = frozenset(
    {
        "HOME",
        "USERPROFILE",
        "XDG_CONFIG_HOME",
        "SSH_AUTH_SOCK",
        "GIT_SSH",
        "GIT_SSH_COMMAND",
        "GIT_SSL_CAINFO",
    }
)

EPOCH = "315532800"
"""1980-01-01 in seconds: the date of every member of a wheel built here, and the earliest a zip can hold."""
FIXED = {
    "SOURCE_DATE_EPOCH": EPOCH,
    "PYTHONHASHSEED": "0",
    "PYTHONNOUSERSITE": "1",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "PYTHONUTF8": "1",
    "PYTHONUNBUFFERED": "1",
}
"""What would otherwise vary from host to host."""


def for_backend(
    environ: Mapping[str, str], home: Path, programs: Path, compilers: Path | None = None
) -> dict[str, str]:
    """What a build backend sees: no credentials, no proxies, no settings of the user's.

    `compilers`: a folder with some that go before the machine's own.
    """
    kept = _kept(environ, _ANY)
    folders = (str(programs), *([str(compilers)] if compilers else []), kept.get("PATH", ""))
    path = os.pathsep.join(filter(None, folders))
    return {**kept, **_private(home), "PATH": path}


def for_native(environ: Mapping[str, str], home: Path) -> dict[str, str]:
    """What programs see that compile for a target, before their backend adds its own: nothing of the user's.

    Libraries of this machine found by LD_LIBRARY_PATH are none of the target's. Of Rust only where its
    toolchains are.
    """
    rust = environ.get("RUSTUP_HOME") or os.path.join(environ.get("HOME", ""), ".rustup")
    own = {"RUSTUP_HOME": rust} if os.path.isdir(rust) else {}
    return {**_private(home), "PATH": environ.get("PATH", os.defpath), **own}


def for_pip(environ: Mapping[str, str], home: Path, index: BuildIndex) -> dict[str, str]:
    """What pip sees while it installs wheels; it runs no foreign code then, so it may know secrets."""
    settings = {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_NO_COLOR": "1",
        "PIP_PROGRESS_BAR": "off",
        "PIP_INDEX_URL": index.index_url,
        # pip splits at spaces, so a folder is given as a URL.
        "PIP_FIND_LINKS": " ".join(_as_url(each) for each in index.find_links),
        "PIP_NO_INDEX": "1" if index.no_index else None,
        "PIP_TRUSTED_HOST": " ".join(index.trusted_hosts),
        "PIP_CERT": index.certificates,
        "PIP_CLIENT_CERT": index.client_certificate,
        "PIP_PROXY": index.proxy,
        "NETRC": environ.get("NETRC") or _netrc(environ),
    }
    chosen = {name: value for name, value in settings.items() if value}
    return _kept(environ, _ANY | _NETWORK) | _private(home) | chosen


def for_git(environ: Mapping[str, str], secrets: Mapping[str, str]) -> dict[str, str]:
    """What git sees: the user's own configuration and keys, and nobody to ask."""
    quiet = {"GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "", "GCM_INTERACTIVE": "never", "LC_ALL": "C"}
    return {**_kept(environ, _ANY | _NETWORK | _GIT), **quiet, **secrets}


def _kept(environ: Mapping[str, str], names: frozenset[str]) -> dict[str, str]:
    # Proxies are written in either case.
    return {name: value for name, value in environ.items() if name.upper() in names}


def _private(home: Path) -> dict[str, str]:
    """A home and a temporary folder of its own, and what is the same on every host."""
    temporary = home / "tmp"
    os.makedirs(temporary, exist_ok=True)
    folders = {name: str(temporary) for name in ("TMPDIR", "TEMP", "TMP")}
    homes = {name: str(home) for name in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA")}
    return folders | homes | FIXED


def _netrc(environ: Mapping[str, str]) -> str | None:
    home = environ.get("HOME") or environ.get("USERPROFILE")
    return os.path.join(home, ".netrc") if home and os.path.exists(os.path.join(home, ".netrc")) else None


def _as_url(location: str) -> str:
    return location if "://" in location else Path(location).absolute().as_uri()
