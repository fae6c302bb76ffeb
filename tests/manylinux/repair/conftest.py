"""One process that reads ELF files, for all tests of a module."""

from collections.abc import Iterator

import pytest

from manylinux.elf.workers import LAYOUT_MEMORY, ElfReaders, worker_command


@pytest.fixture(scope="session")
def readers() -> Iterator[ElfReaders]:
    with ElfReaders(command=worker_command(LAYOUT_MEMORY)) as found:
        yield found
