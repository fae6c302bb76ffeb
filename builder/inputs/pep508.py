"""packaging's Requirement and Marker, with errors that say what was likely meant. Pure."""

import re

from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement

from builder.errors import InvalidRequirementError
from builder.inputs.messages import shown

_LONGEST_VERSION = 1000
"""Characters; Python itself refuses to read numbers of more than 4,300 digits."""
_SOMEWHERE = {
    "extra": "",
    "implementation_name": "cpython",
    "implementation_version": "3.14.0",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_release": "5.10",
    "platform_system": "Linux",
    "platform_version": "#1 SMP",
    "python_full_version": "3.14.0",
    "python_version": "3.14",
    "sys_platform": "linux",
}
"""An environment to try markers in: whether they have a meaning at all does not hang on its values."""
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
    if requirement.marker is not None:
        _check_meaning(requirement.marker)
    return requirement


def parse_marker(text: str) -> Marker:
    """The marker of PEP 508; raises InvalidRequirementError."""
    try:
        marker = Marker(text)
    except InvalidMarker as error:
        why = str(error).partition("\n")[0]
        raise InvalidRequirementError(f"`{shown(text)}` is no marker", evidence=[shown(why)]) from None
    except RecursionError:
        raise InvalidRequirementError(f"the marker `{shown(text)}` is nested too deep") from None
    _check_meaning(marker)
    return marker


def _check_meaning(marker: Marker) -> None:
    """Nothing for a marker that is true or false; raises InvalidRequirementError for one that is neither."""
    try:
        marker.evaluate(_SOMEWHERE)
    except UndefinedComparison:
        raise InvalidRequirementError(
            f"the marker `{shown(str(marker))}` compares what has no order",
            hint='Compare names with `==`, `!=` or `in`, and write versions as in `~= "3.11"`',
        ) from None
    except UndefinedEnvironmentName:
        raise InvalidRequirementError(
            f"the marker `{shown(str(marker))}` asks for what only a lock file knows",
            hint="Choose extras and groups with `--extra` and `--group`",
        ) from None


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
