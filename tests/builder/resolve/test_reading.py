"""The quick readers agree with the slow ones they stand in for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from builder.resolve.demands import Dependencies
from builder.resolve.metadata import read_metadata
from builder.resolve.releases import Releases
from factories.targets import make_target

ENVIRONMENT = make_target().environment()
NUMBER = st.integers(0, 30).map(str)
VERSION_TEXTS = st.from_regex(
    r"(1!)?[0-9]{1,2}(\.[0-9]{1,2}){0,3}((a|b|rc)[0-9])?(\.post[0-9])?(\.dev[0-9])?(\+[a-z]{1,3})?",
    fullmatch=True,
)
MARKERS = (
    "extra == 'x'",
    "python_version >= '3.8' and extra == \"X\"",
    "extra == 'x' or python_version < '3'",
    "extra == 'y' or extra == 'x'",
    "(extra == 'x' and sys_platform == 'linux') or sys_platform == 'win32'",
    "python_version > '3.13' and extra == 'x'",
    "extra != 'x'",
    "extra == ''",
    "'x' == extra",
    "sys_platform == 'linux'",
    "platform_machine in 'x86_64 amd64'",
)


@given(st.lists(VERSION_TEXTS, max_size=12))
def test_versions_are_sorted_as_packaging_sorts_them(texts: list[str]) -> None:
    """Newest first, equal ones once."""
    releases = Releases(canonicalize_name("x"), [f"x-{text}-py3-none-any.whl" for text in texts])

    assert list(releases) == sorted({Version(text) for text in texts}, reverse=True)


SPECIFIER_TEXTS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(("<", "<=", ">", ">=", "==", "!=", "===")), VERSION_TEXTS).filter(
            lambda pair: pair[0] in ("==", "!=", "===") or "+" not in pair[1]
        ),
        st.tuples(st.just("~="), st.from_regex(r"[0-9]{1,2}(\.[0-9]{1,2}){1,3}(rc1)?", fullmatch=True)),
        st.tuples(
            st.sampled_from(("==", "!=")),
            st.from_regex(r"(1!)?[0-9]{1,2}(\.[0-9]{1,2}){0,2}\.\*", fullmatch=True),
        ),
    ).map("".join),
    max_size=3,
).map(",".join)


@given(st.lists(VERSION_TEXTS, max_size=12), SPECIFIER_TEXTS)
def test_no_version_that_a_specifier_admits_is_out_of_its_range(texts: list[str], specifiers: str) -> None:
    """What is near is filtered after; what is not near is never looked at."""
    releases = Releases(canonicalize_name("x"), [f"x-{text}-py3-none-any.whl" for text in texts])
    specifier = SpecifierSet(specifiers)
    near = list(specifier.filter(releases.near(specifier), prereleases=True))

    assert near == list(specifier.filter(releases, prereleases=True))


@given(st.text(max_size=12))
def test_any_text_is_a_version_or_left_out(text: str) -> None:
    """What packaging would not take is no version, and nothing raises."""
    found = list(Releases(canonicalize_name("x"), [f"x-{text}.tar.gz"]))
    try:
        expected = [Version(text)]
    except InvalidVersion:
        expected = []

    assert found == expected


@pytest.mark.parametrize(
    ("project", "filename", "version"),
    [
        ("zope-interface", "zope.interface-5.4.0.tar.gz", "5.4"),
        ("zope-interface", "zope_interface-6.0.zip", "6"),
        ("python-foo", "Python--Foo-1.0-2.tgz", "1.0.post2"),
        ("foo", "foo-bar-1.0.tar.gz", None),
        ("foo", "foo-1.0.exe", None),
        ("foo", "foo-1.0.win32-py2.7.exe", None),
        ("foo", "foo-" + "9" * 5000 + ".tar.gz", None),
        ("foo", "foo-1_0.tar.gz", None),
        ("foo", "foo-².tar.gz", None),
        ("foo", "foo-1..0.tar.gz", None),
        ("foo", "", None),
    ],
)
def test_sdist_names_old_and_new(project: str, filename: str, version: str | None) -> None:
    """Names before PEP 625 hold dashes; other projects and other formats are left out."""
    expected = [Version(version)] if version else []

    assert list(Releases(canonicalize_name(project), [filename])) == expected


@pytest.mark.parametrize("extras", [[], ["x"], ["y"], ["x", "y"]])
@pytest.mark.parametrize("marker", MARKERS)
def test_markers_are_decided_as_packaging_decides_them(marker: str, extras: list[str]) -> None:
    """Also where the marker is not even parsed."""
    asked = frozenset(canonicalize_name(extra) for extra in extras)
    found = list(Dependencies(ENVIRONMENT).applying([f"dep>=1; {marker}"], asked))
    parsed = Requirement(f"dep>=1; {marker}").marker
    expected = parsed is not None and any(
        parsed.evaluate({**ENVIRONMENT, "extra": extra}) for extra in extras or [""]
    )

    assert [str(each) for each in found] == (["dep>=1"] if expected else [])


def test_metadata_ends_at_the_first_blank_line() -> None:
    """Folded lines, either line ending, repeated headers, and a body that looks like headers."""
    data = (
        b"Metadata-Version: 2.1\r\nNAME: x\r\nVersion: 1\r\nVersion: 2\r\nRequires-Python: >=3\r\n"
        b"Description: one\r\n Requires-Dist: not-this\r\nRequires-Dist: a\r\n  >=1\r\n"
        b"Provides-Extra: Fast_One\r\nRequires-Dist: b\r\n\r\nRequires-Dist: body\r\n"
    )
    metadata = read_metadata(data)

    assert (metadata.name, metadata.version, metadata.requires_python) == ("x", "1", ">=3")
    assert metadata.requires_dist == ("a >=1", "b")
    assert metadata.provides_extra == {"fast-one"}


@given(st.binary(max_size=200))
def test_any_bytes_are_metadata(data: bytes) -> None:
    """Damaged metadata reads as what can be made of it."""
    assert isinstance(read_metadata(data).requires_dist, tuple)
