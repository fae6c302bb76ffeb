"""Limits of a zip, and what is told of a bundle's size."""

from dataclasses import replace
from pathlib import Path

import pytest

from builder.errors import TooLargeError
from builder.link.limits import check_entries, notes_on_size
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


def test_more_files_than_a_plain_zip_holds_are_an_error() -> None:
    """65,534 fit; one more would need zip64."""
    check_entries(plan_of(*[("a 1", 0)] * 65_534))
    with pytest.raises(TooLargeError, match="65,535 files"):
        check_entries(plan_of(*[("a 1", 0)] * 65_535))


@pytest.mark.parametrize(("size", "notes"), [(52_428_799, 0), (52_428_800, 1), (None, 0)])
def test_notes_when_direct_upload_is_refused(size: int | None, notes: int) -> None:
    """Lambda takes zips of less than 52,428,800 bytes directly."""
    bundle = Bundle(path=Path("b.zip"), sha256="", zipped_size=size, unzipped_size=0, files=1, sizes={})

    assert len(notes_on_size(bundle, LIMITS)) == notes
    assert len(notes_on_size(bundle, replace(LIMITS, direct_upload_bytes=1))) == (size is not None)


@pytest.mark.parametrize(("bytecode", "told"), [(0, False), (100, False), (101, True), (500, True)])
def test_bytecode_that_costs_direct_upload_is_told(bytecode: int, told: bool) -> None:
    """It is the one part that a bundle can do without."""
    size = LIMITS.direct_upload_bytes + 100
    bundle = Bundle(path=Path("b.zip"), sha256="", zipped_size=size, unzipped_size=0, files=1, sizes={})
    (note,) = notes_on_size(bundle, LIMITS, bytecode)

    assert ("`--bytecode none`" in note) is told


def test_notes_that_a_bundle_is_empty() -> None:
    """When every marker is false, what was built is no accident, but it is a surprise."""
    bundle = Bundle(path=Path("b.zip"), sha256="", zipped_size=22, unzipped_size=0, files=0, sizes={})

    assert notes_on_size(bundle, LIMITS) == (
        "the bundle is empty: nothing that is required is for this target",
    )
