"""The world of a build of many functions: one store, one set of options, tools for each of them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from builder.choices.bundle_choices import BundleChoices
from builder.composing.run import wired
from builder.order import Order

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from builder.choices.wishes import Wishes
    from builder.composing.talk import Talk
    from builder.composing.wiring import Wiring
    from builder.model import Slimming
    from builder.project.values import Wanted
    from builder.report.values import Stage
    from builder.slim.profile import SlimProfile
    from manylinux.target import Target
    from prebuilt_index.store import Store


@dataclass(slots=True)
class ProjectBench:
    """The real `Bench`."""

    wishes: Wishes
    """Options of the run; their inputs and target are replaced by what is wanted."""
    first: Wiring
    """Whose store, progress and workshop all others use."""
    talk: Talk
    output: Path
    _tools: dict[tuple[Wanted, str], Wiring] = field(default_factory=dict)
    _together: dict[tuple[tuple[Wanted, ...], str], Wiring] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        return self.first.store

    def tools(self, wanted: Wanted, target: Target) -> Wiring:
        key = (wanted, target.id)
        if key not in self._tools:
            self._tools[key] = self.first.beside(self._wishes(wanted), target)
        return self._tools[key]

    def together(self, wanted: tuple[Wanted, ...], target: Target) -> Wiring:
        from builder.inputs import merged

        if len(wanted) == 1:
            return self.tools(wanted[0], target)
        key = (wanted, target.id)
        if key not in self._together:
            askers = [self.tools(each, target) for each in wanted]
            tools = self.first.beside(self.wishes, target)
            tools.reading = merged([asker.reading for asker in askers])
            for asker in askers:  # what they have read is what the resolution rests on
                tools.disk.seen |= asker.disk.seen
                tools.environ.seen |= asker.environ.seen
            self._together[key] = tools
        return self._together[key]

    def order(self, wanted: tuple[Wanted, ...], target: Target) -> Order:
        from builder.memo import wish_key

        wishes = [self.tools(each, target).wish() for each in wanted]
        return Order(
            wish=wish_key(wishes) if all(wishes) else "",
            target=target,
            target_chosen_by="the project",
        )

    def profile(self, slimming: Slimming | None) -> SlimProfile:
        from builder.choices.slim_choices import slim_profile

        choices = BundleChoices(slim=None if slimming is None else slimming.value)
        return slim_profile(choices, self.first.configuration.slim)

    def on_stage(self, stage: Stage) -> None:
        self.talk.stage(stage)

    def close(self) -> None:
        for each in (*self._tools.values(), *self._together.values()):
            each.close()

    def _wishes(self, wanted: Wanted) -> Wishes:
        inputs = replace(
            self.wishes.inputs,
            words=wanted.requirements,
            constraint_files=(*self.wishes.inputs.constraint_files, *wanted.constraints),
            extras=wanted.extras,
            groups=wanted.dependency_groups,
        )
        return replace(self.wishes, inputs=inputs)


@contextmanager
def project_bench(
    wishes: Wishes, target: Target, talk: Talk, output: Path, allow: frozenset[str], having: BundleChoices
) -> Iterator[ProjectBench]:
    """The world of one build; put away at its end. `target` is any of the project's.

    `having`: what all its zips have of a bundle's options.
    """
    with wired(wishes, target, talk, output, allow=allow, bundle=having) as first:
        bench = ProjectBench(wishes, first, talk, output)
        try:
            yield bench
        finally:
            bench.close()
