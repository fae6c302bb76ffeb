"""A run of the farm: pages asked for, a plan made, the work handed out, a summary."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from builder.composing.run import wired
from builder.farm.barn import IndexFolder
from builder.farm.crew import crew_of
from builder.farm.farming import Farm, decided, found_for
from builder.farm.planning import planned
from builder.farm.standing import Lacking
from builder.farm.values import Plan
from manylinux.errors import LbuildError, NetworkError, NoSolutionError
from manylinux.runtimes import default_runtime
from manylinux.target import Target
from prebuilt_index.tree.reading import begin, demand_room
from prebuilt_index.tree.upkeep import refresh

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from packaging.utils import NormalizedName

    from builder.choices.wishes import Wishes
    from builder.composing.talk import Talk
    from builder.farm.farming import Audience
    from builder.farm.values import Row, Site
    from prebuilt_index.artefacts import ProjectPage
    from prebuilt_index.recipes import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a run is to do."""

    root: Path
    """The index."""
    logs: Path
    catalogue: Catalogue
    wanted: Callable[[Target], bool]
    everything: bool = False
    """Also what is offered elsewhere."""
    rebuild: bool = False
    """Also what is there, where it would be made in another way now."""
    jobs: int = 1
    scheduler: str | None = None


def plan_of(order: Order, wishes: Wishes, talk: Talk) -> Plan:
    """What there is to do, by what the indexes say today. Raises NetworkError where none can say."""
    runtime = default_runtime()
    anywhere = Target(runtime=runtime, architecture=runtime.architectures[0])
    with wired(wishes, anywhere, talk, None) as tools:
        client = tools.facts.client
        client.hint(order.catalogue.recipes)
        pages: dict[NormalizedName, ProjectPage | LbuildError] = {}
        for project in order.catalogue.recipes:
            try:
                pages[project] = client.page(project)
            except NetworkError:
                raise  # nothing can be planned on half of what there is
            except NoSolutionError as error:
                pages[project] = error
    return planned(order.catalogue, pages, order.wanted, everything=order.everything)


def foreseen(order: Order, wishes: Wishes, talk: Talk) -> Plan:
    """What a run would build, and what is decided already: offered elsewhere, there, or to be tried alone.

    Raises NotAPrebuiltIndexError too, for a folder that is something else.
    """
    demand_room(order.root)
    plan = plan_of(order, wishes, talk)
    barn = IndexFolder(root=order.root, logs=order.logs)
    lines, rows = [], list(plan.rows)
    for line in plan.lines:
        left = []
        entries = barn.wheels(line.recipe.project, line.version)
        for step in line.steps:
            found = found_for(line, step, entries, rebuild=order.rebuild)
            if isinstance(found, Lacking):
                left.append(replace(step, changed=found.changed))
            else:
                rows.append(decided(line, step, found))
        if left:
            lines.append(replace(line, steps=tuple(left)))
    return Plan(lines=tuple(lines), rows=tuple(rows))


def build_index(order: Order, site: Site, audience: Audience, talk: Talk) -> tuple[Row, ...]:
    """The index at `order.root` has what the catalogue has, as far as it can be made here; a row for each
    wheel.

    Raises NotAPrebuiltIndexError, SchedulerError, NetworkError, DamagedEntryError, and what keeps the index
    from being written.
    """
    begin(order.root)
    # What cannot be read is told before hours of work, and pages that a killed run did not write are written.
    refresh(order.root)
    plan = plan_of(order, site.wishes, talk)
    barn = IndexFolder(root=order.root, logs=order.logs)
    with crew_of(order.scheduler, order.jobs) as crew:
        return Farm(plan, site, crew, barn, audience, rebuild=order.rebuild).run()
