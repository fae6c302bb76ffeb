from pathlib import Path

import pytest

import manylinux.audit.advice
from manylinux.audit.advice import advice_on, does_without, parse_advice

TABLE = Path(manylinux.audit.advice.__file__).with_name("advice.toml").read_text(encoding="utf-8")


def test_there_is_advice_on_every_library() -> None:
    """The last row fits whatever the others do not."""
    assert advice_on("p/m.so", ["libunheardof.so.7"]) is not None


def test_the_advice_on_several_libraries_is_that_of_the_first_row() -> None:
    """One hint is read, and the table says which comes first."""
    assert advice_on("p/m.so", ["libunheardof.so.7", "libpq.so.5"]) == advice_on("p/m.so", ["libpq.so.5"])


@pytest.mark.parametrize("path", ["numba/np/ufunc/workqueue.so", "mynumba/np/ufunc/omppool.so", "omppool.so"])
def test_only_what_is_listed_may_fail(path: str) -> None:
    """A name that looks alike is not enough."""
    assert does_without(f"/var/task/{path}") is None


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('package = "cv2"', 'packages = "cv2"', "advice[0]: unknown key `packages`"),
        ('libraries = ["libpq.so*"]', "libraries = 1", "advice[2]: `libraries` is no list: 1"),
        ("reason =", "because =", "optional[0]: `reason` is missing"),
        ("[[advice]]", "surprise = 1\n[[advice]]", "table: unknown key `surprise`"),
    ],
)
def test_a_slip_in_the_table_is_told_with_its_place(old: str, new: str, complaint: str) -> None:
    """Nothing in the table is ignored."""
    assert old in TABLE
    with pytest.raises(ValueError, match=r".") as raised:
        parse_advice(TABLE.replace(old, new, 1))

    assert str(raised.value) == complaint
