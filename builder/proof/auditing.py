"""A planned bundle audited: every compiled file of it, wherever it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from builder.model import FromWheel, LayoutKind
from builder.proof.verdict import Verdict
from manylinux.audit.audit import INTRINSIC, audit
from manylinux.audit.finding import Severity
from manylinux.policy.policy import policy_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from builder.model import BundlePlan, PlannedFile
    from manylinux.audit.finding import Finding
    from manylinux.elf.facts import Binary
    from manylinux.target import Target
    from prebuilt_index.wheel_archive import VerifiedWheel


def audit_plan(
    plan: BundlePlan,
    target: Target,
    layout: LayoutKind,
    allowed: Collection[str],
    of_wheel: Callable[[VerifiedWheel], Mapping[str, Binary]],
    of_source: Mapping[str, Binary],
) -> Verdict:
    """The verdict on `plan`: `of_wheel` gives facts by member path, `of_source` by path in the bundle."""
    binaries, others = _sorted_out(plan, of_wheel, of_source)
    root = "/var/task" if layout is LayoutKind.FUNCTION else "/opt"
    findings = audit(binaries, policy_of(target), root=root, others=others)
    errors = [each for each in findings if each.severity is Severity.ERROR and each.code not in allowed]
    return Verdict(findings=findings, refused=_refused(plan, errors), errors=tuple(errors))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A bundle or a layer, and where Lambda unpacks it."""

    plan: BundlePlan
    root: str
    of_source: Mapping[str, Binary]
    """Facts of files that no wheel brought, by path in the plan."""


def audit_trees(
    trees: Sequence[Tree],
    target: Target,
    allowed: Collection[str],
    of_wheel: Callable[[VerifiedWheel], Mapping[str, Binary]],
) -> Verdict:
    """The verdict on a function with its layers, as the loader sees them together; paths are absolute."""
    binaries: dict[str, Binary] = {}
    others: list[str] = []
    for tree in trees:
        found, rest = _sorted_out(tree.plan, of_wheel, tree.of_source)
        binaries |= {f"{tree.root}/{path}": binary for path, binary in found.items()}
        others += (f"{tree.root}/{path}" for path in rest)
    findings = audit(binaries, policy_of(target), others=others)
    errors = [each for each in findings if each.severity is Severity.ERROR and each.code not in allowed]
    refused: dict[str, Finding] = {}
    for tree in trees:
        refused = {**_refused(tree.plan, errors, f"{tree.root}/"), **refused}
    return Verdict(findings=findings, refused=refused, errors=tuple(errors))


def _sorted_out(
    plan: BundlePlan,
    of_wheel: Callable[[VerifiedWheel], Mapping[str, Binary]],
    of_source: Mapping[str, Binary],
) -> tuple[dict[str, Binary], list[str]]:
    """Facts of the compiled files, and the paths of all others."""
    tables = [of_wheel(wheel) for wheel in plan.wheels]
    binaries: dict[str, Binary] = {}
    others: list[str] = []
    for file in plan.files:
        binary = _binary(file, tables, of_source)
        if binary is None:
            others.append(file.path)
        else:
            binaries[file.path] = binary
    return binaries, others


def _binary(
    file: PlannedFile, tables: Sequence[Mapping[str, Binary]], of_source: Mapping[str, Binary]
) -> Binary | None:
    if isinstance(file.content, FromWheel):
        return tables[file.content.wheel].get(file.content.member.path)
    return of_source.get(file.path)


def _refused(plan: BundlePlan, errors: Iterable[Finding], root: str = "") -> dict[str, Finding]:
    """The first reason of each wheel with an error that no company mends."""
    intrinsic = {each.path: each for each in reversed(list(errors)) if each.code in INTRINSIC}
    refused: dict[str, Finding] = {}
    for file in plan.files:
        if root + file.path in intrinsic and isinstance(file.content, FromWheel):
            refused.setdefault(plan.wheels[file.content.wheel].filename, intrinsic[root + file.path])
    return refused
