"""What test modules a file of source may reach."""

import pytest

from builder.slim.mentions import mentions_of
from builder.slim.names import ModuleName

PACKAGE = ModuleName("a.b", True)
MODULE = ModuleName("a.b", False)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import numpy.tests.x as y", "numpy.tests.x"),
        ("import os, numpy.tests", "numpy.tests"),
        ("def f():\n    if 0:\n        from numpy.tests.x import z", "numpy.tests.x"),
        ("if TYPE_CHECKING: from numpy.tests import z", "numpy.tests.z"),
        ("from . import tests", "a.b.tests"),
        ("from .tests import (  # why\n    one as uno,\n    two,\n)", "a.b.tests.two"),
        ("from ..tests . x import y", "a.tests.x.y"),
        ("from .. import conftest", "a.conftest"),
        ("from numpy.\\\n  tests import x", "numpy.tests.x"),
        ("lazy import numpy.tests", "numpy.tests"),  # PEP 810
        ("lazy from .tests import x", "a.b.tests.x"),
        ("import tests.x", "a.b.tests.x"),  # Python 2, and a folder on sys.path
        ("print 'x'\nimport numpy.tests", "numpy.tests"),
        ("__import__('numpy.tests.x')", "numpy.tests.x"),
        ("import_module('.tests', __name__)", "a.b.tests"),
        ("import_module('..tests.x', __package__)", "a.tests.x"),
        ("__all__ = ['tests']", "a.b.tests"),
        ("lazy = {'runtests': 'tests.runtests'}", "a.tests.runtests"),
        ("x = 'numpy' '.tests.x'", "numpy.tests.x"),
        ("x = b'numpy.tests'", "numpy.tests"),
        ("run('numpy.tests.x:main')", "numpy.tests.x"),
        ("import_module(f'{__name__}.tests.x')", "a.b.tests.x"),
        ("import_module(__name__ + '.tests.x')", "a.b.tests.x"),
        ("import_module('%s.tests.x' % __name__)", "a.b.tests.x"),
        ("run_path('tests/x.py')", "a.b.tests.x"),
        ("exec('import numpy.tests.x as t; t.f()')", "numpy.tests.x"),
        ("import numpy as np\nnp.tests.x.f()", "numpy.tests.x.f"),
        ("import numpy\nnumpy.\\\n  tests", "numpy.tests"),
        ("from a import c\nc.tests.f()", "a.c.tests.f"),
        ("from numpy import *\nlinalg.tests.x", "numpy.linalg.tests.x"),
        ("from numpy import tests as t\nt.x.f()", "numpy.tests.x.f"),
        ("import numpy as np\nprint(f'{np.tests.x}')", "numpy.tests.x"),
        ("x = f'{d['numpy.tests']}'", "numpy.tests"),
        ("x = 'open\nimport numpy.tests", "numpy.tests"),  # no string's end: every word counts
        ("x = 'open numpy.tests.x", "numpy.tests.x"),
    ],
)
def test_what_may_import_a_test_module_names_it(source: str, name: str) -> None:
    """At any depth, under any condition, and in every form that names it."""
    names = mentions_of(source.encode(), PACKAGE).names

    assert name in names


@pytest.mark.parametrize(
    "source",
    [
        "import numpy.testing",
        "from numpy.testing import tests_pass",
        "x = 1  # import numpy.tests",
        "'''Doctest:\n\n>>> import numpy.tests\n'''",
        "'''Prose of the numpy.tests kind'''",
        "latest = contest.tested",
        "self.tests.run()",
    ],
)
def test_what_imports_nothing_names_nothing(source: str) -> None:
    """Comments, prose, examples in docstrings, and words that only begin alike."""
    found = mentions_of(source.encode(), PACKAGE)

    assert not found.names
    assert not found.families


@pytest.mark.parametrize(
    "source",
    [
        "f'numpy.tests.{name}'",
        "'numpy.tests.' + name",
        "'numpy.tests.%s' % name",
        "'numpy.tests.{}'.format(name)",
    ],
)
def test_a_name_finished_at_run_time_stands_for_a_family(source: str) -> None:
    """Everything below what is known of it may be meant."""
    found = mentions_of(source.encode(), PACKAGE)

    assert "numpy.tests." in found.families


def test_a_prefix_that_is_only_compared_is_no_family() -> None:
    """`startswith` makes no name."""
    found = mentions_of(b"name.startswith('numpy.tests.')", PACKAGE)

    assert not found.families


def test_relative_names_start_from_the_package_of_a_module() -> None:
    """`a.b` as a module lies in `a`; as a package it is its own."""
    assert mentions_of(b"from . import tests", MODULE).names == ("a.tests",)
    assert mentions_of(b"from . import tests", PACKAGE).names == ("a.b.tests",)


def test_a_test_module_names_its_neighbours() -> None:
    """Inside a test package no word of the source need tell of tests."""
    module = ModuleName("a.tests.test_x", False)
    found = mentions_of(b"from .common import f\nfrom . import data as d\nd.more.g()", module, inside=True)

    assert {"a.tests.common", "a.tests.data", "a.tests.data.more.g"} <= set(found.names)
