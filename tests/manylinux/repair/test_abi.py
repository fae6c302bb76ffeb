"""What a tag may say of interpreters, by the symbols that modules take from them."""

import pytest

from factories.audits import make_elf
from manylinux.elf.facts import ElfFacts
from manylinux.policy.stable_abi import stable_abi
from manylinux.repair.abi import honest_python

OLD, IN_310, IN_313 = "PyLong_FromLong", "PyModule_AddObjectRef", "PyDict_GetItemRef"
UNSTABLE = "_PyLong_AsByteArray"


def module(*symbols: str) -> ElfFacts:
    return make_elf("libc.so.6", imports=tuple(sorted(symbols)), exports=("PyInit_m",))


def test_the_symbols_are_what_the_tests_take_them_for() -> None:
    known = stable_abi()

    assert [known[symbol].stable for symbol in (IN_310, IN_313)] == [10, 13]
    assert known[OLD].stable <= 9
    assert UNSTABLE not in known


@pytest.mark.parametrize(
    ("tag", "path", "symbols", "honest"),
    [
        ("cp36-abi3", "m.abi3.so", [OLD], "cp36-abi3"),
        ("cp36-abi3", "m.so", [OLD], "cp36-abi3"),
        ("cp39-abi3", "m.abi3.so", [OLD, IN_310], "cp310-abi3"),
        ("cp38.cp39-abi3", "m.abi3.so", [OLD], "cp38.cp39-abi3"),
        ("cp310-abi3", "m.abi3.so", [IN_310], "cp310-abi3"),
        ("cp310-abi3", "m.abi3.so", [IN_313], "cp311-cp311"),
        ("cp39-abi3", "m.abi3.so", [UNSTABLE], "cp311-cp311"),
        ("cp39-abi3", "m.cpython-311-x86_64-linux-gnu.so", [OLD], "cp311-cp311"),
        ("py3-none", "m.cpython-311-x86_64-linux-gnu.so", [OLD], "cp311-cp311"),
        ("cp311-cp311", "m.abi3.so", [UNSTABLE], "cp311-cp311"),
        ("cp311-none", "libm.so.1", [OLD], "cp311-none"),
    ],
)
def test_a_tag_promises_no_more_than_the_modules_keep(
    tag: str, path: str, symbols: list[str], honest: str
) -> None:
    """For CPython 3.11: `abi3` stays, moves to a newer Python, or gives way to this one's own ABI."""
    found = honest_python(f"{tag}-linux_x86_64", {path: module(*symbols)}, 11)

    assert f"{found.interpreter}-{found.abi}" == honest
    assert (found.reason is None) == (honest == tag)


def test_libraries_that_are_no_modules_do_not_count() -> None:
    """A wheel of programs or of libraries for ctypes runs on any Python."""
    found = honest_python("py3-none-linux_x86_64", {"x/libx.so": make_elf("libc.so.6")}, 11)

    assert (found.interpreter, found.abi, found.reason) == ("py3", "none", None)


def test_one_module_of_many_decides() -> None:
    files = {f"p/{name}.abi3.so": module(OLD) for name in "abc"} | {"p/d.abi3.so": module(IN_310)}
    found = honest_python("cp37-abi3-linux_x86_64", files, 13)

    assert (found.interpreter, found.path) == ("cp310", "p/d.abi3.so")
    assert found.reason is not None
    assert IN_310 in found.reason
