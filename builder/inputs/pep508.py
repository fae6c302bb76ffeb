"""packaging's Requirement and Marker, with errors that say what was likely meant. Pure."""

import re

from packaging.markers import InvalidMarker, Marker
from packaging.requirements import InvalidRequirement, Requirement

from builder.errors import InvalidRequirementError
from builder.inputs.messages import shown

_LONGEST_VERSION = 1000
"""Characters; Python itself refuses to read numbers of more than 4,300 digits."""
ITS_FORM = "Write it as `name`, `name==1.0` or `name[extra]>=1,<2`"
"""The hint for what looks like nothing in particular."""


def parse_requirement(text: str) -> Requirement:
    """The requirement of PEP 508; raises InvalidRequirementError."""
    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        why = str(error).partition("\n")[0]
        raise InvalidRequirementError(
            f"`{shown(text)}` is no requirement", evidence=[shown(why)], hint=_likely_meant(text, why)
        ) from None
    except RecursionError:
        raise InvalidRequirementError(f"the marker of `{shown(text)}` is nested too deep") from None
    if len(text) > _LONGEST_VERSION and any(
        len(each.version) > _LONGEST_VERSION for each in requirement.specifier
    ):
        raise InvalidRequirementError(f"a version of more than {_LONGEST_VERSION} characters is none")
    return requirement


def parse_marker(text: str) -> Marker:
    """The marker of PEP 508; raises InvalidRequirementError."""
    try:
        return Marker(text)
    except InvalidMarker as error:
        why = str(error).partition("\n")[0]
        raise InvalidRequirementError(f"`{shown(text)}` is no marker", evidence=[shown(why)]) from None
    except RecursionError:
        raise InvalidRequirementError(f"the marker `{shown(text)}` is nested too deep") from None


def is_marker(text: str) -> bool:
    try:
        Marker(text)
    except (InvalidMarker, RecursionError):
        return False
    return True


def _likely_meant(text: str, why: str) -> str:
    if text.startswith("pip install "):
        return "Write only what follows `pip install`"
    if "${" in text:
        return "A variable stays as it is written when it is unset or empty, or its name is not upper-case"
    if re.search(r"\s-", text):
        return "Put a blank, not a tab, before options"
    if re.search(r"[^=]=[^=]", text) and not re.search(r"[=!<>~]=|[<>]", text):
        return "`=` is no operator: write `==`"
    if "comma" in why:
        return "Put commas between specifiers, as in `>=1,<2`; write one requirement to a line"
    if re.match(r"[\w.-]+\s+[\w.-]+", text):
        return "Write one requirement to a line"
    return ITS_FORM
