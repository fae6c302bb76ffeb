"""Lambda's limits on a bundle, checked before anything is written where that can be known."""

from collections.abc import Mapping

from builder.errors import TooLargeError
from builder.model import Bundle, BundlePlan
from manylinux.archive.rawzip import MOST_ENTRIES
from manylinux.runtimes import Limits

_SHOWN = 10
_MB = 1024 * 1024
"""Lambda's MB."""


def check_limits(plan: BundlePlan, limits: Limits) -> None:
    """Nothing when Lambda would take what `plan` unpacks to.

    Raises TooLargeError with the ten largest packages and what could be done, or for more files than a zip
    holds.
    """
    if len(plan.files) > MOST_ENTRIES:
        raise TooLargeError(
            f"The bundle has {len(plan.files):,} files, and a zip without zip64 holds {MOST_ENTRIES:,}",
            hint="Leave out projects with `--exclude`, or use a container image: `--no-limit -o build/`",
        )
    sizes = unpacked_sizes(plan)
    total = sum(sizes.values())
    if total < limits.unzipped_bytes:
        return
    raise TooLargeError(
        f"The bundle unpacks to {_mb(total)}, and Lambda takes less than {_mb(limits.unzipped_bytes)}",
        evidence=[f"{total:,} bytes, {total - limits.unzipped_bytes + 1:,} too many", *_largest(sizes)],
        hint=_ways_out(sizes),
    )


def too_large_for_zip(evidence: str) -> TooLargeError:
    """The error for a bundle that only zip64 could hold, by what was seen."""
    return TooLargeError(
        "The bundle needs zip64, which Lambda does not take reliably",
        evidence=[evidence],
        hint="Write a directory instead and put it into a container image: `-o build/ --no-limit`",
    )


def notes_on_size(bundle: Bundle, limits: Limits) -> tuple[str, ...]:
    """What the size of a written bundle means for its use."""
    if not bundle.files:
        return ("the bundle is empty: nothing that is required is for this target",)
    if bundle.zipped_size is None or bundle.zipped_size < limits.direct_upload_bytes:
        return ()
    size, limit = _mb(bundle.zipped_size), _mb(limits.direct_upload_bytes)
    return (f"the zip has {size}: upload it through S3, direct upload takes less than {limit}",)


def unpacked_sizes(plan: BundlePlan) -> dict[str, int]:
    """Owner to unpacked bytes, as Lambda counts them: the files' sizes, and nothing for folders."""
    sizes: dict[str, int] = {}
    for file in plan.files:
        sizes[file.owner] = sizes.get(file.owner, 0) + file.size
    return sizes


def _largest(sizes: Mapping[str, int]) -> list[str]:
    ranked = sorted(sizes.items(), key=lambda item: (-item[1], item[0]))
    shown = [f"`{owner}`: {_mb(size)}" for owner, size in ranked[:_SHOWN]]
    rest = ranked[_SHOWN:]
    return [*shown, f"{len(rest)} more: {_mb(sum(size for _, size in rest))}"] if rest else shown


def _ways_out(sizes: Mapping[str, int]) -> str:
    has_boto = any(owner.partition(" ")[0] in ("boto3", "botocore") for owner in sizes)
    boto = ", the runtime's own boto3 with `--exclude-runtime-packages`" if has_boto else ""
    return (
        f"Leave out what is never imported with `--exclude PROJECT`{boto}, or build for a container image, "
        "which holds 10 GB, with `--no-limit -o build/`; layers do not help, they count too"
    )


def _mb(size: int) -> str:
    return f"{size / _MB:.1f} MB"
