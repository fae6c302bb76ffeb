"""What the sweep of sdists takes for a fault, and how its page reads."""

from typing import Any

import pytest

from sweeps.native_sdists import Sdist, sdists
from sweeps.native_table import page, with_times

BUILT = {
    "what": "sdist", "label": "demo", "kind": "setuptools, C", "runtime": "python3.11", "arch": "x86_64",
    "built": True, "seconds": 3.14, "version": "1.0",
    "tag": "cp311-cp311-manylinux1_x86_64.manylinux_2_5_x86_64",
    "files": 1, "size": 2048, "stripped": 2048, "glibc": "2.2.5", "glibcxx": "", "needed": [],
    "result": "imports",
}  # fmt: skip
GCC = {
    "files": 1,
    "size": 9000,
    "stripped": 4096,
    "glibc": "2.34",
    "glibcxx": "3.4",
    "verdict": "glibc-too-new",
}
REFUSED = BUILT | {"built": False, "result": "refused: the header `ffi.h` is missing"}


@pytest.mark.parametrize(
    ("sdist", "row", "fault"),
    [
        (Sdist(kind="C", name="demo"), BUILT, ""),
        (Sdist(kind="C", name="demo"), BUILT | {"result": "does not import: x"}, "it does not import"),
        (Sdist(kind="C", name="demo"), REFUSED, "it must build"),
        (Sdist(kind="C", name="demo", or_refused="ffi.h"), REFUSED, ""),
        (Sdist(kind="C", name="demo", refused="ffi.h"), REFUSED, ""),
        (Sdist(kind="C", name="demo", refused="the network"), REFUSED, "it is refused for another reason"),
        (Sdist(kind="C", name="demo", refused="ffi.h"), BUILT, "it must be refused"),
        (
            Sdist(kind="C", name="demo", refused_by_glibc=(2, 30)),
            BUILT,
            "it must be refused",
        ),
        (Sdist(kind="C", name="demo", refused_by_glibc=(2, 26)), BUILT, ""),
    ],
)
def test_what_was_not_expected_is_a_fault(sdist: Sdist, row: dict[str, Any], fault: str) -> None:
    """Whether it must be refused may depend on the runtime's glibc: python3.11 has 2.26."""
    assert sdist.fault(row) == fault


def test_the_list_can_be_read() -> None:
    """Nothing is in it twice."""
    labels = [each.label for each in sdists()]

    assert len(labels) == len(set(labels)) > 20


def test_the_page_tells_what_was_built_and_refused() -> None:
    """Beside gcc's, in the order of the list."""
    listed = [Sdist(kind="C", name=name) for name in ("demo", "cffi", "lxml")]
    rows = [REFUSED | {"label": "cffi"}, BUILT | {"gcc": GCC}]
    text = page([*rows, {"what": "time", "label": "demo", "zig": 3.0, "gcc": 4.0}], listed)

    assert "Not compiled yet: lxml." in text
    assert "1 of 2 are built, 1 of them with compiled files; 1 import, 1 are refused." in text
    assert (
        "| demo 1.0 | setuptools, C | cp311-cp311-manylinux_2_5_x86_64 | GLIBC 2.2.5 | 2 | 3.1 | imports "
        "| GLIBC 2.34, GLIBCXX 3.4; 9 KB, stripped 4; glibc-too-new |\n"
    ) in text
    assert "| cffi | setuptools, C | the header `ffi.h` is missing |\n" in text
    assert "| demo | 3.0 s | 4.0 s | 0.75 |\n" in text


def test_times_measured_alone_take_the_place_of_the_pages() -> None:
    """What was swept stays as it is told there."""
    time = {"what": "time", "label": "demo", "zig": 3.0, "gcc": 4.0}
    listed = [Sdist(kind="C", name="demo")]
    text = page([BUILT, time], listed)

    assert with_times(text, [time | {"zig": 2.0}]) == page([BUILT, time | {"zig": 2.0}], listed)
    assert with_times(text, []) == text
    assert with_times(page([BUILT], listed), [time]) == text
