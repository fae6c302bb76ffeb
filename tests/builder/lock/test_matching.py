"""Whether a lock still is what the requirements ask for."""

from collections.abc import Sequence

import pytest

from builder.lock import mismatches, read_pylock
from builder.model import Request
from factories.locks import (
    HASH,
    PLACE,
    TARGET,
    lock_text,
    locked,
    package,
)
from factories.requests import ask, ask_all

LOCKED = "requirements.txt:1 asks for web"
OUT_OF_DATE: dict[str, tuple[Sequence[Request], Sequence[Request], tuple[str, ...]]] = {
    "the same": (ask_all("web[tls]"), (), ()),
    "still satisfied": (ask_all("web[tls]>=1", "core"), ask_all("core<3", "absent==1"), ()),
    "not for the target": (ask_all("web[tls]", "win; sys_platform == 'win32'"), (), ()),
    "new": (
        ask_all("web[tls]", "new>1"),
        (),
        ("requirements.txt:2 asks for new>1, which the lock does not hold",),
    ),
    "another version": (ask_all("web[tls]>1"), (), (f"{LOCKED}[tls]>1, the lock has web 1.0",)),
    "constrained": (
        ask_all("web[tls]"),
        ask_all("core<2", source="constraints.txt"),
        ("constraints.txt:1 asks for core<2, the lock has core 2.0",),
    ),
    "another extra": (ask_all("web[tls,fast]"), (), (f"{LOCKED}[fast,tls], the lock was made without fast",)),
    "dropped": (
        ask_all("core"),
        (),
        (
            "the lock holds tls, which nothing asks for any more",
            "the lock holds web, which nothing asks for any more",
        ),
    ),
    "another hash": (
        [ask("web[tls]"), ask("core==2", 2, hashes=frozenset({"sha256:" + HASH}))],
        (),
        ("requirements.txt:2 has no hash for the file of core in the lock",),
    ),
    "another source": (
        [ask("web[tls] @ https://user:secret@host.example/web-1.0-py3-none-any.whl")],
        (),
        (f"{LOCKED} @ https://host.example/web-1.0-py3-none-any.whl, the lock has another source of web",),
    ),
}


@pytest.mark.parametrize("case", OUT_OF_DATE)
def test_a_lock_is_out_of_date_when_requirements_no_longer_match(case: str) -> None:
    """`--locked`: each reason names the line it comes from."""
    requests, constraints, reasons = OUT_OF_DATE[case]
    pylock = read_pylock(locked("web[tls]").encode(), "pylock.toml")

    assert mismatches(pylock, TARGET, requests, constraints, PLACE) == reasons


def test_a_lock_that_records_no_dependencies_may_hold_more() -> None:
    """Other tools' locks do not tell what leads to what."""
    pylock = read_pylock(lock_text(package("a"), package("b")).encode(), "pylock.toml")

    assert mismatches(pylock, TARGET, ask_all("a[x]"), (), PLACE) == ()
