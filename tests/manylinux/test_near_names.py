"""Names that were meant."""

import pytest

from manylinux.near_names import did_you_mean, near_names


@pytest.mark.parametrize(
    ("name", "known", "near"),
    [
        ("--runtme", ["--runtime", "--pre", "--require-hashes"], ("--runtime",)),
        ("hashs.txt", ["hashes.txt", "nohash.txt", "bad.txt"], ("hashes.txt", "nohash.txt")),
        ("appi", ["apis", "apps", "worker"], ("apps", "apis")),
        ("zzz", ["worker"], ()),
        ("x", [], ()),
    ],
)
def test_only_names_about_as_near_as_the_nearest_are_offered(
    name: str, known: list[str], near: tuple[str, ...]
) -> None:
    assert near_names(name, known) == near


def test_a_question_names_them() -> None:
    assert did_you_mean("appi", ["apis", "apps"]) == "Did you mean `apps` or `apis`?"
    assert did_you_mean("zzz", ["apis"]) is None


def test_a_name_of_any_length_is_compared_in_bounded_time() -> None:
    """Python's own comparison grows with the square of the length."""
    assert near_names("y" * 10_000_000, ["y" * 300]) in {(), ("y" * 300,)}
