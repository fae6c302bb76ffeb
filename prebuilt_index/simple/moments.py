"""Times as PEP 700 writes them."""

from datetime import UTC, datetime


def moment_text(moment: datetime) -> str:
    """The time in UTC with `Z`, and with microseconds if there are any; one text for one time."""
    return moment.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"
