"""Sizes as a person reads them. Lambda counts a MB as 1,048,576 bytes, so this does too."""

KIB = 1024
MIB = 1024 * 1024


def human(size: int) -> str:
    """`73 B`, `4.2 KB`, `61.0 MB`."""
    if size < KIB:
        return f"{size} B"
    if size < MIB:
        return f"{size / KIB:.1f} KB"
    return f"{size / MIB:,.1f} MB"


def change(size: int) -> str:
    """`+4.2 KB`, `-61.0 MB`, `0 B`."""
    return f"{'-' if size < 0 else '+' if size else ''}{human(abs(size))}"


def bar(part: int, whole: int, width: int = 20, *, thin: bool = False) -> str:
    """A bar of at most `width` cells, to half a cell; anything above nothing shows at least that half."""
    if part <= 0 or whole <= 0:
        return ""
    halves = max(1, round(2 * width * min(part, whole) / whole))
    cell, half = "━╸" if thin else "█▌"
    return cell * (halves // 2) + half * (halves % 2)


def gauge(part: int, whole: int, width: int = 20) -> str:
    """A bar on a track that is `whole` long."""
    return bar(part, whole, width).ljust(width, "░")


def share(part: int, whole: int) -> str:
    """`41 %`; `<1 %` for what would round to nothing."""
    if not whole or not part:
        return "0 %"
    return f"{100 * part / whole:.0f} %" if 200 * part > whole else "<1 %"


def count(number: int, thing: str) -> str:
    """`1 file`, `6,677 files`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
