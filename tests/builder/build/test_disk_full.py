"""A disk that is full where builds work, or where their results go."""

from dataclasses import replace
from pathlib import Path

import pytest

from factories.projects import HONEST, MakeBuilder, pkg_info, project_files, tar_gz, write_sdist
from factories.refusals import listing
from factories.small_disks import small_disk
from manylinux.errors import EnvironmentFault
from prebuilt_index.store import Store

FILLING = f"open('large', 'wb').write(bytes(32 << 20))\n{HONEST}"


def test_a_build_that_fills_the_disk_is_no_fault_of_the_projects(
    make_builder: MakeBuilder, tmp_path: Path, store: Store
) -> None:
    """The machine lacks space. The log lies on that disk too, and may be empty."""
    archive = write_sdist(tmp_path, "demo", "1.0", FILLING)
    before = listing(store.root)
    with small_disk(tmp_path / "small", 16 << 20) as folder:
        builder = make_builder()
        builder = replace(builder, policy=replace(builder.policy, workdir=folder))
        with pytest.raises(EnvironmentFault) as error:
            builder.from_sdist(archive, archive.name)
        assert list(folder.iterdir()) == []

    assert (error.value.code, int(error.value.status)) == ("no-space", 6)
    assert error.value.evidence[0] == "the disk is full"
    assert "TMPDIR" in (error.value.hint or "")
    assert listing(store.root) == before


def test_sources_that_do_not_fit_on_the_disk(make_builder: MakeBuilder, tmp_path: Path, store: Store) -> None:
    """Before anything was run."""
    files = {**project_files("demo", "1.0"), "PKG-INFO": pkg_info("demo", "1.0"), "large": bytes(32 << 20)}
    archive = tmp_path / "demo-1.0.tar.gz"
    archive.write_bytes(tar_gz({f"demo-1.0/{name}": content for name, content in files.items()}))
    before = listing(store.root)
    with small_disk(tmp_path / "small", 16 << 20) as folder:
        builder = make_builder()
        builder = replace(builder, policy=replace(builder.policy, workdir=folder))
        with pytest.raises(
            EnvironmentFault, match=r"`demo` 1\.0 could not be built on this machine"
        ) as error:
            builder.from_sdist(archive, archive.name)
        assert list(folder.iterdir()) == []

    assert "No space left on device" in error.value.evidence[0]
    assert listing(store.root) == before
