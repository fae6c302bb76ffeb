"""The platform tags a glibc system takes, best first (PEP 600, and the aliases it replaced: 513, 571, 599)."""

from collections.abc import Iterator

_OLDEST = {"x86_64": (2, 5), "aarch64": (2, 17)}
"""The first glibc with a tag: on aarch64 the first one there was."""
_ALIASES = {(2, 17): "manylinux2014", (2, 12): "manylinux2010", (2, 5): "manylinux1"}


def manylinux_platforms(machine: str, glibc: tuple[int, int]) -> Iterator[str]:
    """From `manylinux_2_34_x86_64` down, an old alias after the tag it stands for.

    `linux_x86_64` is not among them: it names the machine that built the wheel and promises nothing of its glibc.
    """
    major, newest = glibc
    oldest = _OLDEST[machine]
    for minor in range(newest, oldest[1] - 1, -1):
        yield f"manylinux_{major}_{minor}_{machine}"
        if (major, minor) in _ALIASES:
            yield f"{_ALIASES[major, minor]}_{machine}"
