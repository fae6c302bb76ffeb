"""Options become values: what the user typed, checked and in the words of the stages."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from builder.model import (
    FormatControl,
    IndexOptions,
    Inputs,
    LayoutKind,
    LinkOptions,
    Preference,
    ResolveOptions,
)
from manylinux.architecture import Architecture
from manylinux.errors import UsageError
from manylinux.runtimes import default_runtime, find_runtime
from manylinux.target import Target

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from packaging.utils import NormalizedName

    from builder.cli.bundle_choices import BundleChoices
    from builder.cli.options import CacheChoices, IndexChoices, InputChoices, ResolveChoices, TargetChoices
    from builder.model import Compiling
    from prebuilt_index.index.client import IndexSettings
    from prebuilt_index.pip_config import PipDefaults
    from prebuilt_index.transport.port import HttpConfig, HttpPolicy

NEWEST = "newest"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenTarget:
    """The target, who chose it, and what should be known of it."""

    target: Target
    by: str
    warning: str | None


def choose_target(choices: TargetChoices, words: Sequence[str], today: date) -> ChosenTarget:
    """The target of a run: as chosen, as noted in the lock file among `words`, or the default.

    Raises UnknownRuntimeError and UnknownArchitectureError.
    """
    noted = _noted_in_lock(words)
    runtime_name = choices.runtime or (noted and noted[0])
    architecture_name = choices.arch or (noted and noted[1])
    runtime = find_runtime(runtime_name) if runtime_name else default_runtime()
    architecture = Architecture.parse(architecture_name) if architecture_name else Architecture.X86_64
    by = "newest supported runtime; choose with --runtime"
    if runtime_name:
        by = "--runtime" if choices.runtime else "the lock file"
    target = Target(runtime=runtime, architecture=architecture)
    return ChosenTarget(target=target, by=by, warning=runtime.warning_on(today))


def _noted_in_lock(words: Sequence[str]) -> tuple[str, str] | None:
    """The target a lock among `words` was made for; whether it can be read is said when it is read."""
    for word in words:
        path = Path(word)
        # os.path, because Path.is_file raises where "no" is meant: too long a name.
        if path.suffix == ".toml" and path.name.startswith("pylock") and os.path.isfile(path):
            from builder.locked import target_of_lock  # 60 ms of lock reading, for those who have one

            with suppress(OSError):
                return target_of_lock(path.read_bytes())
    return None


def demand_inputs(inputs: InputChoices, source: Path | None = None) -> None:
    """Raises UsageError when nothing is asked for: an empty bundle would be made of a forgotten word."""
    if not inputs.words and not inputs.requirement_files and source is None:
        raise UsageError(
            "There are no requirements",
            hint="Name files or requirements, such as `lbuild requirements.txt -o bundle.zip`",
        )


def demand_lock_name(path: Path) -> None:
    """Raises UsageError for a name by which nobody would know a lock file (PEP 751)."""
    parts = path.name.split(".")
    if parts[0] != "pylock" or parts[-1] != "toml" or not 2 <= len(parts) <= 3 or not all(parts):
        raise UsageError(
            f"`{path}` is no name for a lock file", hint="Call it `pylock.toml`, or `pylock.NAME.toml`"
        )


def given_inputs(inputs: InputChoices, resolve: ResolveChoices, index: IndexChoices) -> Inputs:
    """What the command line itself says; the files it names add to it."""
    from builder.inputs.format_control import with_no_binary, with_only_binary

    control = FormatControl()
    for value in resolve.no_binary:
        control = with_no_binary(control, value)
    for value in resolve.only_binary:
        control = with_only_binary(control, value)
    return Inputs(
        requests=(),
        index=IndexOptions(
            index_url=index.index_url,
            extra_index_urls=index.extra_index_urls,
            find_links=index.find_links,
            no_index=index.no_index,
            trusted_hosts=index.trusted_hosts,
        ),
        format_control=control,
        allow_prereleases=resolve.allow_prereleases,
        require_hashes=inputs.require_hashes,
    )


def resolve_options(choices: ResolveChoices, inputs: Inputs, compiling: Compiling) -> ResolveOptions:
    """How to resolve: the command line's wishes and the inputs' own."""
    return ResolveOptions(
        compiling=compiling,
        preference=Preference.NEWEST if NEWEST in choices.prefer else Preference.WHEELS,
        allow_prereleases=inputs.allow_prereleases,
        format_control=inputs.format_control,
        exclude_newer=_moment(choices.exclude_newer),
        require_hashes=inputs.require_hashes,
        strict_tags=choices.strict_tags,
    )


def allowed_codes(codes: Iterable[str]) -> frozenset[str]:
    """Codes of findings. Raises UsageError for one that no finding has."""
    given = frozenset(codes)
    if not given:
        return given
    from manylinux.audit.audit import CODES

    unknown = sorted(given - CODES)
    if unknown:
        raise UsageError(
            f"`--allow {unknown[0]}` names no finding", evidence=[f"there are: {', '.join(sorted(CODES))}"]
        )
    return given


def link_options(choices: BundleChoices, prefer: tuple[str, ...]) -> LinkOptions:
    """Where files go. Raises UsageError for options that contradict each other."""
    if choices.layer_path and not choices.layer:
        raise UsageError("`--layer-path` is given without `--layer`", hint="Add `--layer`")
    layer = LayoutKind.LAYER_SITE_PACKAGES if choices.layer_path == "site-packages" else LayoutKind.LAYER
    return LinkOptions(
        layout=layer if choices.layer else LayoutKind.FUNCTION,
        scripts=choices.scripts,
        prefer=normalized(name for name in prefer if name != NEWEST),
    )


def index_settings(
    pins: Mapping[str, str],
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
        find_links=options.find_links,
        pins=dict(zip(normalized(pins), pins.values(), strict=True)),
        offline=caching.offline,
        refresh=caching.refresh,
        policy=http_policy(defaults),
        http=http_config(options, defaults, environ),
    )


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


def normalized(names: Iterable[str]) -> tuple[NormalizedName, ...]:
    """Names as PEP 503 has them."""
    given = tuple(names)
    if not given:
        return ()
    from packaging.utils import canonicalize_name  # 10 ms that only those who name projects pay

    return tuple(map(canonicalize_name, given))


def project_name(text: str) -> NormalizedName:
    """A project as PEP 503 has its name. Raises UsageError for what is no name."""
    from packaging.utils import InvalidName, canonicalize_name

    try:
        return canonicalize_name(text, validate=True)
    except InvalidName as error:
        raise UsageError(
            f"`{text}` is not the name of a project",
            hint="Name the project first and the requirements after it: `lbuild why numpy 'numpy<2'`",
        ) from error


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


def _moment(text: str | None) -> datetime | None:
    """A date is its first moment in UTC; a time without zone is UTC."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"`--exclude-newer {text}` is no date",
            evidence=[str(error)],
            hint="Write it as 2026-11-23 or 2026-11-23T12:00:00Z",
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where the bundle goes, and as what."""

    path: Path
    as_directory: bool


def destination(choices: BundleChoices) -> Destination | None:
    """Where the bundle goes; None for a dry run. Raises UsageError when neither is said."""
    if choices.dry_run:
        return None
    if not choices.output:
        raise UsageError(
            "There is no output", hint="Name one with `-o bundle.zip`, or look first with `--dry-run`"
        )
    path = Path(choices.output)
    # `build/` and `build` are folders; what is a folder already stays one.
    as_directory = os.path.isdir(path) or choices.output.endswith(("/", "\\")) or not path.suffix
    if choices.output == "-" or (not as_directory and path.suffix.lower() != ".zip"):
        raise UsageError(
            f"`{choices.output}` is no name for a bundle", hint="End it with `.zip`, or with `/` for a folder"
        )
    return Destination(path=path, as_directory=as_directory)
