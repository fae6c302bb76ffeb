"""The digest a build's report has for the bundle at a path."""

import hashlib
import os
from pathlib import Path

from builder.inspection.sources import check_given
from manylinux.errors import UsageError


def bundle_digest(given: Path) -> str:
    """`Bundle.sha256` of what is at `given`, a file or folder. Raises InputNotFoundError, UsageError."""
    check_given(given)
    try:
        if os.path.isdir(given):
            from builder.link.directory import directory_digest  # threads that a zip does without

            return directory_digest(given)
        with open(given, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(f"`{given}` cannot be read", evidence=[str(error)]) from error
