"""Globs: what they mean, and that none takes long."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from builder.slim.globs import GlobFault, pattern_of


def matches(glob: str, path: str) -> bool:
    return pattern_of(glob).fullmatch(path) is not None


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("a/b.py", "a/b.py"),
        ("a/*.py", "a/b.py"),
        ("a/*", "a/.hidden"),
        ("a/*b*", "a/b"),
        ("a/?.py", "a/\u00e9.py"),
        ("a/**", "a/b"),
        ("a/**", "a/b/c/d"),
        ("a/", "a/b/c"),
        ("**", "x.py"),
        ("**/x", "x"),
        ("**/x", "a/b/x"),
        ("a/**/b/*.c", "a/b/x.c"),
        ("a/**/b/*.c", "a/b/b/x.c"),
        ("a/**/b/**/c", "a/x/b/y/b/c"),
        ("**/a/**/a/b", "a/a/a/b"),
        ("a+[b](c).py", "a+[b](c).py"),
        ("*ab*ab", "abab"),
        ("*ab*ab", "ab-abab"),
        ("a/*", "a/line\nbreak"),
    ],
)
def test_a_glob_means(glob: str, path: str) -> None:
    """Stars within a name, two of them over folders; all else stands for itself."""
    assert matches(glob, path)


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("a/*.py", "a/b/c.py"),
        ("a/*.py", "A/b.py"),
        ("a/?.py", "a/bc.py"),
        ("a/?b", "a/b"),
        ("a?b", "a/b"),
        ("a/**", "a"),
        ("a/**", "ab/c"),
        ("**/x", "a/bx"),
        ("a", "a/b"),
        ("*ab*ab", "ab"),
        ("a.py", "axpy"),
        ("a/**/b/*.c", "a/b/x/y.c"),
    ],
)
def test_and_does_not_mean(glob: str, path: str) -> None:
    """A star stays within its name, and case counts on every host."""
    assert not matches(glob, path)


_NAMES = st.text("ab", min_size=1, max_size=4)
_PARTS = st.one_of(
    st.just("**"), st.text("ab*?", min_size=1, max_size=5).filter(lambda part: "**" not in part)
)


@given(st.lists(_PARTS, min_size=1, max_size=5), st.lists(_NAMES, min_size=1, max_size=6))
@example(["**", "*a", "**", "a"], ["a", "a"])
@settings(max_examples=400, deadline=None)
def test_as_a_matcher_that_tries_everything(glob: list[str], path: list[str]) -> None:
    """No match is lost by what a star gives up."""

    def tries(parts: list[str], names: list[str]) -> bool:
        if not parts:
            return not names
        if parts == ["**"]:
            return bool(names)
        if parts[0] == "**":
            return tries(parts[1:], names) or (bool(names) and tries(parts, names[1:]))
        name = "".join({"*": ".*", "?": "."}.get(each, each) for each in parts[0])
        return bool(names) and re.fullmatch(name, names[0]) is not None and tries(parts[1:], names[1:])

    whole = [part for number, part in enumerate(glob) if glob[number - 1 : number + 1] != ["**", "**"]]
    assert matches("/".join(whole), "/".join(path)) == tries(whole, path)


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("*a" * 40 + "b", "a" * 4000),
        ("**/a/" * 25 + "b", "a/" * 1000 + "c"),
        ("**/" + "*a" * 30 + "/b", ("a" * 60 + "/") * 60 + "c"),
    ],
)
def test_no_glob_takes_long(glob: str, path: str) -> None:
    """What makes other matchers try every way to spread the stars is over at once: else this never ends."""
    assert not matches(glob, path)


@pytest.mark.parametrize(
    ("glob", "told"),
    [
        ("", "empty"),
        ("/a", "begins with `/`"),
        ("a//b", "`//`"),
        ("../a", "part `..`"),
        ("./a", "part `.`"),
        ("a\\b", "backslash"),
        ("a/x**", "within `x**`"),
        ("a/***", "within `***`"),
        ("a\nb", "cannot be shown"),
    ],
)
def test_refuses_what_means_no_path(glob: str, told: str) -> None:
    """A glob that could never match is a mistake, and the message says which."""
    with pytest.raises(GlobFault) as caught:
        pattern_of(glob)

    assert told in str(caught.value)
