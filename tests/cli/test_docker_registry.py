"""Sdists that need libraries of a system, in a container of a real engine without a network.

The image has glibc 2.31. What a project brings from there may need more than Lambda has; then it is refused,
and accepted for a system like Lambda's with the image's glibc, which Lambda does not have.
"""

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
from factories.commands import Outcome, Room
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
PACKAGES = {"python-snappy==0.6.1": ', packages = ["libsnappy-dev"]'}
"""What the image lacks."""


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with engine_with_image() as client:
        yield client


def built(folder: Path, requirement: str, *more: str) -> Outcome:
    """For python3.9 of Lambda, by the command."""
    name = requirement.partition("==")[0]
    user = Room(folder=folder, cache=folder / "cache", index=None, environ=dict(os.environ))  # type: ignore[arg-type]  # not asked
    wish = f'{name} = {{image = "{IMAGE}"{PACKAGES.get(requirement, "")}}}'
    user.write("pyproject.toml", "[tool.lbuild.build]", wish)
    words = ("--no-binary", name, "--runtime", "python3.9", "-o", "b.zip", *more)
    return user.lbuild(requirement, *words, index=False)


@pytest.mark.parametrize(
    ("requirement", "library"), [("psycopg2==2.9.10", "libpq.so.5"), ("pycurl==7.45.6", "libcurl.so.4")]
)
def test_what_needs_more_than_glibc_2_26_is_refused_for_lambda_alone(
    requirement: str, library: str, client: Any, tmp_path: Path
) -> None:
    """Either brings libldap, which wants glibc 2.28: refused with the symbols, whole where it is newer."""
    name = requirement.partition("==")[0]
    done = built(tmp_path, requirement)

    demand_words(done, 4, "wheel-needs-more", [f"{name}.libs/libldap_r-2-", "needs `GLIBC_2.28`"])
    wheel, told = built_for_glibc_2_31(tmp_path, tmp_path / "cache", requirement)
    with zipfile.ZipFile(wheel) as archive:
        libraries = [path for path in archive.namelist() if path.startswith(f"{name}.libs/")]
    assert wheel.name.endswith("-cp39-cp39-manylinux_2_28_x86_64.whl")
    assert f"brings `{library}`, from /usr/lib/x86_64-linux-gnu/{library}" in told
    assert len(libraries) == len(told) > 10


def test_what_needs_no_more_is_accepted_for_lambda(client: Any, tmp_path: Path) -> None:
    """libsnappy and the module are C++ of a compiler whose library Lambda has in a newer version."""
    done = built(tmp_path, "python-snappy==0.6.1", "--json")

    assert done.status == 0, done.stderr
    (compiled,) = done.report["compiled"]
    assert compiled["backend"] == "docker"
    assert "brings `libsnappy.so.1`, from /usr/lib/x86_64-linux-gnu/libsnappy.so.1" in compiled["notes"]
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        grafted = [path for path in archive.namelist() if path.startswith("python_snappy.libs/libsnappy-")]
    assert len(grafted) == 1


def no_builder() -> PureBuilder:
    raise AssertionError("build requirements are wheels")


def built_for_glibc_2_31(folder: Path, cache: Path, requirement: str) -> tuple[Path, Sequence[str]]:
    """The wheel of a project, repaired for such a runtime; and what is told of it."""
    lambdas = make_target("python3.9")
    system = replace(lambdas.runtime.os, glibc=(2, 31))
    target = replace(lambdas, runtime=replace(lambdas.runtime, os=system))
    with Store.open(cache) as store:
        settings = IndexSettings(indexes=(read_pip_defaults(os.environ, store).index_url,))
        world = World(lambda: IndexClient(store, settings), no_builder, ())
        name, _, version = requirement.partition("==")
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
