"""Which modules a bundle offers, and what its compiled files are for, by names and headers."""

from pathlib import Path

import pytest

from builder.trial.machine import machine_of, python_of
from builder.trial.modules import importable


@pytest.mark.parametrize(
    ("paths", "modules"),
    [
        (["six.py"], ("six",)),
        (["six.pyc", "numpy/__init__.pyc", "numpy/version.pyc", "ns/loose.pyc"], ("numpy", "six")),
        (["numpy/__init__.py", "numpy/linalg/__init__.py", "numpy/version.py"], ("numpy",)),
        (["google/cloud/storage/__init__.py", "google/protobuf/__init__.py"],
         ("google.cloud.storage", "google.protobuf")),
        (["_x.cpython-312-x86_64-linux-gnu.so", "_y.abi3.so", "z.so"], ("_x", "_y", "z")),
        (["ns/_fast.cpython-312-x86_64-linux-gnu.so"], ("ns._fast",)),
        (["libz.so", "libz.so.1", "numpy.libs/libopenblas.so"], ()),
        (["examples/run.py", "docs/conf.py"], ()),
        (["a-1.0.dist-info/__init__.py", "not-a-name.py", "__main__.py", "x.pyi", "a.b.py"], ()),
        ([], ()),
    ],
)  # fmt: skip
def test_the_outermost_modules_are_offered(paths: list[str], modules: tuple[str, ...]) -> None:
    """Packages, modules and compiled modules; libraries, loose files and metadata are none."""
    assert importable(paths) == modules


@pytest.mark.parametrize(
    ("names", "python"),
    [
        (["a.cpython-312-x86_64-linux-gnu.so", "b.cpython-312-x86_64-linux-gnu.so", "c.abi3.so"], "3.12"),
        (["a.cpython-39-aarch64-linux-gnu.so"], "3.9"),
        (["a.cpython-311-x86_64-linux-gnu.so", "a.cpython-312-x86_64-linux-gnu.so"], None),
        (["a.cpython-313t-x86_64-linux-gnu.so"], None),
        (["a.abi3.so", "libz.so.1"], None),
        (["a.cpython-312.pyc"], None),
    ],
)
def test_names_tell_one_python_or_none(names: list[str], python: str | None) -> None:
    """What is for several says nothing."""
    assert python_of(names) == python


@pytest.mark.parametrize(
    ("head", "machine"),
    [
        (b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\0" + b"\x3e\0", "x86_64"),
        (b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\0" + b"\xb7\0", "aarch64"),
        (b"\x7fELF\x02\x02\x01" + bytes(9) + b"\0\x03" + b"\0\x15", "ELF machine 21"),
        (b"\x7fELF", None),
        (b"\xcf\xfa\xed\xfe" + bytes(40), None),
        (b"", None),
    ],
)
def test_a_header_tells_the_machine(tmp_path: Path, head: bytes, machine: str | None) -> None:
    """Files that are no ELF are for none."""
    (tmp_path / "x.so").write_bytes(head)

    assert machine_of(tmp_path / "x.so") == machine
