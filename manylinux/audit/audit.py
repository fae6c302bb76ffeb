"""Whether a bundle's compiled files load on a target, and why not. Reads nothing, writes nothing."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from manylinux.audit.advice import does_without
from manylinux.audit.finding import Finding, Severity
from manylinux.audit.form import (
    alignment,
    foreign,
    interpreter,
    is_program,
    level,
    machine,
    musl,
    stack,
    unreadable,
)
from manylinux.audit.libraries import libraries, shadowed
from manylinux.audit.python_abi import beyond_abi3, wrong_python
from manylinux.audit.scene import make_scene
from manylinux.audit.versions import versions
from manylinux.elf.facts import ElfFacts, Foreign, Kind, Unreadable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from manylinux.audit.scene import Scene
    from manylinux.elf.facts import Binary
    from manylinux.policy.policy import Policy

INTRINSIC = frozenset(
    {
        "abi3-beyond",
        "glibc-too-new",
        "isa-too-new",
        "libgcc-too-new",
        "libstdcxx-too-new",
        "misaligned-segment",
        "musl-linked",
        "unreadable",
        "wrong-machine",
        "wrong-python",
    }
)
"""Codes that hold for a wheel by itself; the rest may be mended, or caused, by what else is in the bundle."""

CODES = INTRINSIC | {
    "executable-stack",
    "foreign-binary",
    "missing-interpreter",
    "missing-library",
    "preloaded",
    "present-library",
    "shadowed",
    "version-missing",
}
"""Every code that a finding may have."""

_CHECKS = (alignment, stack, level, musl, interpreter, libraries, versions, beyond_abi3)


def audit(
    files: Mapping[str, Binary], policy: Policy, *, root: str = "/var/task", others: Collection[str] = ()
) -> tuple[Finding, ...]:
    """Everything that is to be said of `files`, worst first.

    Paths are relative to `root`, where the bundle is unpacked (`/opt` for a layer); absolute ones stand for
    themselves, so that a function and its layers can be told together. `others` are the bundle's other paths:
    a module that has a source too can do without its compiled variant.
    """
    scene = make_scene(files, policy, root=root, others=others)
    found = chain(shadowed(scene), *(_of_file(scene, path) for path in scene.files))
    return tuple(sorted(found, key=_worst_first))


def _of_file(scene: Scene, path: str) -> Iterator[Finding]:
    binary = scene.files[path]
    match binary:
        case Unreadable():
            yield from unreadable(scene, path, binary)
        case Foreign():
            yield from foreign(scene, path, binary)
        case ElfFacts() if binary.machine is not scene.policy.machine:
            yield from machine(scene, path, binary)
        case ElfFacts(kind=Kind.SHARED | Kind.EXECUTABLE):
            ignored = tuple(wrong_python(scene, path))
            yield from ignored
            found = chain.from_iterable(check(scene, path, binary) for check in _CHECKS)
            needless = bool(ignored) and ignored[0].severity < Severity.ERROR
            reason = "Python ignores this file" if needless else _no_import_fails(path, binary)
            yield from found if reason is None else (_softened(finding, reason) for finding in found)
        case ElfFacts():
            pass  # object files are for linkers


def _no_import_fails(path: str, facts: ElfFacts) -> str | None:
    """Why nothing that is imported fails where this file does; None where something may."""
    return "a program: nothing that is imported needs it" if is_program(facts) else does_without(path)


def _softened(finding: Finding, reason: str) -> Finding:
    if finding.severity < Severity.ERROR:
        return finding
    return replace(finding, severity=Severity.WARNING, evidence=(*finding.evidence, reason))


def _worst_first(finding: Finding) -> tuple[int, str, str, tuple[str, ...]]:
    return -finding.severity, finding.path, finding.code, finding.evidence
