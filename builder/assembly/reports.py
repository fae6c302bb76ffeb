"""Reports of parts, kept in the store so that `lbuild size --dropped` knows each zip."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from builder.report.json_form import report_as_json
from builder.report.keeping import is_kept, keep_report, mark_of
from builder.report.values import Report
from prebuilt_index.errors import StoreError

if TYPE_CHECKING:
    from builder.assembly.values import Artefact, Linked
    from prebuilt_index.store import Store


def keep_report_of(part: Artefact, linked: Linked, sha256: str, store: Store) -> None:
    """The store knows what was left out of the part; where it cannot, the zip is no worse."""
    with suppress(StoreError):
        mark = mark_of(part.plan.drops, {})
        if is_kept(store, sha256, mark):
            return
        names = {wheel.name for wheel in part.plan.wheels}
        resolution = linked.locked.resolution
        report = Report(
            resolution=replace(resolution, pins=tuple(pin for pin in resolution.pins if pin.name in names)),
            target_chosen_by="the project",
            stages=(),
            bundle=None,
            layout=part.kind.value,
            drops=part.plan.drops,
        )
        keep_report(store, sha256, report_as_json(report), mark)
