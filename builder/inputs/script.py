"""The metadata block of a Python script to requests (inline script metadata, PEP 723)."""

import re
from collections.abc import Iterator
from itertools import groupby

from builder.errors import InvalidRequirementError
from builder.inputs.messages import placed
from builder.inputs.pyproject import ProjectRequests, listed, requires_python_of
from builder.inputs.requirement import Given, Place, read_request
from builder.inputs.text import decode
from builder.inputs.toml_text import parse_toml
from builder.model import Origin, Request
from manylinux.errors import LbuildError, SeveralErrors

_BEGIN = re.compile(r"# /// ([a-zA-Z0-9-]+)")
_END = "# ///"
_TYPE = "script"
_AN_EXAMPLE = "Begin it with `# /// script`, `# dependencies = [...]` and `# ///`, each on a line of its own"


def read_script(content: bytes, *, source: str, place: Place) -> ProjectRequests:
    """What a script's block asks for; raises every fault it sees."""
    try:
        table = parse_toml(_block(decode(content)).encode())
        dependencies = tuple(listed(table.get("dependencies", []), "dependencies"))
        requires_python = requires_python_of(table.get("requires-python"), "requires-python")
    except InvalidRequirementError as error:
        raise placed(error, Origin(source=source)) from None
    requests: list[Request] = []
    errors: list[LbuildError] = []
    for dependency in dependencies:
        origin = Origin(source=f"{source} {dependency.where}")
        try:
            requests.append(read_request(dependency.text, Given(origin=origin), place))
        except LbuildError as error:
            errors.append(placed(error, origin))
    SeveralErrors.raise_any(errors)
    return ProjectRequests(requests=tuple(requests), requires_python=requires_python)


def blocks(text: str) -> Iterator[tuple[str, list[str]]]:
    """Type and lines of each block, as the specification's regular expression finds them, in linear time.

    A block ends with the last end line of the comment lines it begins among.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    for is_comment, group in groupby(lines, lambda line: line == "#" or line.startswith("# ")):
        run = list(group) if is_comment else []
        last = max((number for number, line in enumerate(run) if line == _END), default=0)
        for number in range(last - 1):
            if begin := _BEGIN.fullmatch(run[number]):
                yield begin[1], run[number + 1 : last]
                break


def _block(text: str) -> str:
    """The TOML of the one block for scripts."""
    found = [lines for kind, lines in blocks(text) if kind == _TYPE]
    if not found:
        raise InvalidRequirementError("it has no block of script metadata (PEP 723)", hint=_AN_EXAMPLE)
    if len(found) > 1:
        raise InvalidRequirementError("it has several blocks of script metadata", hint="Leave one of them")
    return "\n".join(line[2:] for line in found[0])
