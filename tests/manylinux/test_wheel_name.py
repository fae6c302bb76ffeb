import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.tags import parse_tag
from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import Version

from manylinux.errors import ExitStatus, InvalidWheelNameError
from manylinux.wheel_name import WheelName


def test_takes_a_name_apart() -> None:
    """Name and version are normalized, tags stay compressed."""
    name = WheelName.parse(
        "Zope.Interface-5.0.RC1-1abc-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
    )

    assert name.name == "zope-interface"
    assert name.version == Version("5.0rc1")
    assert name.build == (1, "abc")
    assert name.tag_set == "cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64"


@pytest.mark.parametrize(
    "filename",
    [
        "",
        ".whl",
        "x",
        "x-1.tar.gz",
        "x-1-py3-none-any.WHL",
        "x-1-py3-none.whl",
        "x-1-py3-none-any-more-parts.whl",
        "-1-py3-none-any.whl",
        "x--py3-none-any.whl",
        "x__y-1-py3-none-any.whl",
        "x-1_2-py3-none-any.whl",
        "x-1-build-py3-none-any.whl",  # a build tag begins with a digit
        "x-1-py3-none-.whl",
        "x-1-py3..py2-none-any.whl",
        "x-1-3-none-any.whl",
        "x-1-py3-none-any (1).whl",
        "x-1-py3-none-linux/../../etc.whl",
        "x-1-py3-none-any\n.whl",
        "x-1-py3-none-\u0661ny.whl",
        "../x-1-py3-none-any.whl",
        f"x-{'9' * 5000}-py3-none-any.whl",
        f"x-1-{'9' * 5000}-py3-none-any.whl",
        "x-1-\ud800-none-any.whl",
    ],
)
def test_refuses_what_is_no_wheel_name(filename: str) -> None:
    """Such a file is the index's fault, and the error shows the name."""
    with pytest.raises(InvalidWheelNameError) as caught:
        WheelName.parse(filename)

    assert caught.value.status is ExitStatus.INTEGRITY
    assert f"`{filename}`" in caught.value.summary


def test_a_tag_set_that_stands_for_a_billion_tags_costs_no_more_than_its_length() -> None:
    """A hostile index cannot fill memory with one file name."""
    many = ".".join(f"a{number}" for number in range(1000))

    assert WheelName.parse(f"x-1-{many}-{many}-{many}.whl").tag_set.count(".") == 2997


_TAG = st.sampled_from(
    ["py3", "py2", "cp313", "CP313", "none", "abi3", "any", "linux_x86_64", "", "3", "é", "a_b"]
)
_TAGS = st.lists(_TAG, min_size=1, max_size=3).map(".".join)
_PIECE = st.text(alphabet=string.ascii_letters + "0123456789._! é\n", max_size=6)


@given(
    st.one_of(_PIECE, st.just("a")),
    st.one_of(_PIECE, st.just("1")),
    st.sampled_from(["", "-1", "-2b", "-b"]),
    st.tuples(_TAGS, _TAGS, _TAGS),
)
def test_agrees_with_packaging(name: str, version: str, build: str, tags: tuple[str, ...]) -> None:
    """The same names are refused, and the others mean the same, but for tags outside ASCII."""
    filename = f"{name}-{version}{build}-{'-'.join(tags)}.whl"
    try:
        expected = parse_wheel_filename(filename)
    except InvalidWheelFilename:
        expected = None
    if not "".join(tags).isascii():
        expected = None
    try:
        parsed = WheelName.parse(filename)
    except InvalidWheelNameError:
        assert expected is None
        return

    assert (parsed.name, parsed.version, parsed.build, parse_tag(parsed.tag_set)) == expected
