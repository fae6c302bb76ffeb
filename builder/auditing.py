"""The audit of one bundle; that one had nothing against it is kept, so that a warm build need not look again.

What is found follows from the wheels, from what of them goes where, and from the target. A bundle about which
there is something to say is audited every time, and so is one whose app has compiled files of its own.

Bucket and key: `Bucket.CHECKS`; digest of all that, and the versions of who looked. The record: the notes.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

from builder.model import FromSource, FromWheel
from builder.proof.verdict import Verdict
from manylinux.audit.version import AUDIT_VERSION
from manylinux.elf.version import FACTS_VERSION
from prebuilt_index.store import Bucket

if TYPE_CHECKING:
    from collections.abc import Mapping

    from builder.model import BundlePlan
    from builder.order import Order, Tools
    from manylinux.elf.facts import Binary


def audited(plan: BundlePlan, order: Order, tools: Tools) -> Verdict:
    """What is to be said of the compiled files of `plan`. Raises SourceFileError, and as `Tools.binaries`."""
    of_source = _compiled_source(plan, tools)
    key = "" if of_source else _key(plan, order)
    record = tools.store.get(Bucket.CHECKS, key) if key else None
    if record is not None:
        return Verdict(notes=tuple(json.loads(record)))
    from builder.proof.auditing import audit_plan
    from builder.proof.last_resort import kept_on_evidence

    verdict = audit_plan(plan, order.target, order.link.layout, order.allow, tools.binaries, of_source)
    evidence = [kept_on_evidence(wheel, order.target, tools.binaries) for wheel in plan.wheels]
    notes = tuple(note for note in evidence if note)
    if key and not verdict.findings:
        tools.store.put(Bucket.CHECKS, key, json.dumps(notes).encode("ascii"))
    return Verdict(findings=verdict.findings, refused=verdict.refused, errors=verdict.errors, notes=notes)


def _compiled_source(plan: BundlePlan, tools: Tools) -> Mapping[str, Binary]:
    """What the app's own compiled files say, by their path in the bundle."""
    found = {
        file.path: tools.binary(file.content.location)
        for file in plan.files
        if isinstance(file.content, FromSource) and not file.path.endswith((".py", ".pyi"))
    }
    return {path: binary for path, binary in found.items() if binary is not None}


def _key(plan: BundlePlan, order: Order) -> str:
    looked = f"audit {AUDIT_VERSION} facts {FACTS_VERSION} {order.link.layout.value} {order.target!r}"
    wheels = (f"{wheel.sha256} {wheel.filename}" for wheel in plan.wheels)
    paths = (
        f"{content.wheel} {content.member.path}\0{file.path}"
        if isinstance(content := file.content, FromWheel)
        else file.path
        for file in plan.files
    )
    listed = "\n".join((*wheels, *paths))
    return f"{looked} {sha256(listed.encode()).hexdigest()}"
