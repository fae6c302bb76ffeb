"""References that stand for the same bytes tomorrow."""

import pytest

from builder.facts import exact_reference
from factories.requests import ask_direct

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("url", "exact"),
    [
        ("git+https://host.example/r.git", f"git+https://host.example/r.git@{COMMIT}"),
        ("git+https://host.example/r@feature/x", f"git+https://host.example/r@{COMMIT}"),
        ("git+https://user:secret@host.example/r@v1", f"git+https://host.example/r@{COMMIT}"),
        ("git+ssh://git@host.example/r@v1", f"git+ssh://git@host.example/r@{COMMIT}"),
        ("git+ssh://git:secret@host.example/r", f"git+ssh://git@host.example/r@{COMMIT}"),
    ],
)
def test_a_repository_is_named_with_its_commit(url: str, exact: str) -> None:
    """Of a login only the name that ssh needs is left."""
    assert exact_reference(url, ask_direct(url), commit=COMMIT) == exact


def test_an_archive_is_named_with_its_hash_and_subdirectory() -> None:
    """In the fragment, as pip writes them; credentials are gone."""
    url = "https://user:secret@host.example/x.zip"
    exact = exact_reference(url, ask_direct(url, subdirectory="lib"), sha256="aa")

    assert exact == "https://host.example/x.zip#sha256=aa&subdirectory=lib"
