"""What kind of file a name stands for."""

import pytest

from builder.inspection.kinds import Kind, kind_of


@pytest.mark.parametrize(
    ("kind", "paths"),
    [
        (
            Kind.COMPILED,
            ["a/_x.cpython-313-x86_64-linux-gnu.so", "a.libs/liba-1.so.6.0.3", "a.pyd", "b.dylib"],
        ),
        (Kind.SOURCE, ["app.py", "a/testing/x.py", "a/contest.py", "a/latest/x.py"]),
        (Kind.BYTECODE, ["a/__pycache__/x.cpython-313.pyc", "x.pyo"]),
        (Kind.STUBS, ["a/x.pyi", "a/py.typed", "py.typed"]),
        (Kind.METADATA, ["a-1.dist-info/RECORD", "python/a-1.dist-info/tests/test_x.py", "a.egg-info"]),
        (
            Kind.TESTS,
            ["a/tests/data.bin", "tests/x.so", "a/_test/x.py", "test_x.py", "x_test.py", "a/conftest.py"],
        ),
        (Kind.DATA, ["a/x.json", "a/so", "a.so.txt", "README", "a/test_x.json", "", "a/tests"]),
    ],
)
def test_a_name_tells_its_kind(kind: Kind, paths: list[str]) -> None:
    """Row by row; metadata and tests go before what a file is made of."""
    assert {path: kind_of(path) for path in paths} == dict.fromkeys(paths, kind)
