"""A report as JSON for programs. Keys are only ever added within one `schema`."""

from dataclasses import asdict
from typing import Any

from builder.model import Bundle, Pin
from builder.report.findings import finding_as_json
from builder.report.values import Fit, Report
from manylinux.errors import LbuildError, SeveralErrors

SCHEMA = 1


def report_as_json(report: Report) -> dict[str, Any]:
    """The whole report; sizes in bytes, times in seconds."""
    target = report.resolution.target
    return {
        "schema": SCHEMA,
        "target": {
            "runtime": target.runtime.id,
            "architecture": target.architecture.value,
            "os": target.runtime.os.name,
            "glibc": ".".join(map(str, target.glibc)),
            "chosen_by": report.target_chosen_by,
        },
        "stages": [
            {"name": stage.name, "seconds": round(stage.seconds, 4), "detail": stage.detail}
            for stage in report.stages
        ],
        "packages": [_pin(pin, report.bundle) for pin in report.resolution.pins],
        "skipped": [
            {
                "project": skip.name,
                "taken": str(skip.taken),
                "skipped": str(skip.skipped),
                "reason": skip.reason,
            }
            for skip in report.resolution.skips
        ],
        "compiled": [
            {
                "package": each.package,
                "wheel": each.wheel,
                "backend": each.backend,
                "reason": each.reason,
                "refused": [{"backend": backend, "reason": reason} for backend, reason in each.refused],
                "log": each.log,
                "seconds": each.seconds,
                "requirements": list(each.requirements),
                "notes": list(each.notes),
            }
            for each in report.compiled
        ],
        "excluded": dict(sorted((report.excluded or {}).items())),
        "runtime_packages": [
            {"project": row.project, "pinned": row.pinned, "runtime": row.runtime, "verdict": row.verdict}
            for row in report.runtime_packages
        ],
        "dropped": [
            {"owner": drop.owner, "path": drop.path, "rule": drop.rule, "size": drop.size}
            for drop in report.drops
        ],
        "slim": None if report.slim is None else asdict(report.slim),
        "bytecode": None if report.bytecode is None else asdict(report.bytecode),
        "findings": [finding_as_json(finding) for finding in report.findings],
        "bundle": _bundle(report),
        "engine": report.engine,
        "fit": _fit(report.fit),
        "lock": None if report.lock is None else str(report.lock),
        "notes": [*report.resolution.notes, *report.notes],
        "warnings": [*report.resolution.warnings, *report.warnings],
    }


def error_as_json(error: LbuildError) -> dict[str, Any]:
    """An error, or several found in one pass."""
    form: dict[str, Any] = {
        "code": error.code,
        "status": int(status_of(error)),
        "summary": error.summary,
        "evidence": list(error.evidence),
        "hint": error.hint,
    }
    if error.log is not None:
        form["log"] = error.log
    if isinstance(error, SeveralErrors):
        form["errors"] = [error_as_json(each) for each in error.errors]
    return form


def status_of(error: LbuildError) -> int:
    """The exit status: that of the first of several."""
    return int(error.status)


def _pin(pin: Pin, bundle: Bundle | None) -> dict[str, Any]:
    unpacked, packed = (bundle.sizes.get(f"{pin.name} {pin.version}", (0, 0))) if bundle else (None, None)
    return {
        "name": pin.name,
        "version": str(pin.version),
        "file": pin.file.filename,
        "hashes": dict(pin.file.hashes),
        "index": pin.file.index,
        "prebuilt": pin.file.prebuilt,
        "direct": pin.file.direct,
        "required_by": list(pin.required_by),
        "unpacked": unpacked,
        "packed": packed,
    }


def _fit(fit: Fit | None) -> dict[str, Any] | None:
    if fit is None:
        return None
    return {"limit": fit.limit, "before": fit.before, "after": fit.after, "options": list(fit.options)}


def _bundle(report: Report) -> dict[str, Any] | None:
    bundle = report.bundle
    if bundle is None:
        return None
    return {
        "path": str(bundle.path),
        "layout": report.layout,
        "sha256": bundle.sha256,
        "code_sha256": bundle.code_sha256,
        "zipped": bundle.zipped_size,
        "unzipped": bundle.unzipped_size,
        "files": bundle.files,
    }
