"""A store of one's own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from prebuilt_index.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store") as store:
        yield store
