"""The values that flow between the stages: what was asked, what was resolved, what goes where.

packaging's own `Requirement`, `Version`, `Marker` and `NormalizedName` are used as they are.

Each module is loaded when a name of it is first asked for (PEP 562): to make these classes takes 10 ms, and
`lbuild --help` needs two of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
        SlimmedWheels,
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
    "SlimmedWheels",
    "Slimming",
    "SourceFile",
    "base64_of",
]

_HOMES = {
    "asked": (
        *("Compiling", "FormatControl", "IndexOptions", "Inputs", "Origin", "Preference", "Request"),
        "ResolveOptions",
    ),
    "placed": (
        *("Bundle", "BundlePath", "BundlePlan", "Drop", "FromBytes", "FromSource", "FromWheel"),
        *("LayoutKind", "LinkOptions", "PlannedFile", "SourceFile", "base64_of"),
    ),
    "resolved": ("Pin", "Resolution", "Skip"),
    "slimmed": ("Optimize", "Rewritten", "Slimmed", "SlimmedWheels", "Slimming"),
}
"""Module to the names it gives."""


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        for home, names in _HOMES.items():
            if name in names:
                module = import_module(f"{__name__}.{home}")
                globals().update({each: getattr(module, each) for each in names})
                return globals()[name]
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name, obj=__name__)
