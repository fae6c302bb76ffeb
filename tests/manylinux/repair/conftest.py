"""One process that looks at layouts, for all tests."""

from collections.abc import Iterator

import pytest

from manylinux.elf.layouts import LayoutReader


@pytest.fixture(scope="session")
def layouts() -> Iterator[LayoutReader]:
    with LayoutReader() as found:
        yield found
