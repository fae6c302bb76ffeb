"""Where else a project would load: other runtimes, or the other architecture."""

from collections.abc import Sequence

from builder.resolve.judging import Judge
from builder.resolve.projects import Project, Wish
from builder.resolve.world import World
from manylinux.runtimes import Runtime, runtimes
from manylinux.target import Target


def elsewhere(project: Project, wish: Wish, world: World) -> str | None:
    """A hint that names where there is a usable file; None when there is one nowhere."""
    here = world.target
    others = [
        runtime
        for runtime in runtimes()
        if runtime.id != here.runtime.id and here.architecture in runtime.architectures
    ]
    fitting = [
        runtime
        for runtime in others
        if _has_file(project, wish, world, Target(runtime=runtime, architecture=here.architecture))
    ]
    architectures = [
        architecture
        for architecture in here.runtime.architectures
        if architecture is not here.architecture
        and _has_file(project, wish, world, Target(runtime=here.runtime, architecture=architecture))
    ]
    if fitting:
        too = "".join(f"; `--arch {architecture}` has one too" for architecture in architectures)
        return f"There is a file for {_named(fitting, others)}: choose with `--runtime`{too}"
    if architectures:
        return f"There is a file for `{architectures[0]}`: choose with `--arch {architectures[0]}`"
    return None


def _has_file(project: Project, wish: Wish, world: World, target: Target) -> bool:
    return next(project.seen_by(Judge(target, world.options)).choices(wish), None) is not None


def _named(fitting: Sequence[Runtime], others: Sequence[Runtime]) -> str:
    """`python3.12`, `python3.12 and newer`, or a list; both are in order of age."""
    first = fitting[0]
    if len(fitting) > 1 and list(fitting) == list(others[others.index(first) :]):
        return f"`{first.id}` and newer"
    return ", ".join(f"`{runtime.id}`" for runtime in fitting)
