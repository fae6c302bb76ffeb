"""A project of functions, built or only planned as its options say."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from builder.bytecode.mode import Mode
from builder.disk import from_here
from builder.model import Optimize
from manylinux.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from builder.assembly.assemble import Assembly
    from builder.choices.project_choices import ProjectChoices
    from builder.choices.wishes import Wishes
    from builder.composing.talk import Talk
    from builder.project.manifest import Manifest
    from builder.project.values import Project


def run_project(wishes: Wishes, choices: ProjectChoices, talk: Talk) -> Assembly:
    """Build, or only plan, the functions of the project in the folder of the run; tell how it goes."""
    from builder.assembly.assemble import assemble
    from builder.assembly.values import Job
    from builder.choices.bundle_choices import BundleChoices
    from builder.choices.configuration import read_configuration
    from builder.choices.meanings import NEWEST, allowed_codes, normalized, one_of
    from builder.composing.project_wiring import project_bench
    from builder.project.finding import find_project, given_project

    folder = wishes.folder or from_here()
    if choices.locked and choices.upgrade:
        raise UsageError("`--locked` and `--upgrade` contradict each other", hint="Give one of them")
    read_configuration(folder)  # which knows the keys that are not about functions
    given = choices.project
    project = find_project(folder) if given is None else given_project(given, sys.stdin.buffer.read)
    names = _names(choices.names, project)
    output = choices.output or folder / project.output
    allow = allowed_codes(choices.allow)
    prefer = normalized(name for name in wishes.resolve.prefer if name != NEWEST)
    present = _present(output)
    job = Job(
        project=project,
        folder=folder,
        output=output,
        names=names,
        share_layers=choices.layers,
        former=present if choices.previous is None else manifest_at(choices.previous)[1],
        present=present,
        allow=allow,
        bytecode=project.bytecode if choices.bytecode is None else one_of(Mode, choices.bytecode, "bytecode"),
        optimize=one_of(Optimize, choices.optimize, "optimize"),
        paranoid=choices.paranoid,
        prefer=prefer,
        write=not choices.dry_run,
        locked=choices.locked,
        upgrade=choices.upgrade,
    )
    if choices.locked and project.locks is None:
        raise UsageError(
            "`--locked` is given, and the project keeps no lock files",
            hint="Name a folder for them with `locks` in the defaults",
        )
    _warn_of_runtimes(project, names, talk)
    target = project.functions[names[0]].target
    having = BundleChoices(optimize=choices.optimize, paranoid=choices.paranoid)
    with project_bench(wishes, target, talk, output, allow, having) as bench:
        return assemble(job, bench)


def _names(given: Sequence[str], project: Project) -> tuple[str, ...]:
    """The functions to build. Raises UsageError for one that is not there."""
    from builder.project.tables import nearest

    for name in given:
        if name not in project.functions:
            raise UsageError(
                f"`{project.source}` has no function `{name}`",
                evidence=[f"there are: {', '.join(f'`{each}`' for each in sorted(project.functions))}"],
                hint=nearest(name, project.functions),
            )
    return tuple(sorted(set(given) or project.functions))


def _present(output: Path) -> Manifest:
    """What an earlier build wrote into the output folder."""
    from builder.project.manifest import NAME, Manifest, read_manifest

    path = output / NAME
    return read_manifest(path) if os.path.isfile(path) else Manifest()


def manifest_at(path: Path) -> tuple[Path, Manifest]:
    """A manifest and its file, named by itself or its folder.

    Raises InputNotFoundError and InvalidManifestError.
    """
    from builder.errors import InputNotFoundError
    from builder.project.manifest import NAME, read_manifest

    file = path / NAME if os.path.isdir(path) else path
    if not os.path.isfile(file):
        raise InputNotFoundError(f"`{file}` does not exist", hint=f"Name a `{NAME}`, or its folder")
    return file, read_manifest(file)


def _warn_of_runtimes(project: Project, names: Sequence[str], talk: Talk) -> None:
    from datetime import UTC, datetime

    today = datetime.now(tz=UTC).date()
    warnings = (project.functions[name].target.runtime.warning_on(today) for name in names)
    for line in dict.fromkeys(line for line in warnings if line):
        talk.warn(line)
