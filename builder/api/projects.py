"""A project of functions, built, and what such a build has left."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from builder.api.hearing import Hearing
from builder.api.options import Cache, Indexes, Resolving, Word, wishes_of
from builder.api.values import BuiltFunction, BuiltLayer, BuiltProject, ProjectRun
from builder.choices.project_choices import ProjectChoices
from builder.composing.talk import Quiet, Talk
from builder.disk import from_here

if TYPE_CHECKING:
    from builder.project.manifest import Manifest


def build_project(
    folder: Word | None = None,
    names: Iterable[str] = (),
    *,
    project: Word | None = None,
    output: Word | None = None,
    layers: bool | None = None,
    previous: Word | None = None,
    bytecode: Literal["none", "auto", "all"] | None = None,
    optimize: Literal["speed", "size"] = "speed",
    paranoid: bool = False,
    allow: Iterable[str] = (),
    locked: bool = False,
    upgrade: bool = False,
    resolving: Resolving | None = None,
    indexes: Indexes | None = None,
    cache: Cache | None = None,
    talk: Talk | None = None,
) -> ProjectRun:
    """Build all functions of the project in `folder`, or those called `names`, as `lbuild build` does.

    The project is described in the file `project`, TOML or JSON, else in `[tool.lbuild]` of the folder's
    pyproject.toml or in lbuild.toml; None stands for what it says. Relative paths begin in `folder`: the
    current one unless given. Raises LbuildError; what was in the output folder stays there on any failure.
    """
    start, hearing = from_here(folder or ""), Hearing(talk or Quiet())
    choices = ProjectChoices(
        names=(names,) if isinstance(names, str) else tuple(names),
        output=None if output is None else start / output,
        layers=layers,
        previous=None if previous is None else start / previous,
        bytecode=bytecode,
        optimize=optimize,
        paranoid=paranoid,
        allow=tuple(allow),
        locked=locked,
        upgrade=upgrade,
        project=None if project is None else start / project,
    )
    wishes = wishes_of((), resolving, indexes, cache, start)
    from builder.assembly.json_form import assembly_as_json
    from builder.composing.project import run_project

    assembly = run_project(wishes, choices, hearing)
    made = _built(assembly.manifest, assembly.output.absolute())
    told = [
        line for linked in assembly.pools for line in (*linked.locked.resolution.warnings, *linked.warnings)
    ]
    return ProjectRun(
        manifest=made.manifest,
        functions=made.functions,
        layers=made.layers,
        changed=frozenset(made.manifest.parent / name for name in assembly.written),
        warnings=(*hearing.warnings, *told),
        notes=(*hearing.notes, *assembly.notes),
        report=assembly_as_json(assembly, planned_only=False),
    )


def read_build(manifest: Word) -> BuiltProject:
    """What `lbuild build` wrote down: the path of a `lbuild-manifest.json`, or of the folder it is in.

    Raises InputNotFoundError and InvalidManifestError. Whether the files are still there is not looked at.
    """
    from builder.composing.project import manifest_at

    path, made = manifest_at(from_here(manifest))
    return _built(made, path.parent)


def _built(manifest: "Manifest", folder: Path) -> BuiltProject:
    from builder.project.manifest import NAME

    functions = {
        name: BuiltFunction(
            name=name,
            path=folder / each.file,
            sha256=each.sha256,
            code_sha256=each.code_sha256,
            size=each.zipped,
            unpacked=each.unzipped,
            runtime=each.runtime,
            architecture=each.architecture,
            handler=each.handler,
            layers=each.layers,
            unpacked_with_layers=each.unzipped_with_layers,
        )
        for name, each in manifest.functions.items()
    }
    layers = {
        name: BuiltLayer(
            name=name,
            path=folder / each.file,
            sha256=each.sha256,
            code_sha256=each.code_sha256,
            size=each.zipped,
            unpacked=each.unzipped,
            runtimes=each.compatible_runtimes,
            architectures=each.compatible_architectures,
        )
        for name, each in manifest.layers.items()
    }
    return BuiltProject(manifest=folder / NAME, functions=functions, layers=layers)
