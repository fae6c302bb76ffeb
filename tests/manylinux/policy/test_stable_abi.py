import pytest

from manylinux.policy.stable_abi import Since, parse_symbols, stable_abi


@pytest.mark.parametrize(
    ("symbol", "stable", "exported"),
    [
        ("PyModuleDef_Init", 9, 9),  # older than every runtime
        ("PyObject_GetBuffer", 11, 9),  # as old as Python 3, stable since 3.11
        ("PyObject_Vectorcall", 12, 11),  # inline before 3.11, stable since 3.12
        ("PyType_GetName", 11, 11),  # new in 3.11
        ("PyWeakref_GetRef", 13, 13),  # new in 3.13
        ("_Py_NoneStruct", 9, 9),  # a datum
    ],
)
def test_a_symbol_has_both_its_ages(symbol: str, stable: int, exported: int) -> None:
    """To be in the stable ABI and to be in the interpreter are two things."""
    assert stable_abi()[symbol] == Since(stable=stable, exported=exported)


def test_nothing_is_stable_before_it_exists() -> None:
    """A row that says so is a slip."""
    assert [name for name, since in stable_abi().items() if since.exported > since.stable] == []


@pytest.mark.parametrize("symbol", ["PyUnicode_AsMBCSString", "PyFrame_GetBack", "_PyLong_Sign"])
def test_what_is_for_windows_or_private_is_not_in_the_table(symbol: str) -> None:
    """The table holds what an extension for Linux may count on."""
    assert symbol not in stable_abi()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (" PyX", "line 1: symbols before their versions"),
        ("9\n PyX", "line 1: not two minor versions: '9'"),
        ("9 9\n PyX\n\n", "line 3: not two minor versions: ''"),
        ("9 nine", "line 1: not two minor versions: '9 nine'"),
    ],
)
def test_a_slip_in_the_symbols_is_told_with_its_line(text: str, complaint: str) -> None:
    """Nothing in the table is passed over."""
    with pytest.raises(ValueError, match=r".") as raised:
        parse_symbols(text)

    assert str(raised.value) == complaint
