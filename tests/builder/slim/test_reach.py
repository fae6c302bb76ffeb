"""Which modules importing some loads, nearest first."""

from collections.abc import Mapping

import pytest

from builder.slim.names import ModuleName
from builder.slim.reach import loaded_by, reachable

MODULE = ModuleName("a.b", package=False)


def reached(files: Mapping[str, bytes], *roots: str) -> tuple[str, ...]:
    return reachable(roots, files, files.__getitem__)


def test_nearest_first() -> None:
    """Packages before what is in them, each once, in the order of the imports."""
    files = {
        "app.py": b"import far.deep\nfrom near import thing\n",
        "far/__init__.py": b"from . import helper\n",
        "far/deep.py": b"import app\n",
        "far/helper.py": b"import last\n",
        "near/__init__.py": b"",
        "near/thing.py": b"",
        "last.py": b"",
        "unused.py": b"import last\n",
    }

    assert reached(files, "app.py") == (
        *("app.py", "far/__init__.py", "far/deep.py", "near/__init__.py", "near/thing.py"),
        *("far/helper.py", "last.py"),
    )


def test_only_given_files_are_reached() -> None:
    """What is built in or compiled is not there to be read; a root that is not there reaches nothing."""
    assert reached({"app.py": b"import sys, numpy\n"}, "app.py", "other.py", "9.py") == ("app.py",)


@pytest.mark.parametrize(
    ("source", "names"),
    [
        (b"try:\n    import x\nexcept ImportError:\n    import y\n", ["x", "y"]),
        (b"class C:\n    import x\n", ["x"]),
        (b"def f():\n    import x\nimport y\n", ["y"]),
        (b"async def f(\n    a,\n):\n    import x\nimport y\n", ["y"]),
        (b"class C:\n    def f(self):\n        import x\n    import y\n", ["y"]),
        (b"def f():\n    '''\nimport z\n'''\n    import x\nimport y\n", ["y"]),
        (b"def f():\n\timport x\n\n\timport z\nimport y\n", ["y"]),
        (b"if TYPE_CHECKING:\n    import x\nelse:\n    import y\n", ["y"]),
        (b"if typing.TYPE_CHECKING :\n    import x\nimport y\n", ["y"]),
        (b"if not TYPE_CHECKING:\n    import y\n", ["y"]),
        (b"from . import c\nfrom .d import *\n", ["a", "a.c", "a.d"]),
        (b"print 'Python 2'\nimport y\n", ["y"]),
    ],
)
def test_what_an_import_runs_counts(source: bytes, names: list[str]) -> None:
    """Not what waits in functions, nor what only type checkers read; whichever Python runs lbuild."""
    assert list(loaded_by(source, MODULE)) == names
