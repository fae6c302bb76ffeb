"""What a page has for each target."""

import pytest
from packaging.utils import canonicalize_name

from builder.gaps.judging import fates
from builder.gaps.values import Kind
from builder.testing import MemoryIndex
from factories.targets import make_target

DEMO = canonicalize_name("demo")
X86, ARM = make_target("python3.11"), make_target("python3.11", "arm64")


def fate(index: MemoryIndex, target: str = "python3.11", arch: str = "x86_64"):  # type: ignore[no-untyped-def]
    (found,) = fates(index.page(DEMO), [make_target(target, arch)])
    return found


def test_a_wheel_that_loads_is_no_gap() -> None:
    index = MemoryIndex()
    index.add("demo-1.0.tar.gz")
    index.add("demo-1.0-cp311-cp311-manylinux_2_17_x86_64.whl")
    first, second = fates(index.page(DEMO), [X86, ARM])
    assert (first.kind, first.is_gap, str(first.version)) == (Kind.USABLE, False, "1.0")
    assert (second.kind, second.is_gap, second.sdist) == (Kind.SDIST, True, "demo-1.0.tar.gz")
    assert second.evidence == "wheels for cp311; the nearest is built for x86_64"


def test_only_an_sdist() -> None:
    index = MemoryIndex()
    index.add("demo-1.0.tar.gz")
    assert fate(index).evidence == "only an sdist"


def test_the_newest_version_counts_and_an_older_one_is_told() -> None:
    index = MemoryIndex()
    index.add("demo-1.0-cp311-cp311-manylinux2014_x86_64.whl")
    index.add("demo-2.0-cp312-cp312-manylinux2014_x86_64.whl")
    found = fate(index)
    assert (found.kind, str(found.version), str(found.older)) == (Kind.NOTHING, "2.0", "1.0")


def test_versions_for_a_newer_python_do_not_count() -> None:
    index = MemoryIndex()
    index.add("demo-1.0-cp311-cp311-manylinux2014_x86_64.whl")
    index.add("demo-2.0-cp312-cp312-manylinux2014_x86_64.whl", requires_python=">=3.12")
    found = fate(index)
    assert (found.kind, str(found.version)) == (Kind.USABLE, "1.0")
    assert fate(index, "python3.12").version is not None


def test_no_version_for_the_python() -> None:
    index = MemoryIndex()
    index.add("demo-2.0-py3-none-any.whl", requires_python=">=3.12")
    assert fate(index).kind is Kind.PYTHON


def test_a_newer_glibc_in_the_tag_is_a_last_resort() -> None:
    index = MemoryIndex()
    index.add("demo-1.0-cp311-cp311-manylinux_2_28_x86_64.whl")
    found = fate(index)
    assert (found.kind, found.is_gap) == (Kind.LAST_RESORT, False)
    assert "needs glibc 2.28, the runtime has 2.26" in found.evidence


@pytest.mark.parametrize("newer", ["demo-2.0rc1.tar.gz", "demo-1.5.tar.gz"])
def test_prereleases_and_yanked_versions_do_not_count(newer: str) -> None:
    index = MemoryIndex()
    index.add("demo-1.0-py3-none-any.whl")
    index.add(newer, yanked="broken" if "1.5" in newer else None)
    assert (fate(index).kind, str(fate(index).version)) == (Kind.USABLE, "1.0")


def test_where_there_are_only_prereleases_they_count() -> None:
    index = MemoryIndex()
    index.add("demo-2.0rc1.tar.gz")
    assert str(fate(index).version) == "2.0rc1"
