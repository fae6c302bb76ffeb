"""psycopg2 from its sdist, in a container of a real engine: compiled against the image's libpq."""

import os
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from packaging.utils import canonicalize_name

from builder.build import PureBuilder
from builder.build.build_system import BuildSystem
from builder.build.environment import FIXED
from builder.build.finishing import finished
from builder.facts import World
from builder.provisioning import Wheelhouse
from containers.image import IMAGE
from factories.commands import Room
from factories.engines import engine_with_image
from factories.jobs import make_job
from factories.refusals import demand_words
from factories.targets import make_target
from manylinux.backends.docker.backend import Docker
from manylinux.backends.docker.wish import ImageWish
from manylinux.backends.project import project_of
from manylinux.repair.values import Promise
from prebuilt_index.index.client import IndexClient, IndexSettings
from prebuilt_index.pip_config import read_pip_defaults
from prebuilt_index.store import Store

pytestmark = [
    pytest.mark.registry,
    pytest.mark.skipif(sys.platform == "win32", reason="the engine of the tests runs on Linux"),
]
PSYCOPG2 = "psycopg2==2.9.10"


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with engine_with_image() as client:
        yield client


def test_psycopg2_needs_more_than_glibc_2_26(client: Any, tmp_path: Path) -> None:
    """Built with the image's libpq, whose own libraries are of glibc 2.28: refused, with what it needs."""
    user = Room(folder=tmp_path, cache=tmp_path / "cache", index=None, environ=dict(os.environ))  # type: ignore[arg-type]  # not asked
    user.write("pyproject.toml", "[tool.lbuild.build]", f'psycopg2 = {{image = "{IMAGE}"}}')
    words = ("--no-binary", "psycopg2", "--runtime", "python3.9", "-o", "b.zip")
    done = user.lbuild(PSYCOPG2, *words, index=False)

    demand_words(done, 4, "wheel-needs-more", ["psycopg2.libs/libldap_r-2-", "needs `GLIBC_2.28`"])
    # The same for a system with the image's glibc, which Lambda does not have.
    wheel, told = built_for_glibc_2_31(tmp_path, tmp_path / "cache")
    with zipfile.ZipFile(wheel) as archive:
        libraries = [name for name in archive.namelist() if name.startswith("psycopg2.libs/")]

    assert wheel.name.endswith("-cp39-cp39-manylinux_2_28_x86_64.whl")
    assert "brings `libpq.so.5`, from /usr/lib/x86_64-linux-gnu/libpq.so.5" in told
    assert len(libraries) == len(told) > 10


def no_builder() -> PureBuilder:
    raise AssertionError("build requirements are wheels")


def built_for_glibc_2_31(folder: Path, cache: Path) -> tuple[Path, Sequence[str]]:
    """The wheel of psycopg2, repaired for such a runtime; and what is told of it."""
    lambdas = make_target("python3.9")
    system = replace(lambdas.runtime.os, glibc=(2, 31))
    target = replace(lambdas, runtime=replace(lambdas.runtime, os=system))
    with Store.open(cache) as store:
        settings = IndexSettings(indexes=(read_pip_defaults(os.environ, store).index_url,))
        world = World(lambda: IndexClient(store, settings), no_builder, ())
        name, _, version = PSYCOPG2.partition("==")
        files = world.client.page(canonicalize_name(name)).files
        sdist = next(file for file in files if file.filename == f"{name}-{version}.tar.gz")
        sources = folder / "job" / "source"
        with tarfile.open(world.client.download(sdist)) as archive:
            archive.extractall(sources, filter="data")
        job = make_job(folder / "job", target)
        project = sources / f"{name}-{version}"
        system_of_it = BuildSystem.of(project)
        job = replace(
            job,
            project=project_of(
                name, project, backend=system_of_it.backend, backend_path=(), requires=system_of_it.requires
            ),
            supply=Wheelhouse(world=lambda: world, store=store).supply,
            deadline=job.deadline + 300,
        )
        made = Docker(environ=os.environ, fixed=FIXED, host="tests", wish=ImageWish(image=IMAGE)).build(job)
        world.close()
    return finished(made, Promise(), target, folder)
