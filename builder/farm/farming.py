"""The work of a plan handed out and brought in: every step of every line, whoever dies meanwhile.

What is in the index decides what is left to do, so a run that was killed is begun again by the same command.
"""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from builder.farm.planning import fault_of
from builder.farm.standing import Fitting, Lacking, There, standing
from builder.farm.toolchain import toolchain
from builder.farm.values import Given, Job, Outcome, Row, State
from manylinux.errors import IntegrityError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from builder.farm.crew import Crew
    from builder.farm.standing import Standing
    from builder.farm.values import Line, Made, Plan, Site, Step
    from manylinux.target import Target
    from prebuilt_index.tree.entry import Entry

ATTEMPTS = 5
"""Times that a job is given out whose worker dies."""
_LOOK = 0.5
"""Seconds between looks at what is done."""


class Barn(Protocol):
    """Where wheels and logs are kept."""

    def wheels(self, project: NormalizedName, version: Version) -> Sequence[Entry]:
        """What the index has of the version, yanked or not."""
        ...

    def read(self, filename: str) -> bytes: ...

    def add(self, made: Made, job: Job, target: Target) -> None:
        """The wheel is in the index. Raises IntegrityError where it may not be there, EnvironmentFault
        where nothing can be written."""
        ...

    def log(self, job: Job, content: bytes) -> str | None:
        """Where the log is from now on; None for an empty one."""
        ...


class Audience(Protocol):
    """Who is told how it goes."""

    def begins(self, jobs: int) -> None: ...

    def submitted(self, job: Job) -> None: ...

    def ended(self, row: Row) -> None: ...

    def lost(self, job: Job) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Going:
    """A job that somebody does."""

    line: Line
    at: int
    job: Job
    found: Fitting | Lacking
    """What the index had for the step."""
    attempt: int = 1


class Farm:
    """One run."""

    def __init__(
        self, plan: Plan, site: Site, crew: Crew, barn: Barn, audience: Audience, *, rebuild: bool = False
    ) -> None:
        """`rebuild`: wheels that would be made in another way now are built anew."""
        self._rebuild = rebuild
        self._plan = plan
        self._site = site
        self._crew = crew
        self._barn = barn
        self._audience = audience
        self._going: dict[Future[Outcome], _Going] = {}
        self._rows: list[Row] = list(plan.rows)

    def run(self) -> tuple[Row, ...]:
        """Every step of the plan is done, or has failed; a row for each."""
        self._audience.begins(sum(len(line.steps) for line in self._plan.lines))
        for line in self._plan.lines:
            self._take(line, 0)
        while self._going:
            done, _ = wait(self._going, timeout=_LOOK, return_when=FIRST_COMPLETED)
            for future in done:
                self._bring_in(future)
        return tuple(sorted(self._rows, key=lambda row: (row.project, row.version, row.target)))

    def _take(self, line: Line, at: int) -> None:
        """Step `at` of the line is under way, and those before it are over; or there is no such step."""
        while at < len(line.steps):
            step = line.steps[at]
            found = self._found(line, step)
            if not isinstance(found, There):
                self._submit(_Going(line=line, at=at, job=self._job(line, step, found), found=found))
                return
            self._end(decided(line, step, found))
            at += 1

    def _found(self, line: Line, step: Step) -> Standing:
        entries = self._barn.wheels(line.recipe.project, line.version)
        return found_for(line, step, entries, rebuild=self._rebuild)

    def _job(self, line: Line, step: Step, found: Fitting | Lacking) -> Job:
        given = None
        if isinstance(found, Fitting):
            given = Given(filename=found.filename, content=self._barn.read(found.filename))
        return Job(
            recipe=line.recipe,
            version=str(line.version),
            runtime=step.target.runtime.id,
            architecture=line.architecture.value,
            sdist=line.sdist,
            build=found.build if isinstance(found, Lacking) else (),
            given=given,
        )

    def _submit(self, going: _Going) -> None:
        self._going[self._crew.submit(going.job, self._site)] = going
        self._audience.submitted(going.job)

    def _bring_in(self, future: Future[Outcome]) -> None:
        going = self._going.pop(future)
        error = future.exception() if not future.cancelled() else None
        if error is not None and self._crew.lost(error):
            self._again(going)
            return
        if error is not None:
            raise error
        self._settle(going, future.result())

    def _again(self, going: _Going) -> None:
        """The job of a worker that died is given out once more, but not for ever."""
        self._audience.lost(going.job)
        if going.attempt < ATTEMPTS:
            self._submit(replace(going, attempt=going.attempt + 1))
            return
        from builder.errors import WorkerLostError

        lost = WorkerLostError(
            f"Whoever built {going.job.label} died, {ATTEMPTS} times",
            hint="Perhaps it takes more memory than there is: try `--jobs 1`",
        )
        self._settle(going, Outcome(fault=fault_of(lost)))

    def _settle(self, going: _Going, outcome: Outcome) -> None:
        """What a job came to is kept and told; its line goes on."""
        line, step, job = going.line, going.line.steps[going.at], going.job
        log = self._barn.log(job, outcome.log)
        fault = outcome.fault
        if fault is None and outcome.made is not None and job.given is None:
            try:
                self._barn.add(outcome.made, job, step.target)
            except (IntegrityError, UsageError) as error:
                fault = fault_of(error)
        if fault is not None:
            self._end(replace(_blank(line, step, State.FAILED), fault=fault, log=log))
        else:
            self._end(self._row(going, outcome, log))
        self._take(line, going.at + 1)

    def _row(self, going: _Going, outcome: Outcome, log: str | None) -> Row:
        """Of a job that came to its end."""
        made, line, step, found = outcome.made, going.line, going.line.steps[going.at], going.found
        assert made is not None
        now = self._found(line, step)
        shadow = None if isinstance(now, Lacking) else now.shadow
        if isinstance(found, Fitting):
            blank = replace(_blank(line, step, State.SERVED), changed=found.changed, shadow=shadow)
            return replace(blank, wheel=made.filename, smoke=outcome.smoke, log=log)
        return replace(
            _blank(line, step, State.BUILT),
            wheel=made.filename,
            size=len(made.content),
            backend=made.backend,
            seconds=made.seconds,
            smoke=outcome.smoke,
            log=log,
            changed=found.changed,
            shadow=shadow,
        )

    def _end(self, row: Row) -> None:
        self._rows.append(row)
        self._audience.ended(row)


def found_for(line: Line, step: Step, entries: Sequence[Entry], *, rebuild: bool) -> Standing:
    """What the index, which has `entries` of the version, has for a step."""
    return standing(entries, line.recipe, line.sdist, step.target, toolchain, rebuild=rebuild)


def decided(line: Line, step: Step, found: There | Fitting) -> Row:
    """Of a step for which nothing is to be built."""
    state = State.SERVED if isinstance(found, Fitting) else State.THERE
    yanked = isinstance(found, There) and found.yanked
    why = "it is yanked, and would be the same again" if yanked else step.why
    row = replace(_blank(line, step, state), why=why, wheel=found.filename)
    return replace(row, changed=found.changed, shadow=found.shadow)


def _blank(line: Line, step: Step, state: State) -> Row:
    return Row(
        project=line.recipe.project,
        version=str(line.version),
        target=step.target.id,
        state=state,
        why=step.why,
    )
