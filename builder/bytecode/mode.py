"""How much bytecode a bundle gets."""

from enum import StrEnum


class Mode(StrEnum):
    """Which modules get bytecode."""

    NONE = "none"
    AUTO = "auto"
    """As many as fit below a share of Lambda's limit."""
    ALL = "all"
    ONLY = "only"
    """All, in the place of their sources wherever nothing is known to read those."""
