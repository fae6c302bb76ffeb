"""One process that reads ELF files, for all tests of a module."""

from collections.abc import Iterator

import pytest

from manylinux.elf.workers import ElfReaders


@pytest.fixture(scope="session")
def readers() -> Iterator[ElfReaders]:
    with ElfReaders() as found:
        yield found
