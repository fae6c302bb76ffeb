"""What is known of bundles, for machines; sizes in bytes."""

from collections.abc import Sequence
from typing import Any

from builder.inspection.difference import Difference
from builder.inspection.dropped import Dropped
from builder.inspection.kinds import kind_of
from builder.inspection.owners import owned, shares
from builder.inspection.tree import Measured
from builder.inspection.values import Inspection, Part
from builder.report.findings import finding_as_json
from builder.report.left_out import Sum

SCHEMA = 1
"""Keys are only ever added within one."""


def inspection_as_json(inspection: Inspection) -> dict[str, Any]:
    """Everything, sizes in bytes."""
    return {
        "runtime": inspection.target.runtime.id,
        "architecture": inspection.target.architecture.value,
        "parts": [
            {
                "name": part.name,
                "role": part.role.value,
                "zipped": part.zipped,
                "unzipped": part.unzipped,
                "files": len(part.entries),
                "compiled": len(part.binaries),
                "distributions": [
                    {"name": name, "version": version}
                    for name, version in sorted(part.distributions.values())
                ],
            }
            for part in inspection.parts
        ],
        "unzipped": inspection.unzipped,
        "limit": inspection.target.runtime.limits.unzipped_bytes,
        "owners": [
            {"owner": row.owner, "unzipped": row.size, "packed": row.packed, "files": row.files}
            for row in inspection.shares
        ],
        "findings": [finding_as_json(finding) for finding in inspection.findings],
    }


def size_as_json(measured: Measured) -> dict[str, Any]:
    """Totals, limits, owners and kinds largest first, and every file."""
    part, limits = measured.part, measured.limits
    owners = sorted(shares([part]).items(), key=lambda item: (-item[1][0], str(item[0])))
    return {
        "schema": SCHEMA,
        "bundle": _bundle(part),
        "limits": {"unpacked": limits.unzipped_bytes, "direct_upload": limits.direct_upload_bytes},
        "owners": [
            {
                "name": owner.name,
                "version": owner.version,
                "unpacked": size,
                "packed": packed,
                "files": files,
            }
            for owner, (size, packed, files) in owners
        ],
        "kinds": [
            {"kind": kind.name, "unpacked": kind.size, "packed": kind.packed, "files": kind.files}
            for kind in measured.kinds
        ],
        "files": [
            {
                "path": path,
                "owner": str(owner),
                "kind": kind_of(path).label,
                "unpacked": entry.size,
                "packed": entry.packed,
            }
            for path, entry, owner in owned(part)
        ],
        "faults": [
            {"code": fault.code, "path": fault.path, "evidence": list(fault.evidence)}
            for fault in part.faults
        ],
    }


def dropped_as_json(name: str, sha256: str, dropped: Dropped) -> dict[str, Any]:
    """What was left out of the bundle called `name`, largest first."""
    return {
        "schema": SCHEMA,
        "bundle": {"name": name, "sha256": sha256},
        "size": dropped.size,
        "rules": _sums("rule", dropped.by_rule),
        "owners": _sums("owner", dropped.by_owner),
        "dropped": [
            {"owner": drop.owner, "path": drop.path, "rule": drop.rule, "size": drop.size}
            for drop in dropped.drops
        ],
        "excluded": dict(dropped.excluded),
    }


def difference_as_json(difference: Difference) -> dict[str, Any]:
    """Totals of both sides, and whatever is not the same, what changed most first."""
    return {
        "schema": SCHEMA,
        "differs": not difference.is_empty,
        "old": _bundle(difference.old),
        "new": _bundle(difference.new),
        "owners": [
            {
                "name": owner.name,
                "old": None if owner.old is None else list(owner.old),
                "new": None if owner.new is None else list(owner.new),
                "before": owner.before,
                "after": owner.after,
                "files": [
                    {"path": file.path, "before": file.before, "after": file.after} for file in owner.files
                ],
            }
            for owner in difference.owners
        ],
        "unchanged": difference.unchanged,
        "kinds": [
            {"kind": kind.name, "before": kind.before, "after": kind.after} for kind in difference.kinds
        ],
    }


def _bundle(part: Part) -> dict[str, Any]:
    return {
        "name": part.name,
        "role": part.role.value,
        "zipped": part.zipped,
        "unpacked": part.unzipped,
        "files": len(part.entries),
    }


def _sums(key: str, sums: Sequence[Sum]) -> list[dict[str, Any]]:
    return [{key: each.name, "size": each.size, "files": each.files} for each in sums]
