"""Parts inspected together, as a function and its layers."""

from collections.abc import Sequence

from builder.inspection.judging import judge, sorted_worst_first
from builder.inspection.owners import shares
from builder.inspection.values import Inspection, Part, Share
from manylinux.audit.audit import audit
from manylinux.policy.policy import policy_of
from manylinux.target import Target


def inspect_parts(parts: Sequence[Part], target: Target) -> Inspection:
    """What is to be said of `parts`, were they one function on `target`."""
    binaries = {part.place(path): binary for part in parts for path, binary in part.binaries.items()}
    others = {part.place(path) for part in parts for path in part.entries if path not in part.binaries}
    findings = (*audit(binaries, policy_of(target), others=others), *judge(parts, target))
    rows = [
        Share(owner=str(owner), size=size, packed=packed, files=files)
        for owner, (size, packed, files) in shares(parts).items()
    ]
    return Inspection(
        target=target,
        parts=tuple(parts),
        shares=tuple(sorted(rows, key=lambda row: (-row.size, row.owner))),
        findings=sorted_worst_first(findings),
    )
