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
from builder.farm.barn import provenance
from builder.farm.farming import ATTEMPTS, Farm
from builder.farm.planning import planned
from builder.farm.toolchain import toolchain
from builder.farm.values import Fault, Job, Made, Outcome, Row, Site, Smoke, State
from builder.testing import MemoryIndex
from factories.recipes import a_recipe
from manylinux.errors import ExitStatus
from prebuilt_index.errors import DuplicateFileError
from prebuilt_index.recipes import Catalogue
from prebuilt_index.tree.entry import Entry, Provenance

if TYPE_CHECKING:
    from collections.abc import Callable

    from packaging.version import Version

    from manylinux.target import Target

DEMO = canonicalize_name("demo")
ANY = "demo-1.0-py3-none-any.whl"
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
    name = f"demo-1.0-{PYTHONS[job.runtime]}-manylinux_2_17_{MACHINES[job.architecture]}.whl"
    return made(under_its_tag(name, job))


def for_many(job: Job) -> Outcome:
    """A wheel with the stable ABI."""
    return made(under_its_tag(f"demo-1.0-cp38-abi3-manylinux_2_17_{MACHINES[job.architecture]}.whl", job))


def under_its_tag(filename: str, job: Job) -> str:
    """As a worker names it."""
    tag = "".join(map(str, job.build))
    return filename.replace("demo-1.0-", f"demo-1.0-{tag}-" if tag else "demo-1.0-")


def made(filename: str) -> Outcome:
    wheel = Made(
        filename=filename,
        sha256="",
        content=filename.encode(),
        backend="zig",
        toolchain=toolchain("zig"),
        seconds=1.0,
    )
    return Outcome(made=wheel, smoke=Smoke(ran=True, how="here"), log=b"printed")


def entry(filename: str, made: Provenance | None = None, **fields: Any) -> Entry:
    return Entry(filename=filename, sha256="", size=0, metadata_sha256="", provenance=made, **fields)


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

    files: dict[str, Entry] = field(default_factory=dict)
    refuses: bool = False

    def wheels(self, project: NormalizedName, version: Version) -> tuple[Entry, ...]:
        return tuple(self.files.values())

    def read(self, filename: str) -> bytes:
        return filename.encode()

    def add(self, made: Made, job: Job, target: Target) -> None:
        if self.refuses or made.filename in self.files:
            raise DuplicateFileError("another file has its name")
        self.files[made.filename] = entry(made.filename, provenance(made, job, target))

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
    works: Callable[[Job], Outcome], barn: Barn | None = None, more: str = "", *, rebuild: bool = False
) -> tuple[list[tuple[str, State]], Crew, Barn, Audience]:
    """`more`: what the recipe says beside the rest."""
    index = MemoryIndex()
    index.add("demo-1.0.tar.gz")
    catalogue = Catalogue(recipes={DEMO: a_recipe(more=more)})
    plan = planned(catalogue, {DEMO: index.page(DEMO)}, lambda target: True)
    crew, barn, audience = Crew(works), barn or Barn(), Audience()
    rows = Farm(plan, SITE, crew, barn, audience, rebuild=rebuild).run()
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
    barn = Barn(files={ANY: entry(ANY)})
    rows, crew, _, _ = run(of_its_own, barn)
    assert {state for _, state in rows} == {State.SERVED}
    assert all(job.given for job in crew.done)


CHANGED = 'environment = {A = "1"}'


def test_a_changed_recipe_builds_nothing_by_itself() -> None:
    _, _, barn, _ = run(of_its_own)
    rows, crew, _, audience = run(of_its_own, barn, CHANGED)
    assert {state for _, state in rows} == {State.THERE}
    assert not crew.done
    assert all("recipe" in row.changed for row in audience.rows)


@pytest.mark.parametrize(("works", "new"), [(of_its_own, 4), (for_many, 2)])
def test_a_changed_recipe_is_built_under_the_next_tag_where_that_is_wanted(
    works: Callable[[Job], Outcome], new: int
) -> None:
    """Once: the next run finds all there, whatever it is asked."""
    _, _, barn, _ = run(works)
    before = set(barn.files)
    _, _, _, audience = run(works, barn, CHANGED, rebuild=True)
    added = set(barn.files) - before
    assert len(added) == new
    assert all(name.startswith("demo-1.0-1-") for name in added)
    assert {row.shadow for row in audience.rows} == {None}
    rows, crew, _, again = run(works, barn, CHANGED, rebuild=True)
    assert State.BUILT not in {state for _, state in rows}
    assert all(job.given and job.given.filename in added for job in crew.done)
    assert {row.wheel for row in again.rows} == added
    run(works, barn, 'environment = {A = "2"}', rebuild=True)
    assert len([name for name in barn.files if name.startswith("demo-1.0-2-")]) == new


def test_a_run_that_was_cut_short_gives_the_same_names() -> None:
    """Whatever was built before: each job is of one name."""
    _, _, barn, _ = run(of_its_own)
    _, _, whole, _ = run(of_its_own, Barn(files=dict(barn.files)), CHANGED, rebuild=True)
    for name in set(whole.files) - set(barn.files):
        part = Barn(files={**barn.files, name: whole.files[name]})
        _, crew, _, _ = run(of_its_own, part, CHANGED, rebuild=True)
        assert part.files == whole.files
        assert len(crew.done) == 3


def test_an_old_wheel_that_installers_still_prefer_is_told() -> None:
    """The new one has other tags: a build tag decides between equal ones only."""
    _, _, barn, _ = run(of_its_own)
    _, _, _, audience = run(for_many, barn, CHANGED, rebuild=True)
    shadows = {(row.target, row.shadow) for row in audience.rows}
    assert ("python3.13/x86_64", "demo-1.0-cp313-cp313-manylinux_2_17_x86_64.whl") in shadows
    assert len(shadows) == 4


def test_the_recipes_own_tag_is_in_the_name() -> None:
    _, _, barn, _ = run(of_its_own, more='build-tag = "1lambda"')
    assert all(name.startswith("demo-1.0-1lambda-") for name in barn.files)
    run(of_its_own, barn, f'build-tag = "1lambda"\n{CHANGED}', rebuild=True)
    assert len([name for name in barn.files if name.startswith("demo-1.0-2lambda-")]) == 4


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
