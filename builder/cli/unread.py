"""What a listing of a bundle leaves aside, told on stderr."""

from builder.cli.terminal import Terminal
from builder.inspection.values import Part
from builder.report.cells import printable
from builder.report.sizes import count


def tell_unread(part: Part) -> None:
    """A warning when entries of the archive are in no figure, or say themselves that they are odd."""
    if part.faults:
        first = part.faults[0]
        what = f"{first.path}: {first.evidence[0]}"
        more = "" if len(part.faults) == 1 else f", and {len(part.faults) - 1:,} more"
        Terminal().warn(
            printable(f"{count(len(part.faults), 'fault')} in `{part.name}` (`lbuild inspect`): {what}{more}")
        )
