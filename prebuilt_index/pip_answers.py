"""What pip says of its configuration, understood. Pure: text in, values out.

pip merges files in this order, later ones winning: global, user, site (the environment's), `PIP_CONFIG_FILE`;
then sections: `[global]`, `[install]`, the `PIP_` variables. An empty value counts as none.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from prebuilt_index.errors import PipConfigurationError

_SOURCES = ("global", "user", "site", "env")
_SECTIONS = ("global", "install")
_ALIASES = {"pypi-url": "index-url", "default-timeout": "timeout"}
_SOURCE = re.compile(r"(\w+):")
_FILE = re.compile(r"  (.+), exists: (?:True|False)")
_VALUE = re.compile(r" {4}([^:/]*)\.([^:/.]+):(?: (.*))?")
"""Not a further line of a value: `https://host/simple`, `host.example:8443`, `C:\\wheels`."""
_MORE = re.compile(r" {4}(.*)")
_BUILTIN_INDEX = re.compile(r"--index-url <url>.*?\(default (\S+?)\)", re.DOTALL)
_LOGIN = re.compile(r"//\S*@")
_BARE_LOGIN = re.compile(r"(?<!\S)(?!\S*//)\S*@")
"""In a proxy without a scheme."""
_DAY = 86_400.0
"""Seconds; operating systems refuse to wait for as long as some write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PipDefaults:
    """What pip uses if its command line says nothing. URLs may hold credentials, so `repr` shows none."""

    index_url: str = field(repr=False)
    """A URL or a local folder, as configured; else the one built into pip."""
    cert: str | None = None
    """A file or folder of certificates."""
    client_cert: str | None = None
    proxy: str | None = field(default=None, repr=False)
    trusted_hosts: tuple[str, ...] = ()
    timeout: float | None = None
    """Seconds."""
    retries: int | None = None
    no_index: bool = False
    """pip is told to ask no index at all."""
    ignored_extra_index_urls: tuple[str, ...] = field(default=(), repr=False)
    """Not for use: pip merges indexes, which lets a public project take the place of a private one."""
    ignored_find_links: tuple[str, ...] = field(default=(), repr=False)
    """Not for use, for the same reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """What `pip config debug` says."""

    files: tuple[str, ...]
    """Every file pip would read here, there or not."""
    options: Mapping[str, str]
    """Normalized names of options to what counts of them; those of variables are not among them."""


def parse_debug(text: str) -> Configured:
    """The answer of `pip config debug`. Raises PipConfigurationError when it does not look like one."""
    files: list[str] = []
    found: dict[tuple[str, str], dict[str, str]] = {}
    source, values, key = "", {}, ""
    for line in text.splitlines():
        if header := _SOURCE.fullmatch(line):
            source, key = header[1], ""
        elif source not in _SOURCES:
            continue
        elif file := _FILE.fullmatch(line):
            files.append(file[1])
            key = ""
        elif value := _VALUE.fullmatch(line):
            values, key = found.setdefault((value[1], source), {}), value[2]
            values[key] = value[3] or ""
        elif key and (more := _MORE.fullmatch(line)):
            values[key] += f"\n{more[1]}"
    if not files:
        raise PipConfigurationError("`pip config debug` names no file", evidence=without_logins(text)[:5])
    return Configured(files=tuple(files), options=_merged(found))


def _merged(found: Mapping[tuple[str, str], Mapping[str, str]]) -> dict[str, str]:
    merged: dict[str, str] = {}
    for section in _SECTIONS:
        of_section: dict[str, str] = {}
        for source in _SOURCES:
            of_section.update(found.get((section, source), {}))
        merged.update(_counting(of_section))
    return merged


def _counting(options: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in options.items():
        if value.strip():
            yield _ALIASES.get(name, name), value.strip()


def options_of_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """Options that `PIP_` variables set, by normalized name."""
    return dict(
        _counting(
            {
                name[4:].lower().replace("_", "-"): value
                for name, value in environ.items()
                if name.startswith("PIP_")
            }
        )
    )


def parse_builtin_index(help_text: str) -> str:
    """The index built into pip, from the help text of a command that knows no configuration."""
    found = _BUILTIN_INDEX.search(help_text)
    if found is None:
        raise PipConfigurationError(
            "pip's help text does not name its default index",
            hint="Name the index with `--index-url`, or in pip's configuration",
        )
    return found[1]


def defaults_of(options: Mapping[str, str], *, builtin_index: str, home: str | None) -> PipDefaults:
    """The values of merged `options`; pip has checked their form before it printed them."""
    return PipDefaults(
        index_url=options.get("index-url", builtin_index),
        cert=_path(options.get("cert"), home),
        client_cert=_path(options.get("client-cert"), home),
        proxy=options.get("proxy"),
        trusted_hosts=tuple(options.get("trusted-host", "").split()),
        timeout=_timeout(float(options["timeout"])) if "timeout" in options else None,
        retries=_retries(int(options["retries"])) if "retries" in options else None,
        no_index=options.get("no-index", "").lower() in ("y", "yes", "t", "true", "on", "1"),
        ignored_extra_index_urls=tuple(options.get("extra-index-url", "").split()),
        ignored_find_links=tuple(options.get("find-links", "").split()),
    )


def _timeout(seconds: float) -> float:
    """pip takes any number and fails later."""
    if math.isnan(seconds) or seconds <= 0:
        raise PipConfigurationError(
            f"pip's `timeout` is {seconds:g} seconds", hint="Set it to a number above 0, or leave it out"
        )
    return min(seconds, _DAY)


def _retries(count: int) -> int:
    if count < 0:
        raise PipConfigurationError(f"pip's `retries` is {count}", hint="Set it to 0 or more")
    return count


def without_logins(text: str) -> list[str]:
    """The lines of what pip said that are not empty, without what may be user names and passwords."""
    lines = [line for line in text.splitlines() if line.strip()]
    return [_BARE_LOGIN.sub("****@", _LOGIN.sub("//****@", line)) for line in lines]


def _path(text: str | None, home: str | None) -> str | None:
    """pip expands `~` in paths."""
    if text is not None and home and (text == "~" or text.startswith(("~/", "~\\"))):
        return home + text[1:]
    return text
