"""Limits of a zip, and what the size of a bundle means for its use."""

from builder.errors import TooLargeError
from builder.model import Bundle, BundlePlan
from manylinux.archive.rawzip import MOST_ENTRIES
from manylinux.runtimes import Limits

_MB = 1024 * 1024
"""Lambda's MB."""


def check_entries(plan: BundlePlan) -> None:
    """Nothing when a zip holds the files of `plan`; else raises TooLargeError."""
    if len(plan.files) > MOST_ENTRIES:
        raise TooLargeError(
            f"The bundle has {len(plan.files):,} files, and a zip without zip64 holds {MOST_ENTRIES:,}",
            hint="Leave out projects with `--exclude`, or use a container image: `--no-limit -o build/`",
        )


def too_large_for_zip(evidence: str) -> TooLargeError:
    """The error for a bundle that only zip64 could hold, by what was seen."""
    return TooLargeError(
        "The bundle needs zip64, which Lambda does not take reliably",
        evidence=[evidence],
        hint="Write a directory instead and put it into a container image: `-o build/ --no-limit`",
    )


def notes_on_size(bundle: Bundle, limits: Limits, bytecode: int = 0) -> tuple[str, ...]:
    """What the size of a written bundle means for its use; `bytecode`: bytes of it that none needs."""
    if not bundle.files:
        return ("the bundle is empty: nothing that is required is for this target",)
    if bundle.zipped_size is None or bundle.zipped_size < limits.direct_upload_bytes:
        return ()
    size, limit = _mb(bundle.zipped_size), _mb(limits.direct_upload_bytes)
    note = f"the zip has {size}: upload it through S3, as a direct upload takes less than {limit}"
    if bundle.zipped_size - bytecode < limits.direct_upload_bytes:
        note += "; without bytecode it would be less: `--bytecode none`"
    return (note,)


def unpacked_sizes(plan: BundlePlan) -> dict[str, int]:
    """Owner to unpacked bytes, as Lambda counts them: the files' sizes, and nothing for folders."""
    sizes: dict[str, int] = {}
    for file in plan.files:
        sizes[file.owner] = sizes.get(file.owner, 0) + file.size
    return sizes


def _mb(size: int) -> str:
    return f"{size / _MB:.1f} MB"
