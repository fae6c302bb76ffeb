"""What hash mode (`--require-hashes`) demands of requirements. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from packaging.utils import canonicalize_name

from builder.errors import MissingHashError
from builder.inputs.messages import shown
from builder.model import Request


def check_hash_mode(
    requests: Sequence[Request], constraints: Sequence[Request], environment: Mapping[str, str] | None
) -> None:
    """Every requirement has a hash and one possible version, else MissingHashError tells all that have not.

    A constraint may give either. With an `environment`, requirements whose markers exclude it do not count.
    """
    evidence = []
    by_name = _by_name(constraints)
    for request in requests:
        lack = _lack(request, by_name)
        if lack and (environment is None or _applies(request, environment)):
            evidence.append(f"{request.origin}: {lack}")
    if evidence:
        raise MissingHashError(
            "Hash mode is on, and not every requirement has a hash and an exact version",
            evidence=evidence,
            hint="One `--hash` turns it on for all; `pip-compile --generate-hashes` or `uv pip compile "
            "--generate-hashes` writes them",
        )


def _by_name(constraints: Iterable[Request]) -> dict[str, list[Request]]:
    found: dict[str, list[Request]] = {}
    for constraint in constraints:
        if constraint.requirement is not None:
            found.setdefault(canonicalize_name(constraint.requirement.name), []).append(constraint)
    return found


def _applies(request: Request, environment: Mapping[str, str]) -> bool:
    marker = request.requirement.marker if request.requirement is not None else request.marker
    return marker is None or marker.evaluate({**environment, "extra": ""})


def _lack(request: Request, constraints: Mapping[str, Sequence[Request]]) -> str:
    """What a request lacks for hash mode; empty when nothing."""
    name = request.requirement.name if request.requirement is not None else request.direct or ""
    helpers = constraints.get(canonicalize_name(name), ())
    if request.direct is not None and _cannot_be_hashed(request, request.direct):
        return f"`{shown(name)}` is a folder or a repository, which has no hash"
    lacks = []
    if not any(_is_pinned(each) for each in (request, *helpers)):
        lacks.append("is not pinned with `==`")
    if not any(each.hashes for each in (request, *helpers)):
        lacks.append("has no hash")
    return f"`{shown(name)}` {' and '.join(lacks)}" if lacks else ""


def _cannot_be_hashed(request: Request, direct: str) -> bool:
    folder = direct.startswith("file:") and direct.endswith("/")
    return request.editable or folder or "+" in direct.partition(":")[0]


def _is_pinned(request: Request) -> bool:
    if request.direct is not None:
        return True
    specifiers = list(request.requirement.specifier) if request.requirement is not None else []
    return any(each.operator in {"==", "==="} and not each.version.endswith(".*") for each in specifiers)
