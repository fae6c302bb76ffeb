"""Whether the interpreter takes an extension module, and has what the module wants."""

import pytest

from factories.audits import audited, make_elf, told
from manylinux.elf.facts import Binary

FITTING = "p/m.cpython-313-x86_64-linux-gnu.so"
MODULE = make_elf(exports=("PyInit_m",))


@pytest.mark.parametrize(
    "path",
    [FITTING, "p/m.abi3.so", "p/m.so", "p/81d243bd__mypyc.cpython-313-x86_64-linux-gnu.so", "p/libx.so.1.2"],
)
def test_a_name_that_python_imports_is_in_order(path: str) -> None:
    """CPython's `_imp.extension_suffixes` on the runtime; libraries have names of their own."""
    assert audited({path: MODULE}) == ()


@pytest.mark.parametrize(
    "path",
    [
        "p/m.cpython-312-x86_64-linux-gnu.so",  # another minor
        "p/m.cpython-313t-x86_64-linux-gnu.so",  # without the GIL
        "p/m.cpython-313-aarch64-linux-gnu.so",  # another machine's name
        "p/m.cpython-313-x86_64-linux-musl.so",  # another libc's name
        "p/m.cpython-313.so",  # no triplet
        "p/m.pypy311-pp73-x86_64-linux-gnu.so",  # another interpreter
    ],
)
@pytest.mark.parametrize(
    ("beside", "others", "severity"),
    [
        ({}, (), "ERROR"),
        ({FITTING: MODULE}, (), "WARNING"),
        ({"p/m.abi3.so": MODULE}, (), "WARNING"),
        ({}, ("p/m.py",), "WARNING"),
        ({}, ("p/m/__init__.py",), "WARNING"),
        ({}, ("q/m.py",), "ERROR"),
    ],
)
def test_a_file_that_python_ignores_is_an_error_where_nothing_else_makes_the_module(
    path: str, beside: dict[str, Binary], others: tuple[str, ...], severity: str
) -> None:
    """PEP 3149: a tag of another interpreter is as good as no file."""
    assert told(audited({path: MODULE, **beside}, others=others)) == [(severity, "wrong-python", path)]


def test_what_is_wrong_with_a_file_that_python_ignores_does_not_end_a_build() -> None:
    """Another file makes the module, and that one is in order."""
    other = "p/m.cpython-312-x86_64-linux-gnu.so"
    found = audited({FITTING: MODULE, other: make_elf("libgone.so", exports=("PyInit_m",))})

    assert told(found) == [("WARNING", "missing-library", other), ("WARNING", "wrong-python", other)]


@pytest.mark.parametrize(
    ("runtime", "symbols", "severity", "words"),
    [
        ("python3.10", ("PyModuleDef_Init", "_Py_NoneStruct"), None, ""),
        ("python3.11", ("PyObject_GetBuffer", "PyType_GetName"), None, ""),
        ("python3.10", ("PyObject_GetBuffer",), "WARNING", "only later"),
        ("python3.10", ("PyType_GetName",), "ERROR", "not in Python 3.10"),
        ("python3.12", ("PyWeakref_GetRef",), "ERROR", "not in Python 3.12"),
        ("python3.13", ("_PyLong_Sign",), "WARNING", "not in the stable ABI"),
        ("python3.13", (), None, ""),
    ],
)
def test_a_stable_abi_has_what_its_minor_has(
    runtime: str, symbols: tuple[str, ...], severity: str | None, words: str
) -> None:
    """PEP 384: an `abi3` file loads where its symbols are, and may count on those that are stable."""
    found = audited({"p/m.abi3.so": make_elf(imports=symbols)}, runtime=runtime)

    assert told(found) == ([(severity, "abi3-beyond", "p/m.abi3.so")] if severity else [])
    assert not found or words in found[0].evidence[0]


def test_only_some_of_many_symbols_are_named() -> None:
    """The rest are counted."""
    symbols = tuple(f"_Py_Private{number}" for number in range(10))
    (finding,) = audited({"p/m.abi3.so": make_elf(imports=symbols)})

    assert finding.evidence[0].endswith("`_Py_Private5` and 4 more")


def test_a_module_of_one_minor_may_use_all_of_it() -> None:
    """Its tag says so; the stable ABI is no matter of its."""
    assert audited({FITTING: make_elf(imports=("_PyLong_Sign",))}) == ()
