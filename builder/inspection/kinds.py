"""What kind of file a path names, by its name alone; every file is of one kind."""

import re
from enum import StrEnum


class Kind(StrEnum):
    """In the order in which a path is held against them."""

    METADATA = "metadata"
    """Of distributions: all below `.dist-info` and `.egg-info`, licences too."""
    TESTS = "tests"
    """Whatever lies in a folder of tests, and modules named as tests."""
    COMPILED = "compiled"
    """Extension modules and shared libraries."""
    BYTECODE = "bytecode"
    STUBS = "stubs"
    """For type checkers."""
    SOURCE = "source"
    """Python."""
    DATA = "data"
    """Anything else."""

    @property
    def label(self) -> str:
        """For people."""
        return {Kind.COMPILED: "compiled libraries", Kind.SOURCE: "Python source"}.get(self, self.value)


_METADATA = re.compile(r"\.(dist|egg)-info(/|$)")
_TESTS = re.compile(r"(^|/)(_?tests?/|test_[^/]*\.py$|[^/]*_test\.py$|conftest\.py$)")
_COMPILED = re.compile(r"\.(so|pyd|dll|dylib)$|\.so\.[0-9.]+$")
_BY_NAME = (
    (Kind.METADATA, _METADATA),
    (Kind.TESTS, _TESTS),
    (Kind.COMPILED, _COMPILED),
    (Kind.BYTECODE, re.compile(r"\.py[co]$")),
    (Kind.STUBS, re.compile(r"\.pyi$|(^|/)py\.typed$")),
    (Kind.SOURCE, re.compile(r"\.pyw?$")),
)


def kind_of(path: str) -> Kind:
    """The kind of the file at `path` in a bundle."""
    return next((kind for kind, pattern in _BY_NAME if pattern.search(path)), Kind.DATA)
