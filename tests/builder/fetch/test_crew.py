"""Jobs on threads: results in order, the first failure stops the rest, nobody waits for one that hangs."""

import signal
import threading
import time
from collections.abc import Callable

import pytest

from builder.fetch.crew import Pulse, gather
from factories.patience import FOR_EVER, PATIENCE, no_hang
from manylinux.errors import IntegrityError, NetworkError, SeveralErrors


def until_stopped(pulse: Pulse) -> None:
    """A job that works until it is stopped."""
    while True:
        pulse()
        time.sleep(0.001)


def failing(error: BaseException) -> Callable[[Pulse], None]:
    def job(pulse: Pulse) -> None:
        raise error

    return job


@pytest.mark.parametrize("workers", [0, 1, 3, 100])
def test_results_come_in_the_order_of_the_jobs(workers: int) -> None:
    """However many threads there are, and whichever ends first."""
    results = gather([lambda pulse, number=number: number for number in range(20)], workers)

    assert results == list(range(20))
    assert gather([], workers) == []


def test_jobs_start_in_their_order() -> None:
    """One thread does them one after the other."""
    started: list[int] = []
    gather([lambda pulse, number=number: started.append(number) for number in range(20)], 1)

    assert started == list(range(20))


def test_the_first_failure_stops_the_rest() -> None:
    """Jobs under way are stopped at their next pulse, jobs not begun never begin, and no thread is left."""
    begun: list[str] = []
    before = threading.active_count()
    jobs = [until_stopped, until_stopped, failing(NetworkError("gone")), lambda pulse: begun.append("late")]
    with pytest.raises(NetworkError, match="gone"):
        gather(jobs, 3)

    assert begun == []
    assert threading.active_count() == before


def test_faults_of_content_are_told_together() -> None:
    """Two wheels that are both damaged are one report; a stop that follows from the first is not told."""
    second = threading.Event()

    def first(pulse: Pulse) -> None:
        second.set()
        raise IntegrityError("first")

    def damaged_too(pulse: Pulse) -> None:
        second.wait(5)
        time.sleep(0.01)
        raise IntegrityError("second")

    with pytest.raises(SeveralErrors) as error:
        gather([damaged_too, first, until_stopped], 3)

    assert sorted(each.summary for each in error.value.errors) == ["first", "second"]


def test_an_interrupt_is_passed_on() -> None:
    """What is no error of lbuild's own arrives as it is."""
    with pytest.raises(KeyboardInterrupt):
        gather([failing(KeyboardInterrupt()), until_stopped], 2)


@pytest.mark.parametrize(
    ("end", "patience", "least"),
    [(NetworkError, 0.1, 0.1), (KeyboardInterrupt, FOR_EVER, 0)],
    ids=["a failure", "an interrupt"],
)
def test_what_may_find_one_more_fault_is_waited_for_unless_interrupted(
    end: type[BaseException], patience: float, least: float
) -> None:
    """A failure stops downloads, not verdicts, while patience lasts; an interrupt ends both at once."""
    ended = threading.Event()

    def verifying(pulse: Pulse) -> None:
        try:
            while True:
                pulse.last()
                time.sleep(0.001)
        finally:
            ended.set()

    def ending(pulse: Pulse) -> None:
        if end is KeyboardInterrupt:
            signal.raise_signal(signal.SIGINT)
            until_stopped(pulse)
        raise end("gone")

    started = time.monotonic()
    with pytest.raises(end), no_hang():
        gather([verifying, ending], 2, patience=patience)

    assert time.monotonic() - started >= least
    assert ended.wait(PATIENCE)


def test_nobody_waits_long_for_a_job_that_hangs() -> None:
    """A read that hangs does not keep an error from being told."""
    hang = threading.Event()
    with pytest.raises(NetworkError), no_hang():
        gather([lambda pulse: hang.wait(FOR_EVER), failing(NetworkError("gone"))], 2, patience=0.05)
    hang.set()
