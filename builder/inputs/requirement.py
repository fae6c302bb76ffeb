"""The text of one requirement to a Request, as pip reads it.

PEP 508 (`name[extra]>=1; marker`, `name @ URL`) is packaging's part. Here are pip's other forms: URLs alone,
VCS URLs, local folders and archives with extras and markers. Relative paths count from the working directory,
also in nested files, as in pip. What has a separator, or begins with a dot, is a path; `/` and `\\` are
separators on every host.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from builder.disk import Disk
from builder.errors import InvalidRequirementError
from builder.inputs import missing
from builder.inputs.messages import shown
from builder.inputs.pep508 import is_marker, parse_marker, parse_requirement
from builder.inputs.urls import (
    VCS,
    Reference,
    absolute,
    file_url,
    is_reference,
    is_vcs,
    path_of,
    read_reference,
    scheme_of,
)
from builder.model import Origin, Request

ARCHIVES = (
    *(".whl", ".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz"),
    *(".tar.xz", ".txz", ".tlz", ".tar.lz", ".tar.lzma"),
)
PROJECT_FILES = ("pyproject.toml", "setup.py")
_LISTS = (".txt", ".in")
_NAMED = re.compile(r"(?P<head>[A-Za-z0-9][A-Za-z0-9._-]*\s*(?:\[[^\]]*\]\s*)?)@\s*(?P<url>.*)", re.DOTALL)
_MARKER_AFTER_URL = re.compile(r"\s;|;\s|;$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where relative paths begin, and what exists."""

    cwd: Path
    disk: Disk


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What is said beside a requirement's text."""

    origin: Origin
    folder: Path | None = None
    """Of the file it stands in, for hints."""
    editable: bool = False
    hashes: frozenset[str] = frozenset()
    config_settings: Mapping[str, str | tuple[str, ...]] | None = None


def read_request(text: str, given: Given, place: Place) -> Request:
    """The request `text` makes; raises InvalidRequirementError, or InputNotFoundError for a missing path."""
    text = text.strip()
    named = _NAMED.fullmatch(text)
    if named is not None and not _is_existing_path(text, place):
        return _named_reference(named["head"], named["url"], given, place)
    if given.editable:
        text = _with_vcs_prefix(text)
    if is_reference(text) or (scheme_of(text) is not None and "://" in text):
        return _bare_reference(text, given, place)
    if given.editable or looks_like_path(text):
        return _local(text, given, place)
    return _by_name(text, given)


def is_named_reference(text: str) -> bool:
    """Whether `text` has the form `name @ URL`."""
    named = _NAMED.fullmatch(text.strip())
    return named is not None and scheme_of(named["url"]) is not None


def looks_like_path(text: str) -> bool:
    """pip's rule: a separator, a leading dot, or the suffix of an archive, before any marker."""
    subject = text.partition(";")[0].strip()
    if "://" in subject:
        return False
    if subject.startswith(".") or "/" in subject or "\\" in subject:
        return True
    return _parted(subject)[0].lower().endswith(ARCHIVES)


# -- the forms -----------------------------------------------------------------------------------------------


def _by_name(text: str, given: Given) -> Request:
    requirement = parse_requirement(text.removesuffix(";"))  # pip takes an empty marker
    if text.lower().endswith(_LISTS):
        raise InvalidRequirementError(
            f"`{text}` is the name of a file, not of a project", hint=f"Did you mean `-r {text}`?"
        )
    return _request(given, requirement=requirement)


def _named_reference(head: str, url: str, given: Given, place: Place) -> Request:
    url, marker = _cut_marker(url)
    if scheme_of(url) is None:
        raise InvalidRequirementError(
            f"`{shown(url)}` is no URL",
            hint="For a local project or archive write its path alone, or a `file:` URL after the `@`",
        )
    reference = _usable(read_reference(url, place.cwd), url, given, place)
    return _request(given, requirement=_direct_requirement(head, reference, url, marker), reference=reference)


def _bare_reference(text: str, given: Given, place: Place) -> Request:
    url, marker = _cut_marker(text)
    address, hash_sign, fragment = url.partition("#")
    address, extras = _parted(address) if "?" not in address else (address, "")
    url = address + hash_sign + fragment
    reference = _usable(read_reference(url, place.cwd), url, given, place)
    if reference.filename.lower().endswith(_LISTS):
        raise InvalidRequirementError(
            f"`{shown(url)}` is neither a wheel nor an sdist",
            hint="Download it, and name the copy as a requirements file",
        )
    return _direct(reference, url=url, extras=extras, marker=marker, given=given)


def _local(text: str, given: Given, place: Place) -> Request:
    if "://" in text or text.startswith(tuple(f"{vcs}+" for vcs in VCS)):
        raise InvalidRequirementError(f"`{shown(text)}` is no URL", hint="Write `git+ssh://git@HOST/PATH`")
    subject, _, marker = text.partition(";")
    path, extras = _parted(subject.strip())
    url = file_url(absolute(path, place.cwd))
    reference = _usable(Reference(scheme="file", url=url), path, given, place)
    return _direct(reference, url=url, extras=extras, marker=marker.strip(), given=given)


def _direct(reference: Reference, *, url: str, extras: str, marker: str, given: Given) -> Request:
    """A direct reference without `name @`: its name may stand in `#egg=` or in a wheel's file name."""
    name = _wheel_name(reference.filename) if reference.filename.lower().endswith(".whl") else reference.egg
    if name is not None:
        head = f"{name}[{extras}]" if extras else name
        requirement = _direct_requirement(head, reference, url, marker)
        return _request(given, requirement=requirement, reference=reference)
    placeholder = parse_requirement(f"placeholder[{extras}]") if extras else None
    return _request(
        given,
        requirement=None,
        reference=reference,
        extras=frozenset(canonicalize_name(extra) for extra in placeholder.extras)
        if placeholder
        else frozenset(),
        marker=parse_marker(marker) if marker else None,
    )


def _request(
    given: Given,
    *,
    requirement: Requirement | None,
    reference: Reference | None = None,
    extras: frozenset[str] = frozenset(),
    marker: Marker | None = None,
) -> Request:
    if requirement is not None and requirement.extras:
        extras = frozenset(canonicalize_name(extra) for extra in requirement.extras)
    return Request(
        origin=given.origin,
        requirement=requirement,
        direct=None if reference is None else reference.url,
        extras=extras,
        marker=marker,
        hashes=given.hashes if reference is None else given.hashes | reference.hashes,
        subdirectory=None if reference is None else reference.subdirectory,
        editable=given.editable,
        config_settings=given.config_settings or {},
    )


# -- pieces --------------------------------------------------------------------------------------------------


def _is_existing_path(text: str, place: Place) -> bool:
    """Whether `a@b/c` is a folder rather than a project at a URL; a URL has its scheme."""
    subject = _parted(text.partition(";")[0].strip())[0]
    if "/" not in subject or scheme_of(subject.partition("@")[2]) is not None:
        return False
    target = absolute(subject, place.cwd)
    return place.disk.is_dir(target) or place.disk.is_file(target)


def _with_vcs_prefix(text: str) -> str:
    """pip takes `-e git://...` for `-e git+git://...`."""
    scheme = scheme_of(text)
    return f"{scheme}+{text}" if scheme in VCS else text


def _parted(target: str) -> tuple[str, str]:
    """A path or URL, and the extras in brackets after it."""
    before, bracket, extras = target[:-1].rpartition("[") if target.endswith("]") else ("", "", "")
    return (before.rstrip(), extras) if before and bracket and extras.strip() else (target, "")


def _cut_marker(text: str) -> tuple[str, str]:
    """A URL and its marker; a semicolon without a blank is part of the URL, unless that looks like a slip."""
    found = _MARKER_AFTER_URL.search(text)
    if found is not None:
        return text[: found.start()].strip(), text[found.end() :].strip().removeprefix(";").strip()
    before, semicolon, after = text.partition(";")
    if semicolon and is_marker(after):
        raise InvalidRequirementError(
            f"`;{shown(after)}` is part of the URL as it stands",
            hint=f"Put a blank before the semicolon: `{shown(before)} ; {shown(after)}`",
        )
    return text.strip(), ""


def _direct_requirement(head: str, reference: Reference, url: str, marker: str) -> Requirement:
    """PEP 508 form with the URL made absolute, its fragment kept."""
    fragment = url.partition("#")[2].strip().replace(" ", "%20")
    address = f"{reference.url}#{fragment}" if fragment else reference.url
    return parse_requirement(f"{head} @ {address}" + (f" ; {marker}" if marker else ""))


def _wheel_name(filename: str) -> str:
    try:
        return parse_wheel_filename(filename)[0]
    except ValueError:
        raise InvalidRequirementError(
            f"`{shown(filename)}` is no wheel file name",
            hint="Wheels are named `name-version-python-abi-platform.whl`",
        ) from None


def _usable(reference: Reference, written: str, given: Given, place: Place) -> Reference:
    """The reference, if its kind may be editable and what it names exists; a folder's URL gets its slash."""
    if reference.scheme == "file":
        target = path_of(reference.url, place.cwd)
        _check_exists(written, target, reference.subdirectory or "", given, place)
        return replace(reference, url=f"{reference.url}/") if place.disk.is_dir(target) else reference
    if given.editable and not is_vcs(reference.scheme):
        raise InvalidRequirementError(
            f"`{shown(reference.url)}` cannot be editable",
            hint="Only local folders and VCS URLs can: leave out `-e`",
        )
    return reference


def _beside_file(written: str, given: Given, place: Place) -> str | None:
    """A hint, when a missing path exists from the folder of the file that names it."""
    if given.folder is None or scheme_of(written) is not None:
        return None
    target = absolute(written, given.folder)
    if not place.disk.is_dir(target) and not place.disk.is_file(target):
        return None
    return (
        "Paths of requirements count from the working directory, as in pip, not from the file that names them"
    )


def _check_exists(written: str, target: Path, subdirectory: str, given: Given, place: Place) -> None:
    """Nothing, when a project folder or an archive lies at `target`."""
    if place.disk.is_dir(target):
        if not any(place.disk.is_file(target / subdirectory / name) for name in PROJECT_FILES):
            raise InvalidRequirementError(
                f"the folder `{shown(written)}` is no project",
                evidence=["it holds no pyproject.toml and no setup.py"],
            )
    elif not place.disk.is_file(target):
        raise missing.no_such_input(written, target, place.disk, hint=_beside_file(written, given, place))
    elif given.editable:
        raise InvalidRequirementError(f"`{shown(written)}` is a file, and only folders can be editable")
    elif not target.name.lower().endswith(ARCHIVES):
        hint = f"Did you mean `-r {shown(written)}`?" if target.name.lower().endswith(_LISTS) else None
        raise InvalidRequirementError(f"`{shown(written)}` is neither a wheel nor an sdist", hint=hint)
