"""Names of modules and of their bytecode, as Python's own importing has them."""

import importlib.util

import pytest

from builder.bytecode.names import beside, instead, is_module


@pytest.mark.parametrize(
    "path", ["a.py", "a/b.py", "a/__init__.py", "a/migrations/0001_initial.py", "a-b/c.py"]
)
def test_what_may_be_imported_is_a_module(path: str) -> None:
    """By a statement or by its name as a string."""
    assert is_module(path)


@pytest.mark.parametrize(
    "path",
    [
        *("a.pyi", "a.pyc", "a", ".py", "a.b.py", "a/b.so", "a.PY"),
        *("a-1.0.dist-info/x.py", "a-1.0.data/scripts/x.py", "a/__pycache__/b.py", "a/templates.d/b.py"),
    ],
)
def test_what_cannot_be_imported_is_none(path: str) -> None:
    """A dot parts a module from its package."""
    assert not is_module(path)


@pytest.mark.parametrize("path", ["a.py", "a/b.py", "a/__init__.py"])
def test_bytecode_lies_where_an_interpreter_looks(path: str) -> None:
    """As importlib computes it for the running Python."""
    tag = importlib.util.cache_from_source("x.py").split(".")[1]

    assert beside(path, tag) == importlib.util.cache_from_source(path)
    assert instead(path) == f"{path}c"
