"""Findings of one cause told once."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from manylinux.audit.finding import Finding, Severity
from manylinux.audit.module_name import package_of


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingGroup:
    """Findings of one package that one step mends."""

    code: str
    severity: Severity
    package: str
    paths: tuple[str, ...]
    """In order; never empty."""
    evidence: tuple[str, ...]
    """What most files show comes first; what not all do ends in `(N files)`."""
    hint: str | None


def grouped(findings: Iterable[Finding]) -> tuple[FindingGroup, ...]:
    """The findings by what they are and what mends them, worst first; of equals the one of the most files."""
    causes: dict[tuple[Severity, str, str, str | None], list[Finding]] = {}
    for finding in findings:
        cause = (finding.severity, finding.code, package_of(finding.path), finding.hint)
        causes.setdefault(cause, []).append(finding)
    groups = [
        FindingGroup(
            code=code,
            severity=severity,
            package=package,
            paths=tuple(sorted(each.path for each in found)),
            evidence=tuple(_counted(found)),
            hint=hint,
        )
        for (severity, code, package, hint), found in causes.items()
    ]
    return tuple(
        sorted(
            groups,
            key=lambda group: (
                -group.severity,
                -len(group.paths),
                group.package,
                group.code,
                group.paths,
                group.hint or "",
            ),
        )
    )


def _counted(findings: Iterable[Finding]) -> Iterator[str]:
    """Each line of evidence once: that of the most files first, and those that conclude others last."""
    ordered = sorted(findings, key=lambda finding: (finding.path, finding.evidence))
    lines = Counter(line for finding in ordered for line in dict.fromkeys(finding.evidence))
    last = {finding.evidence[-1] for finding in ordered if len(finding.evidence) > 1}
    for line, count in sorted(lines.most_common(), key=lambda item: item[0] in last):
        if count == len(ordered):
            yield line
        else:
            yield f"{line} ({count} {'file' if count == 1 else 'files'})"
