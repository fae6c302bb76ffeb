"""Wheels made from source trees, sdists and version control, for projects that offer none.

    archive ── unpack ──┐
    folder ─── tree ────┼─ workbench ── frontend (pip, then the backend's hooks) ── purity ── store
    git+… ──── git ─────┘                                  │
                                                           native (a backend of `manylinux.backends`) ── store

`pure` builds what is pure Python; `native` has the rest compiled for the target.
"""

from builder.build.memory import built_before, provenance_of
from builder.build.pure import PureBuilder
from builder.build.values import BuildIndex, BuildPolicy, BuiltWheel, ConfigSettings, Provenance

__all__ = [
    "BuildIndex",
    "BuildPolicy",
    "BuiltWheel",
    "ConfigSettings",
    "Provenance",
    "PureBuilder",
    "built_before",
    "provenance_of",
]
