"""Bundles of anyone's making, judged."""

from builder.api.options import Word
from builder.api.values import Inspected
from builder.choices.wishes import TargetChoices
from builder.composing.talk import Quiet, Talk
from builder.disk import from_here


def inspect_bundle(
    *files: Word,
    runtime: str | None = None,
    architecture: str | None = None,
    talk: Talk | None = None,
) -> Inspected:
    """Judge a zip, layer, wheel or folder made by any tool; several files are a function and its layers.

    Without `runtime` and `architecture` they are what the files were made for. What is wrong is in the
    findings; raises LbuildError where a file cannot be looked into.
    """
    from builder.composing.inspecting import run_inspect
    from builder.inspection.json_form import inspection_as_json
    from builder.inspection.judging import OF_SIZE
    from manylinux.audit.finding import Severity

    paths = [from_here(file) for file in files]
    inspection = run_inspect(paths, TargetChoices(runtime=runtime, arch=architecture), talk or Quiet())
    errors = {each.code for each in inspection.findings if each.severity is Severity.ERROR}
    return Inspected(
        runtime=inspection.target.runtime.id,
        architecture=inspection.target.architecture.value,
        findings=inspection.findings,
        unpacked=inspection.unzipped,
        loads=not errors - OF_SIZE,
        fits=not errors & OF_SIZE,
        report=inspection_as_json(inspection),
    )
