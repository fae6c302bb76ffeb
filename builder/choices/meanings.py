"""Options become values: what the user typed, checked and in the words of the stages."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from builder.model import LayoutKind, LinkOptions
from manylinux.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packaging.utils import NormalizedName

    from builder.choices.bundle_choices import BundleChoices
    from builder.choices.wishes import IndexChoices, InputChoices, ResolveChoices
    from builder.model import Compiling, Inputs, ResolveOptions

NEWEST = "newest"
_LAYERS = {
    None: LayoutKind.LAYER,
    "python": LayoutKind.LAYER,
    "site-packages": LayoutKind.LAYER_SITE_PACKAGES,
}
Named = TypeVar("Named", bound=StrEnum)


def demand_inputs(inputs: InputChoices, source: Path | None = None, *, example: str) -> None:
    """Raises UsageError when nothing is asked for: an empty bundle would be made of a forgotten word.

    `example` is a command line that asks for something.
    """
    if not inputs.words and not inputs.requirement_files and source is None:
        raise UsageError(
            "There are no requirements",
            hint=f"Name files or requirements, such as `{example}`",
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
    from builder.model import FormatControl, IndexOptions, Inputs  # a warm build reads none

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
    from builder.model import Preference, ResolveOptions

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


def one_of(kind: type[Named], name: str, option: str) -> Named:
    """The member of `kind` that is called `name`. Raises UsageError where `option` means nothing."""
    try:
        return kind(name)
    except ValueError as error:
        raise UsageError(
            f"`{option}` is `{name}`, which means nothing",
            hint=f"It is one of: {', '.join(each.value for each in kind)}",
        ) from error


def link_options(choices: BundleChoices, prefer: tuple[str, ...]) -> LinkOptions:
    """Where files go. Raises UsageError for options that contradict each other."""
    if choices.layer_path and not choices.layer:
        raise UsageError("`--layer-path` is given without `--layer`", hint="Add `--layer`")
    if choices.layer_path not in _LAYERS:
        raise UsageError(
            f"There is no layout of layers called `{choices.layer_path}`",
            hint="It is `python` or `site-packages`",
        )
    return LinkOptions(
        layout=_LAYERS[choices.layer_path] if choices.layer else LayoutKind.FUNCTION,
        scripts=choices.scripts,
        prefer=normalized(name for name in prefer if name != NEWEST),
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
        hint = "End it with `.zip`, or with `/` for a folder"
        if path.name.startswith("pylock."):
            hint += f"; a lock file is made by `lbuild lock ... -o {choices.output}`"
        raise UsageError(f"`{choices.output}` is no name for a bundle", hint=hint)
    return Destination(path=path, as_directory=as_directory)
