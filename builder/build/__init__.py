"""Wheels made from source trees, sdists and version control, for projects that offer none.

    archive ── unpack ──┐
    folder ─── tree ────┼─ workbench ── frontend (pip, then the backend's hooks) ── purity ── store
    git+… ──── git ─────┘

`pure` is one build backend; those that compile for Lambda will stand beside it.
"""

from builder.build.memory import built_before
from builder.build.pure import PureBuilder
from builder.build.values import BuildIndex, BuildPolicy, BuiltWheel, ConfigSettings

__all__ = ["BuildIndex", "BuildPolicy", "BuiltWheel", "ConfigSettings", "PureBuilder", "built_before"]
