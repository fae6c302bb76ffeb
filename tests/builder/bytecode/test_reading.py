"""Which sources may be read when a bundle runs, as far as code says."""

from collections.abc import Mapping

import pytest

from builder.bytecode.reading import hints_in, read_by_any


def read(sources: Mapping[str, bytes]) -> set[str]:
    return set(read_by_any({path: hints_in(source) for path, source in sources.items()}))


@pytest.mark.parametrize(
    "source",
    [
        b"inspect.getsource(f)",
        b"lines, _ = inspect.findsource(f)",
        b"linecache.getline(name, 1)",
        b"import torch\n",
        b"@numba.njit\ndef f(): ...\n",
        b"@jit(nopython=True)\ndef f(): ...\n",
        b"__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n",
        b"__import__('pkg_resources').declare_namespace(__name__)\n",
    ],
)
def test_a_module_that_looks_at_sources_keeps_its_own(source: bytes) -> None:
    """And no other."""
    assert read({"a/b.py": source, "a/c.py": b"import a.b\n", "torchlike.py": b"jitter = 1\n"}) == {"a/b.py"}


def test_a_file_that_is_named_stays() -> None:
    """Wherever it lies in the wheel; and the module that names it."""
    sources = {
        "a/__init__.py": b"path = join(dirname(__file__), 'data', 'template.py')\n",
        "a/data/template.py": b"",
        "a/data/other.py": b"",
    }

    assert read(sources) == {"a/__init__.py", "a/data/template.py"}


@pytest.mark.parametrize("pattern", [b"'.py'", b'"*.py"', b"f'{name}.py'", b"'test_*.py'"])
def test_a_folder_that_may_be_listed_stays(pattern: bytes) -> None:
    """With all below it, as the files are found by their endings."""
    sources = {
        "a/plugins/__init__.py": b"for name in listdir(here): yield name.endswith(" + pattern + b")\n",
        "a/plugins/one.py": b"",
        "a/plugins/more/two.py": b"",
        "a/pluginsx.py": b"",
        "top.py": b"x = " + pattern + b"\n",
    }

    assert read(sources) == set(sources) - {"a/pluginsx.py"}


@pytest.mark.parametrize(
    "source", [b"a" * 1_000_000, b"a.py'" * 80_000, b"'" + b"a" * 250 + b".py'" * 15_000]
)
def test_a_source_of_any_form_is_read_in_time(source: bytes) -> None:
    """The time grows with the length: a search that went back and forth would take hours."""
    assert hints_in(source).itself is (b".py'" in source)
