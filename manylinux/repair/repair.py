"""The repair of one wheel, step by step."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from manylinux.archive.pack import ENGINE
from manylinux.elf.layouts import LayoutReader
from manylinux.elf.read import read_compiled
from manylinux.errors import GraftError
from manylinux.policy.policy import policy_of
from manylinux.repair.grafting import Finder, Graft, GraftPlan, plan_grafts
from manylinux.repair.identity import is_for_any
from manylinux.repair.judge import judge
from manylinux.repair.opening import Member, OpenWheel, installed, opened
from manylinux.repair.patching import VERSION as PATCHELF_VERSION
from manylinux.repair.patching import Patcher
from manylinux.repair.values import Grafted, Promise, Repaired
from manylinux.repair.writing import NewMember, put, wheel_text, write_wheel

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from manylinux.elf.facts import ElfFacts
    from manylinux.repair.judge import Verdict
    from manylinux.repair.libraries import LibrarySource
    from manylinux.target import Target

REPAIR_VERSION = f"1 patchelf {PATCHELF_VERSION} {ENGINE}"
"""Part of the key of whatever rests on repaired wheels: changes when their bytes may."""
_NOTHING_PROMISED = Promise()


def repair(
    wheel: Path,
    target: Target,
    output_folder: Path,
    libraries: LibrarySource | None = None,
    *,
    promise: Promise = _NOTHING_PROMISED,
    allow: Collection[str] = (),
    layouts: LayoutReader | None = None,
) -> Repaired:
    """A wheel in `output_folder` that loads on `target`, made of `wheel`; see the package for the steps.

    `allow` names codes of findings that do not refuse it, such as `missing-library` where another project
    brings the library. Without `layouts` the process that looks at what was rewritten
    is started and ended.
    """
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(TemporaryDirectory(prefix="lbuild-repair-")))
        before = stack.enter_context(opened(wheel, scratch))
        facts = before.facts(read_compiled)
        verdict = judge(facts, target, promise)
        verdict.refuse_lies()
        if is_for_any(verdict.tag_set):
            verdict.refuse_excess(allow)
            return _copied(wheel, output_folder, verdict)
        machine = policy_of(target).machine
        finder = Finder(libraries=libraries, read=read_compiled, machine=machine)
        files, folder = facts.fitting(machine), f"{before.name.filename.partition('-')[0]}.libs"
        plan = plan_grafts(files, verdict.wanted, folder, policy_of(target), finder)
        patcher = Patcher(layouts=layouts or stack.enter_context(LayoutReader()))
        after, grafted = _rewritten(before, files, plan, folder, scratch, patcher)
        verdict = judge(after.facts(read_compiled), target, promise)
        verdict.refuse_excess(allow)
        return _written(after, output_folder, verdict, grafted)


def _copied(wheel: Path, output_folder: Path, verdict: Verdict) -> Repaired:
    """The wheel as it is."""
    content = wheel.read_bytes()
    return _repaired(output_folder / wheel.name, put(output_folder / wheel.name, content), verdict, ())


def _rewritten(
    wheel: OpenWheel,
    files: Mapping[str, ElfFacts],
    plan: GraftPlan,
    folder: str,
    scratch: Path,
    patcher: Patcher,
) -> tuple[OpenWheel, tuple[Grafted, ...]]:
    """The wheel with what was planned, and what came into it."""
    by_path = {installed(member.path): member for member in wheel.members}
    for path, change in plan.changes.items():
        place = by_path[path].unpacked
        assert place is not None, path  # it has facts
        patcher.patch(place, files[path], change, path)
    added = [_grafted_member(graft, f"{folder}/{graft.name}", scratch, patcher) for graft in plan.grafts]
    twice = [member.path for member in added if member.path in by_path]
    if twice:
        raise GraftError(f"`{wheel.name.filename}` already holds `{twice[0]}`, which would be put into it")
    grafted = tuple(
        Grafted(
            needed=graft.needed,
            path=member.path,
            source=graft.source,
            sha256=graft.sha256,
            size=member.size,
            asked_by=_asked_by(graft, files, plan, folder),
        )
        for graft, member in zip(plan.grafts, added, strict=True)
    )
    return replace(wheel, members=(*wheel.members, *added)), grafted


def _grafted_member(graft: Graft, path: str, scratch: Path, patcher: Patcher) -> Member:
    place = scratch / graft.name
    shutil.copyfile(graft.source, place)
    patcher.patch(place, graft.facts, graft.change, path)
    return Member(path=path, size=place.stat().st_size, executable=False, unpacked=place)


def _asked_by(graft: Graft, files: Mapping[str, ElfFacts], plan: GraftPlan, folder: str) -> tuple[str, ...]:
    known = {**files, **{f"{folder}/{each.name}": each.facts for each in plan.grafts}}
    return tuple(
        sorted(
            path
            for path, facts in known.items()
            if any(plan.names.get(needed) == graft.name for needed in facts.needed)
        )
    )


def _written(
    wheel: OpenWheel, output_folder: Path, verdict: Verdict, grafted: tuple[Grafted, ...]
) -> Repaired:
    path = output_folder / f"{wheel.name.filename.rsplit('-', 3)[0]}-{verdict.tag_set}.whl"
    text = wheel_text(wheel.wheel, verdict.tag_set, compiled=verdict.compiled > 0)
    members = [_new_member(wheel, member) for member in wheel.members]
    told = f"{wheel.dist_info}/WHEEL"
    members = [member for member in members if member.path != told]
    members.append(NewMember(path=told, read=lambda: text))
    return _repaired(path, write_wheel(path, members, wheel.dist_info), verdict, grafted)


def _new_member(wheel: OpenWheel, member: Member) -> NewMember:
    place = member.unpacked
    return NewMember(
        path=member.path,
        read=place.read_bytes if place else lambda: wheel.read(member.path),
        executable=member.executable,
    )


def _repaired(path: Path, sha256: str, verdict: Verdict, grafted: tuple[Grafted, ...]) -> Repaired:
    return Repaired(
        path=path,
        filename=path.name,
        sha256=sha256,
        tag_set=verdict.tag_set,
        grafted=grafted,
        compiled=verdict.compiled,
        findings=verdict.findings,
    )
