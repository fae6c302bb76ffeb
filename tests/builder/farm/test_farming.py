"""Jobs handed out and brought in, with a crew that does what it is told."""

from __future__ import annotations

import pickle
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from packaging.utils import NormalizedName, canonicalize_name

from builder.choices.wishes import (
    CacheChoices,
    IndexChoices,
    InputChoices,
    ResolveChoices,
    TargetChoices,
    Wishes,
)
from builder.farm.farming import ATTEMPTS, Farm
from builder.farm.planning import planned
from builder.farm.values import Fault, Job, Made, Outcome, Row, Site, Smoke, State
from builder.testing import MemoryIndex
from factories.recipes import a_recipe
from manylinux.errors import ExitStatus
from prebuilt_index.errors import DuplicateFileError
from prebuilt_index.recipes import Catalogue

if TYPE_CHECKING:
    from collections.abc import Callable

    from packaging.version import Version

    from manylinux.target import Target

DEMO = canonicalize_name("demo")
SITE = Site(
    wishes=Wishes(
        inputs=InputChoices(),
        target=TargetChoices(),
        resolve=ResolveChoices(),
        index=IndexChoices(),
        cache=CacheChoices(),
    )
)
PYTHONS = {"python3.11": "cp311-cp311", "python3.13": "cp313-cp313"}
MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}


class GoneError(Exception):
    """A worker has died."""


def of_its_own(job: Job) -> Outcome:
    """A wheel for the job's target alone."""
    return made(f"demo-1.0-{PYTHONS[job.runtime]}-manylinux_2_17_{MACHINES[job.architecture]}.whl")


def for_many(job: Job) -> Outcome:
    """A wheel with the stable ABI."""
    return made(f"demo-1.0-cp38-abi3-manylinux_2_17_{MACHINES[job.architecture]}.whl")


def made(filename: str) -> Outcome:
    wheel = Made(filename=filename, sha256="", content=filename.encode(), backend="zig", seconds=1.0)
    return Outcome(made=wheel, smoke=Smoke(ran=True, how="here"), log=b"printed")


@dataclass
class Crew:
    """Does jobs at once, in this thread, as plain values: what goes to other processes can be pickled."""

    works: Callable[[Job], Outcome]
    done: list[Job] = field(default_factory=list)

    def submit(self, job: Job, site: Site) -> Future[Outcome]:
        job = pickle.loads(pickle.dumps((job, site)))[0]
        self.done.append(job)
        future: Future[Outcome] = Future()
        try:
            if job.given is not None:
                future.set_result(made(job.given.filename))
            else:
                future.set_result(self.works(job))
        except Exception as error:  # noqa: BLE001  # as an executor does
            future.set_exception(error)
        return future

    def lost(self, error: BaseException) -> bool:
        return isinstance(error, GoneError)

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: object) -> None:
        return None


@dataclass
class Barn:
    """An index in memory."""

    files: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    refuses: bool = False

    def wheels(self, project: NormalizedName, version: Version) -> dict[str, str | None]:
        return {name: target for name, (_, target) in self.files.items()}

    def read(self, filename: str) -> bytes:
        return self.files[filename][0]

    def add(self, made: Made, job: Job, target: Target) -> None:
        if self.refuses:
            raise DuplicateFileError("another file has its name")
        self.files[made.filename] = (made.content, f"{target.runtime.id}-{target.architecture}")

    def log(self, job: Job, content: bytes) -> str | None:
        return f"{job.label}.log" if content else None


@dataclass
class Audience:
    total: int = 0
    rows: list[Row] = field(default_factory=list)
    lost_jobs: int = 0

    def begins(self, jobs: int) -> None:
        self.total = jobs

    def submitted(self, job: Job) -> None:
        """Nothing."""

    def ended(self, row: Row) -> None:
        self.rows.append(row)

    def lost(self, job: Job) -> None:
        self.lost_jobs += 1


def run(
    works: Callable[[Job], Outcome], barn: Barn | None = None
) -> tuple[list[tuple[str, State]], Crew, Barn, Audience]:
    index = MemoryIndex()
    index.add("demo-1.0.tar.gz")
    plan = planned(Catalogue(recipes={DEMO: a_recipe()}), {DEMO: index.page(DEMO)}, lambda target: True)
    crew, barn, audience = Crew(works), barn or Barn(), Audience()
    rows = Farm(plan, SITE, crew, barn, audience).run()
    return [(row.target, row.state) for row in rows], crew, barn, audience


def test_every_step_is_built_and_brought_in() -> None:
    rows, _, barn, audience = run(of_its_own)
    assert [state for _, state in rows] == [State.BUILT] * 4
    assert len(barn.files) == audience.total == len(audience.rows) == 4


def test_a_wheel_of_an_earlier_runtime_serves_a_later_one_and_is_tried_there() -> None:
    rows, crew, barn, _ = run(for_many)
    assert [state for _, state in rows] == [State.BUILT, State.BUILT, State.SERVED, State.SERVED]
    assert len(barn.files) == 2
    assert [job.runtime for job in crew.done if job.given] == ["python3.13"] * 2


def test_what_is_there_is_not_built_again() -> None:
    _, _, barn, _ = run(of_its_own)
    del barn.files["demo-1.0-cp313-cp313-manylinux_2_17_aarch64.whl"]
    rows, crew, _, _ = run(of_its_own, barn)
    assert [job.label for job in crew.done] == ["demo 1.0 python3.13 arm64"]
    assert sorted(state for _, state in rows) == [State.BUILT] + [State.THERE] * 3


def test_a_wheel_for_something_else_does_not_count_as_the_targets_own() -> None:
    """A file that somebody added serves where it loads, and is tried."""
    barn = Barn(files={"demo-1.0-py3-none-any.whl": (b"", "")})
    rows, crew, _, _ = run(of_its_own, barn)
    assert {state for _, state in rows} == {State.SERVED}
    assert all(job.given for job in crew.done)


def test_nothing_of_a_failed_job_enters_and_the_others_go_on() -> None:
    fault = Fault(code="smoke-test-failed", status=ExitStatus.BUILD, summary="it does not answer")

    def works(job: Job) -> Outcome:
        failing = (job.runtime, job.architecture) == ("python3.11", "arm64")
        return Outcome(fault=fault, log=b"why") if failing else of_its_own(job)

    rows, _, barn, audience = run(works)
    assert sorted(state for _, state in rows) == [State.BUILT] * 3 + [State.FAILED]
    assert len(barn.files) == 3
    (failed,) = (row for row in audience.rows if row.fault)
    assert (failed.log, failed.wheel) == ("demo 1.0 python3.11 arm64.log", None)


def test_a_wheel_that_the_index_refuses_is_a_failure() -> None:
    rows, _, _, audience = run(of_its_own, Barn(refuses=True))
    assert {state for _, state in rows} == {State.FAILED}
    assert {row.fault.code for row in audience.rows if row.fault} == {"duplicate-file"}


def test_the_job_of_a_worker_that_died_is_given_out_again() -> None:
    died: list[str] = []

    def works(job: Job) -> Outcome:
        if died.count(job.label) < 2:
            died.append(job.label)
            raise GoneError
        return of_its_own(job)

    rows, _, _, audience = run(works)
    assert {state for _, state in rows} == {State.BUILT}
    assert audience.lost_jobs == 8


def test_but_not_for_ever() -> None:
    def works(job: Job) -> Outcome:
        raise GoneError

    rows, crew, barn, audience = run(works)
    assert {state for _, state in rows} == {State.FAILED}
    assert len(crew.done) == 4 * ATTEMPTS
    assert {row.fault.code for row in audience.rows if row.fault} == {"worker-lost"}
    assert not barn.files


def test_a_bug_is_not_taken_for_a_failed_build() -> None:
    def works(job: Job) -> Any:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(works)
