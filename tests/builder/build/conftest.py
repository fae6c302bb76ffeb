"""A builder with a store, a log folder and a work folder of its own."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from builder.build import BuildIndex, BuildPolicy, PureBuilder
from builder.build.door import NativeDoor
from factories.projects import MakeBuilder
from prebuilt_index.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store") as opened:
        yield opened


@pytest.fixture
def make_builder(tmp_path: Path, store: Store) -> MakeBuilder:
    (tmp_path / "work").mkdir()

    def make(
        *,
        timeout: float = 60.0,
        output: int = 1 << 20,
        environ: dict[str, str] | None = None,
        native: NativeDoor | None = None,
    ) -> PureBuilder:
        policy = BuildPolicy(
            logs=tmp_path / "logs", workdir=tmp_path / "work", timeout=timeout, output=output
        )
        index = BuildIndex(no_index=True)
        environ = environ or dict(os.environ)
        return PureBuilder(store=store, index=index, policy=policy, environ=environ, native=native)

    return make
