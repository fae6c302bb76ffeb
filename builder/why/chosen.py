"""The file that was taken: what it is, where it comes from, and what it was taken from among."""

from dataclasses import replace

from packaging.utils import NormalizedName

from builder.resolve import Solution
from builder.resolve.pool import Candidate
from builder.why.files import fates
from builder.why.newer import wish_for
from builder.why.values import Cause, Chosen, FileFate
from manylinux.target import Target
from manylinux.wheel_name import WheelName


def chosen_file(solution: Solution, name: NormalizedName) -> Chosen:
    """What a resolution took for a project."""
    world = solution.pool.world
    candidate = solution.chosen[name]
    file = candidate.file
    rank, tag = _rank(candidate, world.target)
    return Chosen(
        version=candidate.version,
        filename=file.filename,
        size=file.size,
        url=file.url,
        index=file.index,
        prebuilt=file.prebuilt,
        direct=file.direct,
        uploaded=file.upload_time,
        requires_python=file.requires_python or world.metadata(file).requires_python,
        yanked=file.yanked,
        tag=tag,
        rank=rank,
        tags=len(world.target.tags()),
        files=_files(solution, candidate),
    )


def _rank(candidate: Candidate, target: Target) -> tuple[int | None, str | None]:
    if not candidate.file.is_wheel:
        return None, None
    rank = target.rank(WheelName.parse(candidate.file.filename))
    return rank, None if rank is None else str(target.tags()[rank])


def _files(solution: Solution, candidate: Candidate) -> tuple[FileFate, ...]:
    world = solution.pool.world
    project = None if candidate.direct else world.project(candidate.name)
    if project is None:
        return ()
    found = fates(project, candidate.version, wish_for(solution, candidate.name), world.judge)
    names = [fate.filename for fate in found]
    return tuple(
        # Of two with one name, from two indexes, the first is the one.
        _beside(fate, taken=fate.filename == candidate.file.filename and names.index(fate.filename) == number)
        for number, fate in enumerate(found)
    )


def _beside(fate: FileFate, *, taken: bool) -> FileFate:
    """A file that can be used, told as the one that was taken or one that comes after it."""
    if fate.cause is not Cause.USABLE:
        return fate
    return replace(fate, reason="was taken" if taken else "can be used, and comes after the one taken")
