"""What the listed sizes of wheels say before anything is downloaded."""

import pytest

from builder.budget.limit import Limit, limit_on
from builder.budget.wheels import LARGE, PARTS, check_wheels
from builder.errors import TooLargeError
from factories.bundles import make_target
from prebuilt_index.artefacts import IndexFile

MB = 1024 * 1024


def lambdas() -> Limit:
    limit = limit_on(make_target().runtime.limits, None, limited=True)
    assert limit is not None
    return limit


def files(*sizes: int | None, suffix: str = "-py3-none-any.whl") -> list[IndexFile]:
    return [
        IndexFile(filename=f"p{number}-1{suffix}", url="https://files.test/x", size=size)
        for number, size in enumerate(sizes)
    ]


def test_wheels_below_the_limit_say_nothing() -> None:
    """They may unpack to more; that is known when they are here."""
    assert check_wheels(files(100 * MB, 149 * MB), lambdas()) is None


def test_wheels_above_the_limit_are_told() -> None:
    """What slimming leaves out may outweigh what compression gained."""
    told = check_wheels(files(100 * MB, 200 * MB), lambdas())

    assert told is not None
    assert told.startswith("the wheels alone have 300.0 MB, and Lambda takes less than 250.0 MB unpacked")


def test_wheels_that_cannot_fit_are_an_error() -> None:
    """Though half of the bytes of large wheels stayed out; one byte less is only told."""
    most = lambdas().most * PARTS

    assert check_wheels(files(most), lambdas()) is not None
    with pytest.raises(TooLargeError) as caught:
        check_wheels(files(most - LARGE, LARGE + 1), lambdas())
    assert caught.value.evidence[:2] == (
        "`p0-1-py3-none-any.whl`: 400.0 MB",
        "`p1-1-py3-none-any.whl`: 100.0 MB",
    )
    assert "--no-limit" in (caught.value.hint or "")


def test_many_smaller_wheels_are_only_told() -> None:
    """Each may be a program, which is no part of a bundle, and nothing else."""
    assert check_wheels(files(*[LARGE - 1] * 100), lambdas()) is not None


def test_ten_of_many_wheels_are_named() -> None:
    """The rest is summed up."""
    with pytest.raises(TooLargeError) as caught:
        check_wheels(files(*[100 * MB] * 13), lambdas())

    assert caught.value.evidence[-2] == "3 more: 300.0 MB"


def test_what_lists_no_size_and_sdists_count_nothing() -> None:
    """An sdist is no wheel: its size says nothing of a bundle."""
    assert check_wheels(files(None, None, 10), lambdas()) is None
    assert check_wheels(files(9000 * MB, suffix=".tar.gz"), lambdas()) is None


def test_a_few_megabytes_are_fetched_and_then_measured() -> None:
    """Of a small wheel the headers may be the most of it."""
    tiny = Limit(size=1000, most=1000, is_lambdas=False)

    assert check_wheels(files(20 * MB), tiny) is None
    with pytest.raises(TooLargeError) as caught:
        check_wheels(files(LARGE), tiny)
    assert "raise `--max-size`" in (caught.value.hint or "")
