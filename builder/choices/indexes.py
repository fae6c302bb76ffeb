"""Which indexes are asked, and how they are reached."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from builder.choices.meanings import normalized
from manylinux.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from builder.choices.wishes import CacheChoices
    from builder.model import IndexOptions
    from prebuilt_index.index.client import IndexSettings
    from prebuilt_index.pip_config import PipDefaults
    from prebuilt_index.transport.port import HttpConfig, HttpPolicy


def index_settings(
    pins: Mapping[str, str],
    prebuilt: Sequence[str],
    caching: CacheChoices,
    options: IndexOptions,
    defaults: PipDefaults,
    environ: Mapping[str, str],
) -> IndexSettings:
    """Which indexes are asked, in order: extras as given, then the main one, which is pip's unless chosen."""
    from prebuilt_index.index.client import IndexSettings

    main = options.index_url or defaults.index_url
    # pip's own `no-index` gives way to an index that is named here, as its other settings do.
    without = options.no_index or (
        defaults.no_index and not options.index_url and not options.extra_index_urls
    )
    return IndexSettings(
        indexes=() if without else (*options.extra_index_urls, main),
        prebuilt=tuple(prebuilt),
        find_links=options.find_links,
        pins=dict(zip(normalized(pins), pins.values(), strict=True)),
        offline=caching.offline,
        refresh=caching.refresh,
        policy=http_policy(defaults),
        http=http_config(options, defaults, environ),
    )


def prebuilt_locations(named: Sequence[str], folder: Path) -> tuple[str, ...]:
    """URLs, and absolute paths of folders with a folder for each project; relative ones begin at `folder`.

    A prebuilt index is named by its own folder, or by the `simple` in it. Raises NotAPrebuiltIndexError.
    """
    from prebuilt_index.errors import NotAPrebuiltIndexError
    from prebuilt_index.urls import is_remote

    found = []
    for name in named:
        if is_remote(name):
            found.append(name)
            continue
        path = _local(name, folder)
        if not os.path.isdir(path):
            raise NotAPrebuiltIndexError(
                f"`{path}` is not a prebuilt index",
                evidence=["there is no such folder"],
                hint="`lbuild index add FILE --index DIR` begins one; name its folder, or its URL",
            )
        found.append(str(path / "simple" if os.path.isdir(path / "simple") else path))
    return tuple(dict.fromkeys(found))


def pinned(pins: Mapping[str, str], prebuilt: Sequence[str], folder: Path) -> dict[str, str]:
    """The pins, of which those to a prebuilt index name it as `prebuilt_locations` does."""
    from prebuilt_index.urls import is_remote

    def place(url: str) -> str:
        plain = url if is_remote(url) else str(_local(url, folder))
        alike = (each for each in prebuilt if plain.rstrip("/") in _names_of(each))
        return next(alike, url)

    return {project: place(url) for project, url in pins.items()}


def _names_of(location: str) -> tuple[str, ...]:
    """What a user may call a prebuilt index."""
    bare = location.rstrip("/")
    return bare, bare.removesuffix("/simple").removesuffix("\\simple")


def _local(name: str, folder: Path) -> Path:
    from prebuilt_index.urls import local_path

    return local_path(name) if name.lower().startswith("file:") else folder / name


def http_policy(defaults: PipDefaults) -> HttpPolicy:
    """How patient HTTP is: pip's `timeout` and `retries` where they are configured."""
    from prebuilt_index.transport.port import HttpPolicy

    policy = HttpPolicy()
    if defaults.timeout is not None:
        policy = replace(policy, connect_timeout=defaults.timeout, read_timeout=defaults.timeout)
    return policy if defaults.retries is None else replace(policy, tries=defaults.retries + 1)


def http_config(options: IndexOptions, defaults: PipDefaults, environ: Mapping[str, str]) -> HttpConfig:
    """How the network is reached: pip's configuration first, then the variables other programs read."""
    from prebuilt_index.transport.port import HttpConfig

    variables = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
    bundle = defaults.cert or next(filter(None, map(environ.get, variables)), None)
    netrc = environ.get("NETRC")
    return HttpConfig(
        ca_bundle=Path(bundle) if bundle else None,
        client_cert=Path(defaults.client_cert) if defaults.client_cert else None,
        trusted_hosts=(*defaults.trusted_hosts, *options.trusted_hosts),
        proxies={"all": defaults.proxy} if defaults.proxy else _proxies(environ),
        no_proxy=tuple(filter(None, (_either(environ, "no_proxy") or "").replace(" ", "").split(","))),
        netrc=Path(netrc or os.path.expanduser("~/.netrc")),
    )


def index_pins(texts: Sequence[str]) -> dict[str, str]:
    """`PROJECT=URL` options by project."""
    pins = {}
    for text in texts:
        project, separator, url = (part.strip() for part in text.partition("="))
        if not separator or not project or not url:
            raise UsageError(
                f"`--index-pin {text}` does not name a project and a URL", hint="Write PROJECT=URL"
            )
        pins[project] = url
    return pins


def _proxies(environ: Mapping[str, str]) -> dict[str, str]:
    found = {scheme: _either(environ, f"{scheme}_proxy") for scheme in ("http", "https", "all")}
    return {scheme: url for scheme, url in found.items() if url}


def _either(environ: Mapping[str, str], name: str) -> str | None:
    """Such variables are written in lower case by some programs and in upper case by others."""
    return environ.get(name) or environ.get(name.upper())
