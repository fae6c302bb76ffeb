"""What an audit found, told to whoever builds."""

from collections.abc import Iterator, Sequence

from builder.errors import WillNotLoadError
from builder.report.findings import group_lines
from manylinux.audit.finding import Finding
from manylinux.audit.grouping import grouped
from manylinux.target import Target


def will_not_load(errors: Sequence[Finding], target: Target) -> WillNotLoadError:
    """The error of a bundle with these findings."""
    return WillNotLoadError(
        f"The bundle would not load on `{target.id}`",
        evidence=_evidence(errors),
        hint="Mend what is named above; what is known to do no harm is let through by "
        + " ".join(f"`--allow {code}`" for code in sorted({each.code for each in errors})),
    )


def _evidence(errors: Sequence[Finding]) -> Iterator[str]:
    for group in grouped(errors):
        yield from group_lines(group)
