"""A real Dask cluster on this machine, which loses a worker over its work."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import builder
from builder.choices.wishes import (
    CacheChoices,
    IndexChoices,
    InputChoices,
    ResolveChoices,
    TargetChoices,
    Wishes,
)
from builder.composing.talk import Quiet
from builder.errors import SchedulerError
from builder.farm.run import Order, build_index
from builder.farm.values import Job, Row, Site, State
from factories.commands import only
from factories.projects import HONEST, write_sdist
from factories.recipes import a_catalogue

if TYPE_CHECKING:
    from factories.commands import Room

distributed = pytest.importorskip("distributed", reason="Dask is an extra: pip install 'lambda-lbuild[dask]'")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")
PROJECTS = ("one", "two", "three")


class Audience:
    """Hears what goes on."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def begins(self, jobs: int) -> None:
        """Nothing."""

    def submitted(self, job: Job) -> None:
        """Nothing."""

    def ended(self, row: Row) -> None:
        self.rows.append(row)

    def lost(self, job: Job) -> None:
        """Nothing."""


@pytest.mark.filterwarnings("ignore")  # of Dask's own
def test_a_cluster_builds_the_index_though_a_worker_is_killed_over_it(room: Room, marker: Path) -> None:
    marker.mkdir()
    body = f"open({str(marker)!r} + '/' + NAME, 'w').close()\ntime.sleep(1.5)\n{HONEST}"
    for name in PROJECTS:
        path = write_sdist(room.folder, name, "1.0", body)
        room.index.add(name, path.name, path.read_bytes())
    environ = {**room.environ, "PYTHONPATH": str(Path(builder.__file__).parents[1])}
    with (
        only(environ),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
        ) as cluster,
    ):
        killing = threading.Thread(target=kill_a_worker_at_work, args=(cluster, marker))
        killing.start()
        rows = build_index(order(room, cluster.scheduler_address), site(room), Audience(), Quiet())
        killing.join()

    assert [row.state for row in rows if row.target == "python3.11/x86_64"] == [State.BUILT] * 3, rows
    assert {row.state for row in rows} <= {State.BUILT, State.SERVED}
    assert {path.name for path in (room.folder / "out/files").iterdir()} == set(PROJECTS)


def kill_a_worker_at_work(cluster: object, started: Path) -> None:
    """Once a build has begun, the process of one worker is gone."""
    deadline = time.monotonic() + 60
    while not list(started.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    with distributed.Client(cluster, set_as_default=False) as client:
        pids = client.run(os.getpid)
    os.kill(next(iter(pids.values())), signal.SIGKILL)


def order(room: Room, address: str) -> Order:
    return Order(
        root=room.folder / "out",
        logs=room.folder / "logs",
        catalogue=a_catalogue(room.folder / "recipes", *PROJECTS),
        wanted=lambda target: target.architecture.value == "x86_64",
        scheduler=f"dask:{address}",
    )


def site(room: Room) -> Site:
    return Site(
        wishes=Wishes(
            inputs=InputChoices(),
            target=TargetChoices(),
            resolve=ResolveChoices(),
            index=IndexChoices(index_url=room.index.index_url),
            cache=CacheChoices(cache_dir=room.cache),
        )
    )


@pytest.mark.filterwarnings("ignore")
def test_a_scheduler_that_does_not_answer_is_told(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builder.farm.cluster._PATIENCE", 0.5)
    with pytest.raises(SchedulerError, match="No Dask scheduler answers"):
        build_index(order(room, "tcp://127.0.0.1:9"), site(room), Audience(), Quiet())
