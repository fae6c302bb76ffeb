"""The order of the stages for many functions: locked, slimmed, planned, audited, written, told.

Pools of one group are locked one after the other, so that a later one keeps the versions of those before it
where they fit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from builder.assembly.linking import link
from builder.assembly.locks import lock_texts, versions_kept, write_locks
from builder.assembly.pools import locked_pool, pools_of
from builder.assembly.writing import write
from builder.link.output import check_folder_of
from builder.link.source import check_source, read_source
from builder.model import BundlePlan, FromSource
from builder.order import StageLog
from builder.proof.auditing import Tree, audit_trees
from builder.proof.last_resort import kept_on_evidence
from builder.proof.telling import will_not_load
from builder.proving import Refused
from builder.report.sizes import count
from manylinux.errors import LbuildError, SeveralErrors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from builder.assembly.values import Bench, FunctionPart, Job, Linked, Pool
    from builder.model import SourceFile
    from builder.order import Tools
    from builder.project.manifest import Manifest
    from builder.proof.verdict import Verdict
    from builder.report.values import Stage
    from manylinux.elf.facts import Binary


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """A build of a project, done."""

    pools: tuple[Linked, ...]
    manifest: Manifest
    """What there is now; of a dry run what there was before."""
    written: frozenset[str]
    """Files that are new or other than before, as seen from the output folder."""
    output: Path
    notes: tuple[str, ...]
    stages: tuple[Stage, ...]


def assemble(job: Job, bench: Bench) -> Assembly:
    """Every function that was asked for is in the output folder, with its layers and the manifest.

    What was there before stays until all of it is made, and on any failure.
    """
    log = StageLog(bench.on_stage)
    if job.write:
        check_folder_of(job.output / "functions.zip")
    pools = pools_of(job.project, job.names)
    sources = _sources(pools, job)
    done: list[Linked] = []
    for pool in pools:
        preferred = {**_versions(done, pool), **versions_kept(pool, job, bench)}
        done.append(_proven(pool, job, bench, log, preferred, sources))
    if job.prefer:
        from builder.link.runtime_packages import demand_pinned

        pins = [pin for linked in done for pin in linked.locked.resolution.pins]
        demand_pinned(pins, frozenset(job.prefer), "--prefer")
    texts = lock_texts(done, job, bench)
    manifest, written = job.present, frozenset[str]()
    if job.write:
        with log.stage("link") as detail:
            manifest, written = write(done, job, bench)
            write_locks(texts)
            detail.append(f"{count(len(written), 'file')} changed")
    return Assembly(
        pools=tuple(done),
        manifest=manifest,
        written=written,
        output=job.output,
        notes=tuple(dict.fromkeys(note for linked in done for note in _notes(linked, done, bench))),
        stages=tuple(log.stages),
    )


def _sources(pools: Sequence[Pool], job: Job) -> dict[str, tuple[SourceFile, ...]]:
    """The files of each function. Faults of several are told together."""
    found: dict[str, tuple[SourceFile, ...]] = {}
    errors: list[LbuildError] = []
    for function in (each for pool in pools for each in pool.functions):
        found[function.name] = ()
        if function.source is None:
            continue
        folder = job.folder / function.source
        try:
            check_source(folder)
            found[function.name] = read_source(folder, job.output)
        except LbuildError as error:
            for each in error.errors if isinstance(error, SeveralErrors) else (error,):
                each.evidence = (f"the source of `{function.name}`", *each.evidence)
            errors.append(error)
    SeveralErrors.raise_any(errors)
    return found


def _versions(done: Sequence[Linked], pool: Pool) -> dict[NormalizedName, Version]:
    """The versions that the group has on other targets; of two the first one's."""
    found: dict[NormalizedName, Version] = {}
    for linked in done:
        if linked.locked.pool.group == pool.group:
            found = {**{pin.name: pin.version for pin in linked.locked.resolution.pins}, **found}
    return found


def _proven(
    pool: Pool,
    job: Job,
    bench: Bench,
    log: StageLog,
    preferred: Mapping[NormalizedName, Version],
    sources: Mapping[str, tuple[SourceFile, ...]],
) -> Linked:
    """The first lock with which every function of the pool loads. Raises WillNotLoadError."""
    refused = Refused()
    while True:
        locked = locked_pool(pool, job, bench, log, preferred, refused.reasons, sources)
        linked = link(locked, job, bench, log)
        with log.stage("audit") as detail:
            verdicts = {part.name: _verdict(part, linked, job, bench) for part in linked.functions}
            detail.append(count(sum(len(each.findings) for each in verdicts.values()), "finding"))
        bad = {name: verdict for name, verdict in verdicts.items() if verdict.errors}
        if not bad:
            parts = (replace(part, findings=verdicts[part.name].findings) for part in linked.functions)
            return replace(linked, functions=tuple(parts))
        frame = BundlePlan(wheels=tuple(locked.wheels.values()), files=())
        fixed = bool(_tools(linked.functions[0], bench).reading.locks)
        learned = [refused.learn(locked.resolution.pins, frame, each, fixed=fixed) for each in bad.values()]
        if not any(learned):
            raise _will_not_load(bad, pool)


def _will_not_load(bad: Mapping[str, Verdict], pool: Pool) -> LbuildError:
    errors: list[LbuildError] = []
    for name, verdict in bad.items():
        error = will_not_load(verdict.errors, pool.target)
        error.evidence = (f"the function `{name}` with its layers", *error.evidence)
        errors.append(error)
    return errors[0] if len(errors) == 1 else SeveralErrors(errors)


def _tools(part: FunctionPart, bench: Bench) -> Tools:
    return bench.tools(part.function.wanted, part.target)


def _verdict(part: FunctionPart, linked: Linked, job: Job, bench: Bench) -> Verdict:
    """What the loader will say of a function with its layers."""
    tools = _tools(part, bench)
    trees = [Tree(plan=part.plan, root="/var/task", of_source=_compiled_source(part.plan, tools))]
    trees += (
        Tree(plan=layer.plan, root="/opt", of_source={})
        for layer in linked.layers
        if layer.name in part.layers
    )
    return audit_trees(trees, part.target, job.allow, tools.binaries)


def _compiled_source(plan: BundlePlan, tools: Tools) -> Mapping[str, Binary]:
    found = {
        str(file.path): tools.binary(file.content.location)
        for file in plan.files
        if isinstance(file.content, FromSource) and not file.path.endswith((".py", ".pyi"))
    }
    return {path: binary for path, binary in found.items() if binary is not None}


def _notes(linked: Linked, done: Sequence[Linked], bench: Bench) -> list[str]:
    """Wheels taken on evidence, merged namespaces, and versions that differ between targets of one group."""
    locked = linked.locked
    told = [
        kept_on_evidence(wheel, locked.pool.target, _tools(linked.functions[0], bench).binaries)
        for wheel in locked.wheels.values()
    ]
    notes = [*linked.locked.resolution.notes, *linked.notes, *(note for note in told if note is not None)]
    for part in linked.functions:
        notes += part.whole.notes
    first = next(each for each in done if each.locked.pool.group == locked.pool.group)
    versions = {pin.name: pin.version for pin in first.locked.resolution.pins}
    for pin in locked.resolution.pins:
        if (other := versions.get(pin.name, pin.version)) != pin.version:
            where, there = locked.pool.target.id, first.locked.pool.target.id
            notes.append(f"{pin.name} is {pin.version} on {where} and {other} on {there}")
    return notes
