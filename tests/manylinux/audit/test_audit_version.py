"""Verdicts are kept under the version of the audit; its tables decide as much as its rules."""

from hashlib import sha256
from pathlib import Path

from manylinux import policy
from manylinux.audit.version import AUDIT_VERSION

TABLES = {1: "d8573304d281f93c9f4b4cc58e294623f081ea45ff0ea35dfabb75c535454c0b"}
"""Version to the digest of the tables it goes by."""


def test_other_tables_are_another_version() -> None:
    """Where this fails, raise AUDIT_VERSION and write down the digest that it goes with."""
    assert policy.__file__ is not None
    folder = Path(policy.__file__).parent
    tables = b"".join((folder / name).read_bytes() for name in ("stable_abi.txt", "systems.toml"))

    assert TABLES[AUDIT_VERSION] == sha256(tables).hexdigest()
