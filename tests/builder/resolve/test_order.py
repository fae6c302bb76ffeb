"""Laws: the order in which things are written or listed decides nothing."""

from hypothesis import given, settings
from hypothesis import strategies as st

from builder.model import Resolution
from builder.testing import MemoryIndex
from factories.requests import ask, solve
from manylinux.errors import NoSolutionError

NAMES = ("a", "b", "c", "d")
TAGS = (
    "py3-none-any",
    "cp313-cp313-manylinux_2_17_x86_64",
    "1-cp313-cp313-manylinux_2_17_x86_64",
    "cp312-cp312-win_amd64",
)
SPECIFIERS = ("", ">=2", "<3", "==1", "!=2", ">=1.5rc1")
VERSIONS = ("1", "2", "2.5rc1", "3")

wishes = st.tuples(st.sampled_from(NAMES), st.sampled_from(SPECIFIERS)).map("".join)
listed = st.tuples(
    st.sampled_from(NAMES), st.sampled_from(VERSIONS), st.sampled_from(TAGS), st.lists(wishes, max_size=2)
)


def _outcome(files: list[tuple[str, str, str, list[str]]], requirements: list[str]) -> Resolution | str:
    """The resolution, or the error, of requests that all stand in one place."""
    index = MemoryIndex()
    for name, version, tags, requires in files:
        index.add(f"{name}-{version}-{tags}.whl", requires=requires)
    try:
        return solve(index, *(ask(text, None) for text in requirements))
    except NoSolutionError as error:
        return error.summary


@settings(max_examples=150, deadline=None)
@given(
    st.data(),
    st.lists(listed, min_size=1, max_size=14, unique_by=lambda file: file[:3]),
    st.lists(wishes, min_size=1, max_size=4),
)
def test_permuting_requests_and_files_changes_nothing(
    data: st.DataObject, files: list[tuple[str, str, str, list[str]]], requirements: list[str]
) -> None:
    """Same pins, same reasons, same words."""
    shuffled = _outcome(data.draw(st.permutations(files)), data.draw(st.permutations(requirements)))

    assert shuffled == _outcome(files, requirements)
