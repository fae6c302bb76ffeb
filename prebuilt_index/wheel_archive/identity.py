"""Who a wheel says it is, in three places that have to agree; and what it would put on a user's path.

Specs: binary distribution format (file name, `.dist-info`, WHEEL), core metadata, entry points; Z31 and Z32.
"""

import configparser
import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from packaging.metadata import RawMetadata, parse_email
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import (
    NormalizedName,
    canonicalize_name,
    canonicalize_version,
    parse_wheel_filename,
)
from packaging.version import Version

from manylinux.versions import parsed_version
from prebuilt_index.errors import MetadataMismatchError
from prebuilt_index.wheel_archive.rules import refusal, shown

MAX_METADATA: Final = 8 << 20
"""Bytes, description included."""
MAX_SMALL: Final = 1 << 20
"""Bytes of WHEEL, of `entry_points.txt`, and of METADATA's headers: parsing them is slow."""
_MAX_POINTS: Final = 10_000
"""Lines of `entry_points.txt`: the parser takes quadratic time to list those it cannot read."""
_BLANK_LINE: Final = re.compile(rb"(?:\r\n|\n|\r(?!\n)){2}")
_SUFFIX: Final = ".dist-info"
_SCRIPT_GROUPS: Final = ("console_scripts", "gui_scripts")
_SCRIPT_NAME: Final = re.compile(r"[\w.+-]+( [\w.+-]+)*")
_INTERPRETER: Final = re.compile(r"(python|pythonw|pypy|pypyw)[\d.]*t?(\.exe)?", re.IGNORECASE)


class Name(NamedTuple):
    """What a wheel's file name says."""

    project: NormalizedName
    version: Version


def parse_filename(filename: str) -> Name:
    """Project and version by the file name. Raises BadArchiveError when it is no wheel's name."""
    try:
        project, version, _, _ = parse_wheel_filename(filename)
    except ValueError as error:
        raise refusal("Z31", f"`{shown(filename)}` is not the name of a wheel") from error
    return Name(project, version)


def find_dist_info(paths: Iterable[str], name: Name) -> str:
    """The one `.dist-info` directory, which has the name and version of the file."""
    found = sorted(
        {top for path in paths if (top := path.partition("/")[0]).endswith(_SUFFIX) and top != path}
    )
    if len(found) != 1:
        listed = ", ".join(f"`{shown(one)}`" for one in found[:5]) or "none"
        raise refusal("Z31", f"A wheel has one `.dist-info` directory, this one has {listed}")
    project, _, version = found[0].removesuffix(_SUFFIX).partition("-")
    if canonicalize_name(project) != name.project or parsed_version(version) != name.version:
        raise MetadataMismatchError(
            f"A wheel of {name.project} {name.version} is another one inside",
            evidence=(f"its `.dist-info` directory is `{shown(found[0])}`",),
        )
    return found[0]


def check_metadata(metadata: bytes, name: Name) -> None:
    """METADATA has the name and version of the file. Raises MetadataMismatchError."""
    raw = _raw(metadata)
    project, version = raw.get("name", ""), raw.get("version", "")
    if canonicalize_name(project) != name.project or parsed_version(version) != name.version:
        raise MetadataMismatchError(
            f"A wheel of {name.project} {name.version} is another one inside",
            evidence=(f"its METADATA says `{shown(project)}` `{shown(version)}`",),
        )


def requires_python_of(metadata: bytes) -> str | None:
    """Requires-Python as METADATA says it; None where it says nothing."""
    return _raw(metadata).get("requires_python") or None


def root_is_purelib(wheel: bytes, path: str) -> bool:
    """What WHEEL says of it. Raises BadArchiveError when this version of the format is unknown."""
    lines = [line.partition(":") for line in wheel.decode("utf-8", "replace").splitlines()]
    fields = {key.strip().lower(): value.strip() for key, _, value in lines}
    version, pure = fields.get("wheel-version", ""), fields.get("root-is-purelib", "").lower()
    if not re.fullmatch(r"[01]\.[0-9]+", version):
        raise refusal("Z31", f"WHEEL has the version `{shown(version)}`, only 1.x is known", path)
    if pure not in ("true", "false"):
        raise refusal("Z31", f"WHEEL has `{shown(pure)}` for Root-Is-Purelib", path)
    return pure == "true"


# -- scripts -------------------------------------------------------------------------------------------------


def check_scripts(paths: Iterable[str], entry_points: bytes | None, dist_info: str) -> None:
    """No script, from `.data/scripts` or for an entry point, is an interpreter or lies elsewhere."""
    for path in paths:
        top, _, below = path.partition("/")
        if top.endswith(".data") and below.startswith("scripts/"):
            _check_script(below.removeprefix("scripts/"), path)
    if entry_points is not None:
        path = f"{dist_info}/entry_points.txt"
        for script in script_names(entry_points, path):
            if not _SCRIPT_NAME.fullmatch(script) or script.strip(".") == "":
                raise refusal("Z32", f"An entry point has the name `{shown(script)}`", path)
            _check_script(script, path)


def _check_script(script: str, path: str) -> None:
    if _INTERPRETER.fullmatch(script):
        raise refusal("Z32", f"A script has the name of an interpreter, `{shown(script)}`", path)


def script_names(entry_points: bytes, path: str) -> tuple[str, ...]:
    """Names for which an installer would write a script. Raises BadArchiveError when unreadable."""
    lines = entry_points.count(b"\n")
    if lines > _MAX_POINTS:
        raise refusal("Z28", f"`entry_points.txt` has {lines} lines, more than {_MAX_POINTS}", path)
    parser = configparser.ConfigParser(
        delimiters=("=",), interpolation=None, strict=False, default_section=""
    )
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # keeps the case of names
    try:
        parser.read_string(entry_points.decode("utf-8"))
    except (UnicodeDecodeError, configparser.Error) as error:
        first = str(error).partition("\n")[0]
        raise refusal("Z32", f"Entry points cannot be read: {shown(first)}", path) from error
    return tuple(name for group in _SCRIPT_GROUPS if group in parser for name in parser[group])


# -- promises of an index ------------------------------------------------------------------------------------


def compare_metadata(promised: bytes, shipped: bytes) -> None:
    """The metadata an index gave apart from the wheel (PEP 658) says what the wheel's own says.

    Raises MetadataMismatchError naming each of the five fields that a resolution depends on and that differs.
    """
    if evidence := differing_fields(promised, shipped, "the index"):
        raise MetadataMismatchError("A wheel's metadata is not what the index said it is", evidence=evidence)


def differing_fields(promised: bytes, shipped: bytes, who: str) -> tuple[str, ...]:
    """Fields that a resolution depends on and that differ from what `who` said, a line each."""
    before, after = _depended_on(_raw(promised)), _depended_on(_raw(shipped))
    return tuple(
        f"{field}: {who} said {_told(before[field], after[field])}, the wheel says"
        f" {_told(after[field], before[field])}"
        for field in before
        if before[field] != after[field]
    )


def _depended_on(raw: RawMetadata) -> Mapping[str, frozenset[str]]:
    return {
        "Name": frozenset({canonicalize_name(raw.get("name", ""))}),
        "Version": frozenset({canonicalize_version(raw.get("version", ""))}),
        "Requires-Python": frozenset({_specifiers(raw.get("requires_python", ""))}),
        "Requires-Dist": frozenset(map(_requirement, raw.get("requires_dist", ()))),
        "Provides-Extra": frozenset(map(canonicalize_name, raw.get("provides_extra", ()))),
    }


def _told(these: frozenset[str], those: frozenset[str]) -> str:
    return ", ".join(f"`{shown(text)}`" for text in sorted(these - those)[:5]) or "nothing"


def _requirement(text: str) -> str:
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return " ".join(text.split())
    requirement.name = canonicalize_name(requirement.name)
    return str(requirement)


def _specifiers(text: str) -> str:
    try:
        return str(SpecifierSet(text))
    except InvalidSpecifier:
        return " ".join(text.split())


def _raw(metadata: bytes) -> RawMetadata:
    """The headers; the description, in which a parser of e-mail finds more than is there, is left out."""
    blank = _BLANK_LINE.search(metadata)
    headers = metadata if blank is None else metadata[: blank.end()]
    if len(headers) > MAX_SMALL:
        raise refusal("Z28", f"METADATA has {len(headers)} bytes of headers, more than {MAX_SMALL}")
    raw, _ = parse_email(headers)
    return raw
