"""Reasons why nothing makes wheels of a project: data beside the recipes, read and checked as those are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidName, canonicalize_name

from prebuilt_index.recipes.document import check_schema, document, raise_faults
from prebuilt_index.recipes.fields import Fields
from prebuilt_index.recipes.reading import targets_of
from prebuilt_index.recipes.values import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packaging.utils import NormalizedName

_FILE = ("schema", "reasons")
_REASON = ("project", "versions", "targets", "why", "instead")
_LONGEST = 160
"""Characters of a reason: it is a cell of a table."""


def read_reasons(text: str, file: str) -> tuple[Reason, ...]:
    """All reasons of a file, in its order. Raises InvalidRecipeError with every fault."""
    fields = Fields(table=document(text, file))
    fields.only(_FILE)
    check_schema(fields)
    found = [_reason(each, file) for each in fields.tables("reasons")]
    if not found:
        fields.wrong("reasons", "has none")
    raise_faults(fields, file)
    return tuple(found)


def _reason(fields: Fields, file: str) -> Reason:
    fields.only(_REASON)
    project = _name(fields, "project", fields.text("project", needed=True))
    instead = tuple(_name(fields, "instead", each) for each in fields.texts("instead"))
    if project in instead:
        fields.wrong("instead", "names the project itself")
    return Reason(
        project=project,
        versions=_versions(fields),
        targets=tuple(targets_of(fields)),
        why=_why(fields),
        instead=instead,
        file=file,
    )


def _name(fields: Fields, key: str, text: str) -> NormalizedName:
    try:
        return canonicalize_name(text, validate=bool(text))
    except InvalidName:
        fields.wrong(key, f"is `{text}`, which is no name of a project")
        return canonicalize_name(text)


def _versions(fields: Fields) -> SpecifierSet:
    """Without an upper end nothing would ever say that a reason is out of date."""
    text = fields.text("versions", needed=True)
    try:
        versions = SpecifierSet(text)
    except InvalidSpecifier as error:
        fields.wrong("versions", f"is no specifier: {error}")
        return SpecifierSet()
    if text and not any(each.operator in ("<", "<=", "==", "===", "~=") for each in versions):
        fields.wrong("versions", f"is `{text}`, which has no end: name the newest that was tried")
    return versions


def _why(fields: Fields) -> str:
    why = fields.text("why", needed=True)
    if len(why) > _LONGEST:
        fields.wrong("why", f"has {len(why)} characters, and {_LONGEST} fit")
    if any(character in why for character in "\r\n") or why.endswith("."):
        fields.wrong("why", "is no clause: one line, without a full stop")
    return why


def overlaps(reasons: tuple[Reason, ...]) -> Iterator[tuple[Reason, Reason]]:
    """Pairs of which a reader could not say which counts: of one project, with a target in common."""
    for position, each in enumerate(reasons):
        for other in reasons[position + 1 :]:
            if each.project == other.project and set(each.targets) & set(other.targets):
                yield each, other
