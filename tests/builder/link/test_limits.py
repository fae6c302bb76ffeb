"""Lambda's limits."""

from dataclasses import replace
from pathlib import Path

import pytest

from builder.errors import TooLargeError
from builder.link.limits import check_limits, notes_on_size
from builder.model import Bundle, BundlePath, BundlePlan, FromBytes, PlannedFile
from factories.bundles import make_target

LIMITS = make_target().runtime.limits


def plan_of(*sizes: tuple[str, int]) -> BundlePlan:
    """One file of each size, of the owner given."""
    files = tuple(
        PlannedFile(
            path=BundlePath(f"f{index:06}"),
            owner=owner,
            size=size,
            executable=False,
            content=FromBytes(content=b""),
        )
        for index, (owner, size) in enumerate(sizes)
    )
    return BundlePlan(wheels=(), files=files)


def test_one_byte_below_the_limit_fits() -> None:
    """Lambda takes less than 262,144,000 bytes, counted over files alone."""
    check_limits(plan_of(("a 1", 262_143_999)), LIMITS)
    with pytest.raises(TooLargeError):
        check_limits(plan_of(("a 1", 262_143_999), ("b 1", 1)), LIMITS)


def test_too_large_names_the_ten_largest_and_the_ways_out() -> None:
    """The largest first, the rest summed up, and boto3 when it is there."""
    sizes = [(f"p{index:02} 1.0", index * 1024 * 1024) for index in range(1, 30)]
    with pytest.raises(TooLargeError) as caught:
        check_limits(plan_of(*sizes, ("botocore 1.42", 0)), LIMITS)

    assert caught.value.evidence[1] == "`p29 1.0`: 29.0 MB"
    assert len(caught.value.evidence) == 1 + 10 + 1
    assert caught.value.evidence[-1] == "20 more: 190.0 MB"
    for way in ("--exclude-runtime-packages", "--exclude PROJECT", "--no-limit"):
        assert way in (caught.value.hint or "")


def test_more_files_than_a_plain_zip_holds_are_an_error() -> None:
    """65,534 fit; one more would need zip64."""
    check_limits(plan_of(*[("a 1", 0)] * 65_534), LIMITS)
    with pytest.raises(TooLargeError, match="65,535 files"):
        check_limits(plan_of(*[("a 1", 0)] * 65_535), LIMITS)


@pytest.mark.parametrize(("size", "notes"), [(52_428_799, 0), (52_428_800, 1), (None, 0)])
def test_notes_when_direct_upload_is_refused(size: int | None, notes: int) -> None:
    """Lambda takes zips of less than 52,428,800 bytes directly."""
    bundle = Bundle(path=Path("b.zip"), sha256="", zipped_size=size, unzipped_size=0, files=1, sizes={})

    assert len(notes_on_size(bundle, LIMITS)) == notes
    assert len(notes_on_size(bundle, replace(LIMITS, direct_upload_bytes=1))) == (size is not None)


def test_notes_that_a_bundle_is_empty() -> None:
    """When every marker is false, what was built is no accident, but it is a surprise."""
    bundle = Bundle(path=Path("b.zip"), sha256="", zipped_size=22, unzipped_size=0, files=0, sizes={})

    assert notes_on_size(bundle, LIMITS) == (
        "the bundle is empty: nothing that is required is for this target",
    )
