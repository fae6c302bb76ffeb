"""Parts become files in the output folder, all or none; what has the same bytes as before is not touched.

    <output>/
      lbuild-manifest.json
      <function>.zip
      layers/<layer>-<16 hex of its sha256>.zip

New files lie beside their places until every one is made; then they are renamed, the manifest last. Files
that the manifest before named and nothing names any more are removed at the end.
"""

from __future__ import annotations

import hashlib
import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from builder.assembly.inputs_digest import digest_of
from builder.assembly.reports import keep_report_of
from builder.assembly.values import FunctionPart, LayerPart
from builder.errors import SourceFileError
from builder.fragments.pressing import packer
from builder.link.output import check_folder_of, output_error, part_of, remove_stale, replacing_file
from builder.link.placement import Layout
from builder.link.proofs import proofread
from builder.link.write import write_zip
from builder.model import Optimize, base64_of
from builder.project.manifest import (
    NAME,
    Distribution,
    FunctionEntry,
    LayerEntry,
    Manifest,
    layer_file,
    manifest_text,
)
from manylinux.archive.pack import Pack, pack

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from builder.assembly.values import Artefact, Bench, Job, Linked
    from builder.model import BundlePlan
    from builder.project.manifest import Artefact as Entry


_pack: Pack = pack
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """One file, beside its place or in it already."""

    part: Artefact
    linked: Linked
    inputs: str
    sha256: str
    zipped: int
    unzipped: int
    files: int
    place: str
    """As seen from the output folder."""
    new: Path | None
    """Where it is until it is renamed; None: it is in its place."""


def write(pools: Sequence[Linked], job: Job, bench: Bench) -> tuple[Manifest, frozenset[str]]:
    """What the output folder holds now, and which files of it are new. Raises OutputError."""
    from concurrent.futures import ThreadPoolExecutor

    parts: list[tuple[Artefact, Linked]] = []
    for linked in pools:
        wanted = _wanted(linked, job)
        named = {layer for part in wanted for layer in part.layers}
        parts += ((part, linked) for part in wanted)
        parts += ((part, linked) for part in linked.layers if part.name in named)
    if any(isinstance(part, LayerPart) for part, _ in parts):
        check_folder_of(job.output / "layers" / "layer.zip")
    made: list[_Made] = []
    try:
        with ThreadPoolExecutor(os.cpu_count() or 2, thread_name_prefix="write") as pool:
            futures = [pool.submit(_make, part, linked, job, bench) for part, linked in parts]
        faults = []
        for future in futures:
            if (fault := future.exception()) is None:
                made.append(future.result())
            else:
                faults.append(fault)
        if faults:
            raise faults[0]
        for each in made:
            keep_report_of(each.part, each.linked, each.sha256, bench.store)
        manifest = _manifest(made, job)
        _commit(made, manifest, job)
    finally:
        for each in made:
            if each.new is not None:
                with suppress(OSError):
                    each.new.unlink(missing_ok=True)
    _remove_unnamed(manifest, job)
    return manifest, frozenset(each.place for each in made if each.new is not None)


def _wanted(linked: Linked, job: Job) -> list[FunctionPart]:
    """The functions that were asked for, and those built before whose layers are not what they were."""
    present = job.present.functions
    asked = [part for part in linked.functions if part.name in job.names]
    others = [part for part in linked.functions if part.name not in job.names and part.name in present]
    if not others:
        return asked
    digests = {layer.name: digest_of(layer.plan, job.optimize) for layer in linked.layers}

    def is_moved(part: FunctionPart) -> bool:
        before = [(name, _inputs_of(name, job)) for name in present[part.name].layers]
        return before != [(name, digests[name]) for name in part.layers]

    return [*asked, *filter(is_moved, others)]


def _inputs_of(layer: str, job: Job) -> str | None:
    entry = job.present.layers.get(layer)
    return None if entry is None else entry.inputs


def _make(part: Artefact, linked: Linked, job: Job, bench: Bench) -> _Made:
    inputs = digest_of(part.plan, job.optimize)
    former = _former(part, inputs, job)
    if former is not None:
        return _Made(
            part=part,
            linked=linked,
            inputs=inputs,
            sha256=former.sha256,
            zipped=former.zipped,
            unzipped=former.unzipped,
            files=former.files,
            place=former.file,
            new=None,
        )
    layer = isinstance(part, LayerPart)
    goal = job.output / "layers" / f"{part.name}.zip" if layer else job.output / f"{part.name}.zip"
    remove_stale(goal)
    new = part_of(goal)
    try:
        plan, compress = part.plan, _pack
        if job.optimize is Optimize.SIZE:
            plan, compress = _pressed(part, linked, bench), packer(bench.store)
        look = proofread(plan, bench.store) if job.paranoid else _look_at_nothing
        bundle = write_zip(plan, new, look, compress=compress)
        if digest_of(part.plan, job.optimize) != inputs:
            raise SourceFileError(
                f"The source of `{part.name}` changed while it was read",
                hint="Build again when nothing writes to it",
            )
    except BaseException:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        raise
    place = layer_file(part.name, bundle.sha256) if layer else f"{part.name}.zip"
    return _Made(
        part=part,
        linked=linked,
        inputs=inputs,
        sha256=bundle.sha256,
        zipped=bundle.zipped_size or 0,
        unzipped=bundle.unzipped_size,
        files=bundle.files,
        place=place,
        new=new,
    )


def _look_at_nothing(path: Path, sha256: str) -> None:
    """What was written is taken to be what was planned."""


def _pressed(part: Artefact, linked: Linked, bench: Bench) -> BundlePlan:
    """The part's plan with members as small as the engine makes them; that takes all processors."""
    tools = bench.together(linked.locked.pool.wanted, linked.locked.pool.target)
    with _one_at_a_time:
        return tools.pressed(part.plan)


def _former(part: Artefact, inputs: str, job: Job) -> Entry | None:
    """The entry of a file that is there already, byte for byte."""
    layer = isinstance(part, LayerPart)
    entry: Entry | None = (job.present.layers if layer else job.present.functions).get(part.name)
    if entry is None or entry.inputs != inputs:
        return None
    try:
        with open(job.output / entry.file, "rb") as file:
            same = hashlib.file_digest(file, "sha256").hexdigest() == entry.sha256
    except OSError:
        return None
    return entry if same else None


def _manifest(made: Sequence[_Made], job: Job) -> Manifest:
    """The new manifest; functions that were not built now keep their entries, and the layers they name."""
    fresh = {each.part.name: _layer_entry(each) for each in made if isinstance(each.part, LayerPart)}
    functions = {
        name: entry
        for name, entry in job.present.functions.items()
        if name in job.project.functions and _is_there(entry, job)
    }
    for each in made:
        if isinstance(each.part, FunctionPart):
            functions[each.part.name] = _function_entry(each, each.part, fresh)
    layers = {**job.present.layers, **fresh}
    return Manifest(
        functions=functions,
        layers={name: layer for name, layer in layers.items() if _is_named(name, functions)},
    )


def _is_there(entry: FunctionEntry, job: Job) -> bool:
    """Whether the function's file, and those of its layers, still are in the output folder."""
    layers = [job.present.layers.get(name) for name in entry.layers]
    return all(each is not None and os.path.isfile(job.output / each.file) for each in (entry, *layers))


def _is_named(layer: str, functions: dict[str, FunctionEntry]) -> bool:
    return any(layer in function.layers for function in functions.values())


def _layer_entry(made: _Made) -> LayerEntry:
    part = made.part
    assert isinstance(part, LayerPart)
    return LayerEntry(
        file=made.place,
        sha256=made.sha256,
        code_sha256=base64_of(made.sha256),
        zipped=made.zipped,
        unzipped=made.unzipped,
        files=made.files,
        inputs=made.inputs,
        distributions=_distributions(made.part.plan),
        compatible_runtimes=(part.target.runtime.id,),
        compatible_architectures=(part.target.architecture.value,),
        path=Layout.of(part.kind, part.target.runtime.python).library,
        planned=part.planned,
        group=made.linked.locked.pool.group.name,
    )


def _function_entry(made: _Made, part: FunctionPart, layers: Mapping[str, LayerEntry]) -> FunctionEntry:
    return FunctionEntry(
        file=made.place,
        sha256=made.sha256,
        code_sha256=base64_of(made.sha256),
        zipped=made.zipped,
        unzipped=made.unzipped,
        files=made.files,
        inputs=made.inputs,
        distributions=_distributions(made.part.plan),
        runtime=part.target.runtime.id,
        architecture=part.target.architecture.value,
        group=made.linked.locked.pool.group.name,
        handler=part.function.handler,
        layers=part.layers,
        unzipped_with_layers=made.unzipped + sum(layers[name].unzipped for name in part.layers),
    )


def _distributions(plan: BundlePlan) -> tuple[Distribution, ...]:
    return tuple(
        Distribution(name=wheel.name, version=str(wheel.version), file=wheel.filename, sha256=wheel.sha256)
        for wheel in plan.wheels
    )


def _commit(made: Sequence[_Made], manifest: Manifest, job: Job) -> None:
    for each in made:
        if each.new is not None:
            goal = job.output / each.place
            try:
                os.replace(each.new, goal)
            except OSError as error:
                raise output_error(goal, goal, error, each.zipped) from error
    text = manifest_text(manifest).encode()
    path = job.output / NAME
    if not os.path.isfile(path) or path.read_bytes() != text:
        with replacing_file(path, len(text)) as file:
            file.write(text)


def _remove_unnamed(manifest: Manifest, job: Job) -> None:
    """Files of the manifest before that nothing names any more are gone; what cannot be removed stays."""
    named = {entry.file for entry in (*manifest.functions.values(), *manifest.layers.values())}
    for entry in (*job.present.functions.values(), *job.present.layers.values()):
        if entry.file not in named:
            with suppress(OSError):
                (job.output / entry.file).unlink(missing_ok=True)
