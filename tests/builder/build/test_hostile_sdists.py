"""Sdists made of archives that others wrote to fool readers: a clear error, and nothing is left of them."""

import gzip
from pathlib import Path

import pytest

from factories.corpora import corpus_files
from factories.projects import MakeBuilder
from factories.refusals import listing
from manylinux.errors import LbuildError
from prebuilt_index.store import Store

FOLDERS = (*(f"malo/tar/{each}" for each in ("malicious", "reject", "iffy")), "tokio-tar/tests/archives")


@pytest.mark.parametrize("path", corpus_files(*FOLDERS, pattern="*.tar"))
def test_it_is_refused_and_nothing_is_left(
    path: Path, make_builder: MakeBuilder, tmp_path: Path, store: Store
) -> None:
    """Of the archive, or, where a reader of tar may take it, of a project that there is none."""
    archive = tmp_path / "demo-1.0.tar.gz"
    archive.write_bytes(gzip.compress(path.read_bytes()))
    before, around = listing(store.root), {each.name for each in tmp_path.iterdir()}
    with pytest.raises(LbuildError) as error:
        make_builder().from_sdist(archive, archive.name)

    assert int(error.value.status) in (4, 5), error.value
    assert error.value.evidence
    assert listing(store.root) == before
    assert list((tmp_path / "work").iterdir()) == []
    assert {each.name for each in tmp_path.iterdir()} == around
