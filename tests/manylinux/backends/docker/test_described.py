"""What the Python of an image says of itself, whatever it prints."""

import json

import pytest

from manylinux.backends.docker.bench import described
from manylinux.backends.port import BackendError

GOOD = {
    "path": "/bin/python3",
    "version": "3.13.1",
    "machine": "x86_64",
    "libc": "glibc 2.34",
    "search": "/bin",
}


def test_what_it_is() -> None:
    found = described(json.dumps(GOOD).encode(), "x")

    assert (found.python.glibc, found.python.version, found.search) == ((2, 34), "3.13.1", "/bin")


@pytest.mark.parametrize("libc", [None, "", "musl 1.2"])
def test_another_libc(libc: str | None) -> None:
    with pytest.raises(BackendError, match="`x` has no glibc"):
        described(json.dumps({**GOOD, "libc": libc}).encode(), "x")


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"warning!\n{}", b"\xff", b"[]", b"{}", b"[" * 100_000,
        json.dumps({**GOOD, "libc": "glibc 2"}).encode(), json.dumps({**GOOD, "libc": 2}).encode(),
        json.dumps({**GOOD, "libc": "glibc a.b"}).encode(), json.dumps({**GOOD, "path": 1}).encode(),
    ],
)  # fmt: skip
def test_what_is_no_answer(answer: bytes) -> None:
    with pytest.raises(BackendError, match="the Python of the image `x` does not say what it is"):
        described(answer, "x")
