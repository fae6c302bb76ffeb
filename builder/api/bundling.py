"""Requirements in; a bundle, a lock or only the versions out."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from builder.api.hearing import Hearing
from builder.api.options import Cache, Indexes, Resolving, Word, wishes_of
from builder.api.values import BuiltBundle, Locked, Package, Resolved
from builder.choices.bundle_choices import HOST, BundleChoices
from builder.composing.talk import Quiet, Talk
from builder.disk import from_here

if TYPE_CHECKING:
    from builder.report.values import Report

Slim = Literal["none", "safe", "small"]
Bytecode = Literal["none", "auto", "all", "only"]


def build_bundle(
    requirements: Word | Iterable[Word] = (),
    *,
    output: Word,
    runtime: str | None = None,
    architecture: str | None = None,
    source: Word | None = None,
    layer: bool | Literal["python", "site-packages"] = False,
    locked: Word | None = None,
    slim: Slim | None = None,
    keep: Iterable[str] = (),
    drop: Iterable[str] = (),
    bytecode: Bytecode = "auto",
    compile_in: str = HOST,
    optimize: Literal["speed", "size"] = "speed",
    exclude: Iterable[str] = (),
    exclude_runtime_packages: bool = False,
    scripts: bool = False,
    limited: bool = True,
    max_size: int | None = None,
    fit: bool = False,
    allow: Iterable[str] = (),
    paranoid: bool = False,
    resolving: Resolving | None = None,
    indexes: Indexes | None = None,
    cache: Cache | None = None,
    folder: Word | None = None,
    talk: Talk | None = None,
) -> BuiltBundle:
    """Build a bundle as `lbuild REQUIREMENTS -o OUTPUT` does, with the same bytes.

    `output` is a `.zip`, or a folder. Without `runtime` it is for the newest supported one, without
    `architecture` for x86_64, unless a lock among the requirements says otherwise. `max_size` is in bytes,
    unpacked; `limited=False` ignores Lambda's limits. `slim=None` is what `[tool.lbuild.slim]` says, else
    `safe`. Relative paths begin in `folder`, whose `[tool.lbuild]` holds: the current one unless given.

    Nothing is printed; `talk` hears how it goes. What was at `output` stays there on any failure.
    Raises LbuildError: a category says what kind of failure it is.
    """
    start, hearing = from_here(folder or ""), Hearing(talk or Quiet())
    choices = BundleChoices(
        output=_output(start, output),
        layer=bool(layer),
        layer_path=layer if isinstance(layer, str) else None,
        source=None if source is None else start / source,
        scripts=scripts,
        exclude=tuple(exclude),
        exclude_runtime_packages=exclude_runtime_packages,
        no_limit=not limited,
        max_size=None if max_size is None else str(max_size),
        fit=fit,
        locked=None if locked is None else start / locked,
        slim=slim,
        keep=tuple(keep),
        drop=tuple(drop),
        paranoid=paranoid,
        bytecode=bytecode,
        optimize=optimize,
        compile_in=compile_in,
        allow=tuple(allow),
    )
    wishes = wishes_of(requirements, resolving, indexes, cache, start, runtime, architecture)
    from builder.composing.compose import run_bundle

    report = run_bundle(wishes, choices, hearing)
    bundle = report.bundle
    assert bundle is not None  # only a dry run makes none
    return BuiltBundle(
        **_resolved(report, hearing),
        path=bundle.path.absolute(),
        sha256=bundle.sha256,
        code_sha256=bundle.code_sha256,
        size=bundle.zipped_size,
        unpacked=bundle.unzipped_size,
        findings=report.findings,
        notes=(*hearing.notes, *report.resolution.notes, *report.notes),
    )


def resolve(
    requirements: Word | Iterable[Word],
    *,
    runtime: str | None = None,
    architecture: str | None = None,
    resolving: Resolving | None = None,
    indexes: Indexes | None = None,
    cache: Cache | None = None,
    folder: Word | None = None,
    talk: Talk | None = None,
) -> Resolved:
    """The versions and files that a bundle of these requirements would get; nothing is written.

    Arguments and errors are those of `build_bundle`.
    """
    start, hearing = from_here(folder or ""), Hearing(talk or Quiet())
    wishes = wishes_of(requirements, resolving, indexes, cache, start, runtime, architecture)
    from builder.composing.compose import run_bundle

    report = run_bundle(wishes, BundleChoices(dry_run=True), hearing)
    return Resolved(**_resolved(report, hearing))


def lock(
    requirements: Word | Iterable[Word],
    *,
    output: Word = "pylock.toml",
    upgrade: bool = False,
    runtime: str | None = None,
    architecture: str | None = None,
    resolving: Resolving | None = None,
    indexes: Indexes | None = None,
    cache: Cache | None = None,
    folder: Word | None = None,
    talk: Talk | None = None,
) -> Locked:
    """Write the resolution as a lock file (PEP 751), as `lbuild lock` does.

    Versions that the file at `output` holds already are kept while they satisfy the requirements, unless
    `upgrade` is given. The other arguments and errors are those of `build_bundle`.
    """
    start, hearing = from_here(folder or ""), Hearing(talk or Quiet())
    wishes = wishes_of(requirements, resolving, indexes, cache, start, runtime, architecture)
    from builder.composing.compose import run_lock

    path = start / output
    report = run_lock(wishes, path, hearing, upgrade=upgrade)
    return Locked(**_resolved(report, hearing), path=path)


def _resolved(report: "Report", hearing: Hearing) -> dict[str, Any]:
    from builder.report.json_form import report_as_json

    target = report.resolution.target
    return {
        "runtime": target.runtime.id,
        "architecture": target.architecture.value,
        "packages": tuple(
            Package(
                name=pin.name,
                version=str(pin.version),
                file=pin.file.filename,
                hashes=dict(pin.file.hashes),
                required_by=pin.required_by,
            )
            for pin in report.resolution.pins
        ),
        "warnings": (*hearing.warnings, *report.resolution.warnings, *report.warnings),
        "report": report_as_json(report),
    }


def _output(start: Path, output: Word) -> str:
    """As the command line has it: a slash at the end makes a folder, and nothing is no output."""
    text = os.fspath(output)
    if not text:
        return ""
    slash = text[-1:] if text.endswith(("/", os.sep)) else ""
    return f"{start / text}{slash}"
