"""The values that flow between the stages: what was asked, what was resolved, what goes where.

packaging's own `Requirement`, `Version`, `Marker` and `NormalizedName` are used as they are.
"""

from builder.model.asked import (
    Compiling,
    FormatControl,
    IndexOptions,
    Inputs,
    Origin,
    Preference,
    Request,
    ResolveOptions,
)
from builder.model.placed import (
    Bundle,
    BundlePath,
    BundlePlan,
    Drop,
    FromBytes,
    FromSource,
    FromWheel,
    LayoutKind,
    LinkOptions,
    PlannedFile,
    SourceFile,
    base64_of,
)
from builder.model.resolved import (
    Pin,
    Resolution,
    Skip,
)
from builder.model.slimmed import (
    Optimize,
    Rewritten,
    Slimmed,
    Slimming,
)

__all__ = [
    "Bundle",
    "BundlePath",
    "BundlePlan",
    "Compiling",
    "Drop",
    "FormatControl",
    "FromBytes",
    "FromSource",
    "FromWheel",
    "IndexOptions",
    "Inputs",
    "LayoutKind",
    "LinkOptions",
    "Optimize",
    "Origin",
    "Pin",
    "PlannedFile",
    "Preference",
    "Request",
    "Resolution",
    "ResolveOptions",
    "Rewritten",
    "Skip",
    "Slimmed",
    "Slimming",
    "SourceFile",
    "base64_of",
]
