from datetime import date

import pytest

from factories.targets import make_target
from manylinux.errors import ExitStatus, UnknownRuntimeError
from manylinux.runtimes import Status, default_runtime, find_runtime, runtimes


def test_lists_every_python_of_lambda_oldest_first() -> None:
    """The table goes from 3.9 to 3.15, numerically."""
    assert [runtime.id for runtime in runtimes()] == [f"python3.{minor}" for minor in range(9, 16)]


def test_the_default_is_the_newest_runtime_that_is_no_preview() -> None:
    """A preview is newer, yet never chosen for anybody."""
    newer = runtimes()[runtimes().index(default_runtime()) + 1 :]

    assert not default_runtime().preview
    assert all(runtime.preview for runtime in newer)


@pytest.mark.parametrize(("id_", "glibc"), [("python3.11", (2, 26)), ("python3.12", (2, 34))])
def test_glibc_follows_the_operating_system(id_: str, glibc: tuple[int, int]) -> None:
    """3.11 is the last runtime on Amazon Linux 2."""
    assert find_runtime(id_).os.glibc == glibc


@pytest.mark.parametrize("name", ["python3.13", "3.13", "Python3.13", " python3.13 "])
def test_finds_a_runtime_by_id_and_by_version(name: str) -> None:
    """People write both."""
    assert find_runtime(name).id == "python3.13"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("phyton3.13", "Did you mean `python3.13`?"),
        ("pyhton3.12", "Did you mean `python3.12`?"),
        ("nodejs20.x", None),
        ("", None),
    ],
)
def test_an_unknown_runtime_is_told_with_the_nearest_name(name: str, hint: str | None) -> None:
    """A typing mistake gets the name that was meant, and nonsense no guess."""
    with pytest.raises(UnknownRuntimeError) as caught:
        find_runtime(name)

    assert caught.value.status is ExitStatus.USAGE
    assert "`python3.14`" in caught.value.evidence[0]
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    ("id_", "day", "status"),
    [
        ("python3.10", date(2026, 10, 30), Status.SUPPORTED),
        ("python3.10", date(2026, 10, 31), Status.DEPRECATED),
        ("python3.14", date(2026, 11, 23), Status.SUPPORTED),
        ("python3.15", date(2026, 11, 23), Status.PREVIEW),
    ],
)
def test_status_depends_on_the_day_asked_about(id_: str, day: date, status: Status) -> None:
    """The day is an argument: the same question has the same answer for ever."""
    assert find_runtime(id_).status_on(day) is status


@pytest.mark.parametrize(
    ("id_", "day", "warning"),
    [
        ("python3.13", date(2026, 11, 23), None),
        (
            "python3.9",
            date(2027, 2, 1),
            (
                "`python3.9` is deprecated since 2025-12-15: "
                "AWS takes no new functions from 2027-02-01 on and no updates from 2027-03-03 on"
            ),
        ),
        ("python3.15", date(2026, 11, 23), "`python3.15` is a preview: AWS may still change it"),
    ],
)
def test_warns_of_what_aws_will_refuse(id_: str, day: date, warning: str | None) -> None:
    """Somebody who builds for a dying runtime learns from when on it is of no use."""
    assert find_runtime(id_).warning_on(day) == warning


def test_targets_are_values() -> None:
    """Two targets made apart are one key."""
    assert len({make_target("3.12", "amd64"), make_target("python3.12", "x86_64")}) == 1
