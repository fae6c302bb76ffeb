"""Sizes as a person reads them. Lambda counts a MB as 1,048,576 bytes, so this does too."""

KIB = 1024
MIB = 1024 * 1024


def human(size: int) -> str:
    """`73 B`, `4.2 KB`, `61.0 MB`."""
    if size < KIB:
        return f"{size} B"
    if size < MIB:
        return f"{size / KIB:.1f} KB"
    return f"{size / MIB:.1f} MB"


def bar(part: int, whole: int, width: int = 20) -> str:
    """A bar of at most `width` cells; anything above nothing shows at least one."""
    if part <= 0 or whole <= 0:
        return ""
    return "█" * max(1, round(width * min(part, whole) / whole))


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "0 %"
