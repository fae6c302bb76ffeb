"""What an audit means for a build."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from manylinux.audit.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """All that was found; nothing, where it is empty."""

    findings: tuple[Finding, ...] = ()
    """All, worst first; paths are the bundle's."""
    refused: Mapping[str, Finding] = field(default_factory=dict)
    """File name of a wheel that loads nowhere on the target, whatever it is bundled with, to the reason."""
    errors: tuple[Finding, ...] = ()
    """What keeps the bundle from loading and was not allowed."""
    notes: tuple[str, ...] = ()
    """What is to be said of wheels that were taken for their files, against their tags."""
