"""Zappa's archive becomes a bundle of lbuild's, in place: the app and Zappa's files, packages anew."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from builder.deployers.interpreters import ask, interpreter_of
from builder.deployers.zappa.archive import unpack_app
from builder.deployers.zappa.settings import CALLBACK, read_stages, stage_of
from builder.errors import DeployerArchiveError, DeployerConfigurationError, InputNotFoundError
from builder.project.beginning.values import requirements_in

if TYPE_CHECKING:
    from builder.choices.bundle_choices import BundleChoices
    from builder.choices.wishes import Wishes
    from builder.composing.talk import Talk
    from builder.report.values import Report

MODULE = "lbuild_zappa.py"
TEMPLATE = Path(__file__).with_name(MODULE)
_SCRIPT = """
import json
from importlib.metadata import version
from zappa.utilities import get_runtime_from_python_version
print(json.dumps({"version": version("zappa"), "runtime": get_runtime_from_python_version()}))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZappaJob:
    """What is to be done with an archive."""

    stage: str
    archive: Path
    project: Path
    version: str | None
    """Of Zappa, whose handler is in the archive; None: that of `program`."""
    program: Path | None
    """The `zappa` whose Python is asked; None: the one on PATH."""


def rebuild(job: ZappaJob, wishes: Wishes, bundle: BundleChoices, talk: Talk) -> Report:
    """Replace the archive; the report. On any failure it stays as Zappa made it."""
    from builder.composing.compose import run_bundle

    if job.archive.name.endswith((".tar.gz", ".tgz")):
        raise DeployerArchiveError(
            f"`{job.archive}` is no zip: `slim_handler` is set",
            hint="Set it to false; lbuild says how large the bundle is, and `--fit` makes it smaller",
        )
    target, version = wishes.target, job.version
    if target.runtime is None or target.arch is None:
        stage = stage_of(*read_stages(job.project), job.stage)
        target = replace(
            target,
            runtime=target.runtime or stage.runtime,
            arch=target.arch or stage.architecture or "x86_64",
        )
    if target.runtime is None or version is None:
        answer = ask("zappa", interpreter_of("zappa", job.program), _SCRIPT, {})
        target = replace(target, runtime=target.runtime or answer["runtime"])
        version = version or answer["version"]
    words = (*_requirements(job, wishes), f"zappa=={version}")
    with tempfile.TemporaryDirectory(prefix="lbuild-zappa-") as folder:
        count = unpack_app(job.archive, job.project, Path(folder))
        talk.detail(f"{count} files of the app and of Zappa's, as `{job.archive.name}` has them")
        chosen = replace(wishes, inputs=replace(wishes.inputs, words=words), target=target)
        return run_bundle(chosen, replace(bundle, output=str(job.archive), source=Path(folder)), talk)


def _requirements(job: ZappaJob, wishes: Wishes) -> tuple[str, ...]:
    if wishes.inputs.words or wishes.inputs.requirement_files:
        return wishes.inputs.words
    found = requirements_in(job.project, job.project)
    if found is None:
        raise InputNotFoundError(
            f"There are no requirements in `{job.project}`",
            evidence=["neither requirements.txt nor pyproject.toml lies there"],
            hint='Name them, in the stage\'s settings as `"lbuild": ["requirements/prod.txt"]`',
        )
    return (str(job.project / found),)


def write_callback(project: Path) -> tuple[bool, list[str]]:
    """Whether the callback's module was written, and what is still to be set in which stage.

    Raises DeployerConfigurationError.
    """
    from builder.deployers.written import write_module

    path, stages = read_stages(project)
    slim = sorted(stage.name for stage in stages.values() if stage.slim_handler)
    if slim:
        raise DeployerConfigurationError(
            f"`slim_handler` is set in `{path.name}`",
            evidence=[f"in the stage `{name}`" for name in slim],
            hint="Set it to false: with it Zappa makes no archive that could be replaced",
        )
    wrote = write_module(TEMPLATE, project / MODULE)
    todo = []
    for stage in stages.values():
        if stage.callback != CALLBACK:
            instead = "" if stage.callback is None else f", in place of `{stage.callback}`"
            todo.append(f'in the stage `{stage.name}` set "callbacks": {{"zip": "{CALLBACK}"}}{instead}')
    return wrote, todo
