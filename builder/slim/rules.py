"""The table of rules: what each drops, which profiles have it, what it may cost."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from builder.model import Slimming


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of `rules.toml`."""

    name: str
    drops: str
    profiles: frozenset[Slimming]
    risk: str


TEST_MODULES = "test-modules"
TEST_DATA = "test-data"
STUBS = "stubs"
SOURCES = "sources"
STATIC_LIBRARIES = "static-libraries"
TRANSLATION_SOURCES = "translation-sources"
LIBRARY_COPIES = "library-copies"
STRIP = "strip"
DOCUMENTATION = "documentation"
SERVICE_EXAMPLES = "service-examples"


@cache
def rules() -> Mapping[str, Rule]:
    """All rules by name."""
    table = tomllib.loads(Path(__file__).with_name("rules.toml").read_text(encoding="utf-8"))
    return {
        name: Rule(
            name=name,
            drops=row["drops"],
            profiles=frozenset(Slimming(profile) for profile in row["profiles"]),
            risk=row["risk"],
        )
        for name, row in table.items()
    }


def rules_of(profile: Slimming) -> frozenset[str]:
    return frozenset(name for name, rule in rules().items() if profile in rule.profiles)
