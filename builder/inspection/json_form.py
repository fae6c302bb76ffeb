"""An inspection for machines."""

from typing import Any

from builder.inspection.values import Inspection
from builder.report.findings import finding_as_json


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
