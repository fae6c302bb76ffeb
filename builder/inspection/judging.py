"""What is to be said of the parts beside what their compiled files say: pure, facts in, findings out."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from builder.inspection.bytecode import useless
from builder.inspection.values import Entry, Part, Role
from manylinux.audit.finding import Finding, Severity
from manylinux.target import Target

_WORLD_READABLE = 0o004
_ADVICE = {
    "stale-bytecode": "Ship none, or compile with `--invalidation-mode unchecked-hash`",
    "other-bytecode": "Ship none, or compile with the runtime's Python",
    "orphaned-bytecode": "Ship none",
    "broken-bytecode": "Ship the source, or compile with the runtime's Python",
}
_EXAMPLES = 3
OF_SIZE = frozenset({"too-large", "too-many-layers"})
"""Errors for which nothing fails to load: Lambda does not take it."""


def judge(parts: Sequence[Part], target: Target) -> Iterator[Finding]:
    """Archives, modes, bytecode, what stands twice, the runtime's packages and Lambda's limits."""
    for part in parts:
        for fault in part.faults:
            yield Finding(
                code=fault.code, severity=fault.severity, path=part.place(fault.path), evidence=fault.evidence
            )
        yield from _unreadable_modes(part)
        yield from _bytecode(part, target.runtime.python)
    yield from _twice(parts, target)
    yield from _runtime_packages(parts, target)
    yield from _limits(parts, target)


def _unreadable_modes(part: Part) -> Iterator[Finding]:
    """Lambda's user is neither owner nor group of what was unpacked."""
    paths = [
        path
        for path, entry in part.entries.items()
        if entry.mode is not None and not entry.mode & _WORLD_READABLE
    ]
    if paths:
        modes = sorted({f"{part.entries[path].mode or 0:04o}" for path in paths})
        yield _of_many(
            "unreadable-mode",
            Severity.ERROR,
            part,
            paths,
            f"not readable for others: {', '.join(modes[:_EXAMPLES])}",
            "Give files 0644 and programs 0755 before they are zipped",
        )


def _bytecode(part: Part, python: str) -> Iterator[Finding]:
    found: dict[tuple[str, str, bool], list[str]] = defaultdict(list)
    for verdict in useless(part, python):
        found[verdict.code, verdict.reason, verdict.breaks].append(verdict.path)
    for (code, reason, breaks), paths in found.items():
        severity = Severity.ERROR if breaks else Severity.WARNING
        yield _of_many(code, severity, part, paths, reason, _ADVICE[code])


def _twice(parts: Sequence[Part], target: Target) -> Iterator[Finding]:
    """Files that two parts would import under one name."""
    seen: dict[str, tuple[Part, str]] = {}
    same: dict[tuple[int, int], list[tuple[str, str]]] = defaultdict(list)
    other: dict[tuple[int, int], list[tuple[str, str]]] = defaultdict(list)
    order = sorted(parts, key=lambda part: part.role is Role.LAYER)
    for part in order:
        for path, entry in part.entries.items():
            name = _imported_as(path, part, target.runtime.python)
            if name is None:
                continue
            first = seen.setdefault(name, (part, path))
            if first[0] is not part:
                equal = _equal(first[0].entries[first[1]], entry)
                pair = (parts.index(first[0]), parts.index(part))
                (same if equal else other)[pair].append((name, path))
    for (winner, loser), found in same.items():
        yield _pair("duplicate-file", Severity.NOTE, parts[winner], parts[loser], found, "has the same bytes")
    for (winner, loser), found in other.items():
        yield _pair("hidden-file", Severity.WARNING, parts[winner], parts[loser], found, "has other bytes")


def _pair(
    code: str, severity: Severity, winner: Part, loser: Part, found: Sequence[tuple[str, str]], what: str
) -> Finding:
    paths = [path for _, path in found]
    told = f"`{winner.name}` comes first on sys.path and {what}"
    return _of_many(code, severity, loser, paths, told, "Keep it in one of them")


def _equal(one: Entry, other: Entry) -> bool:
    return (one.size, one.crc) == (other.size, other.crc)


def _imported_as(path: str, part: Part, python: str) -> str | None:
    """The path below its folder of sys.path; None when it is in none, or of no weight there."""
    if part.role is not Role.LAYER:
        name = path
    else:
        roots = (f"python/lib/python{python}/site-packages/", "python/")
        root = next((root for root in roots if path.startswith(root)), None)
        if root is None:
            return None
        name = path[len(root) :]
    return None if name.endswith(".pyc") else name


def _runtime_packages(parts: Sequence[Part], target: Target) -> Iterator[Finding]:
    """The SDK for Python works as a set: half of one and half of another may not."""
    preinstalled = target.runtime.preinstalled
    shipped = {
        name: (version, part, folder)
        for part in parts
        for folder, (name, version) in part.distributions.items()
        if name in preinstalled
    }
    if not shipped or "boto3" not in preinstalled:
        return
    left = [name for name in ("boto3", "botocore") if name not in shipped and name in preinstalled]
    rows = [
        f"{name} {version}; the runtime has {preinstalled[name]}"
        for name, (version, _, _) in sorted(shipped.items())
    ]
    _, part, folder = next(iter(shipped.values()))
    half = len(left) == 1
    yield Finding(
        code="half-of-sdk" if half else "runtime-package",
        severity=Severity.WARNING if half else Severity.NOTE,
        path=part.place(folder),
        evidence=tuple(rows)
        + ((f"{left[0]} is the runtime's own: {preinstalled[left[0]]}",) if half else ()),
        hint="Ship boto3, botocore and what they need together, or none of them" if half else None,
    )


def _limits(parts: Sequence[Part], target: Target) -> Iterator[Finding]:
    limits = target.runtime.limits
    layers = [part for part in parts if part.role is Role.LAYER]
    unzipped = sum(part.unzipped for part in parts)
    if unzipped >= limits.unzipped_bytes:
        told = f"{unzipped:,} bytes unzipped; Lambda takes less than {limits.unzipped_bytes:,}"
        yield _of_all("too-large", Severity.ERROR, parts, told)
    if len(layers) > limits.layers:
        yield _of_all(
            "too-many-layers", Severity.ERROR, layers, f"{len(layers)} layers; Lambda takes {limits.layers}"
        )
    for part in parts:
        if (
            part.zipped is not None
            and part.role is not Role.WHEEL
            and part.zipped >= limits.direct_upload_bytes
        ):
            told = f"{part.zipped:,} bytes; a direct upload takes less than {limits.direct_upload_bytes:,}"
            yield _of_all("needs-s3", Severity.NOTE, [part], told)


def _of_all(code: str, severity: Severity, parts: Iterable[Part], told: str) -> Finding:
    return Finding(
        code=code, severity=severity, path=", ".join(part.name for part in parts), evidence=(told,)
    )


def _of_many(
    code: str, severity: Severity, part: Part, paths: Sequence[str], told: str, hint: str
) -> Finding:
    """One finding for many files: its path is the first one's."""
    size = sum(part.entries[path].size for path in paths)
    ordered = sorted(paths)
    more = f"{len(paths):,} files, {size:,} bytes" if len(paths) > 1 else f"{size:,} bytes"
    return Finding(
        code=code, severity=severity, path=part.place(ordered[0]), evidence=(told, more), hint=hint
    )


def sorted_worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Errors, then warnings, then notes."""
    return tuple(sorted(findings, key=lambda found: (-found.severity, found.path, found.code)))
