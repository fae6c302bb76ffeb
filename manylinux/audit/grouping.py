"""Findings of one cause told once."""

from collections.abc import Iterable
from dataclasses import dataclass

from manylinux.audit.finding import Finding, Severity
from manylinux.audit.module_name import package_of


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingGroup:
    """Findings of one package that differ in their path alone."""

    code: str
    severity: Severity
    package: str
    paths: tuple[str, ...]
    """In order; never empty."""
    evidence: tuple[str, ...]
    hint: str | None


def grouped(findings: Iterable[Finding]) -> tuple[FindingGroup, ...]:
    """The findings by what they say, worst first; of equals the one that touches the most files."""
    paths: dict[tuple[Severity, str, str, tuple[str, ...], str | None], list[str]] = {}
    for finding in findings:
        package = package_of(finding.path)
        cause = (finding.severity, finding.code, package, finding.evidence, finding.hint)
        paths.setdefault(cause, []).append(finding.path)
    groups = [
        FindingGroup(
            code=code,
            severity=severity,
            package=package,
            paths=tuple(sorted(found)),
            evidence=evidence,
            hint=hint,
        )
        for (severity, code, package, evidence, hint), found in paths.items()
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
                group.evidence,
                group.hint or "",
            ),
        )
    )
