"""Where the bytes of a bundle are: nothing is counted twice, nothing is lost."""

from hypothesis import given
from hypothesis import strategies as st

from builder.inspection.tree import Branch
from builder.inspection.values import Role
from factories.parts import make_part, measured

FILES = {
    "one/core.so": 600,
    "one/sub/a.py": 200,
    "one/sub/b.py": 100,
    "one-1.dist-info/RECORD": 50,
    "app.py": 30,
}


def shape(branches: tuple[Branch, ...]) -> dict[str, object]:
    """Names to bytes, or to what is below."""
    return {branch.name: shape(branch.branches) or branch.size for branch in branches}


def test_files_are_with_their_distribution() -> None:
    """RECORD says whose they are; the rest is at the root or in its folder."""
    part = make_part(FILES | {"mine/x.py": 10}, {"one 1": ["one"]})

    assert shape(measured(part).owners) == {
        "one 1": {"one/": {"core.so": 600, "sub/": 300}, "one-1.dist-info/RECORD": 50},
        "files at the root": {"app.py": 30},
        "mine": {"mine/x.py": 10},
    }


def test_no_deeper_than_wanted() -> None:
    """The levels are counted below the distribution; 0 has none."""
    part = make_part(FILES, {"one 1": ["one"]})

    assert shape(measured(part, 0).owners) == {"one 1": 950, "files at the root": 30}
    assert shape(measured(part, 1).owners)["one 1"] == {"one/": 900, "one-1.dist-info/RECORD": 50}


def test_the_folder_of_a_layer_is_no_level() -> None:
    """`python/` holds everything: to say so tells nothing."""
    for root in ("python/", "python/lib/python3.13/site-packages/"):
        part = make_part(FILES, {"one 1": ["one"]}, role=Role.LAYER, root=root)

        assert shape(measured(part, 1).owners) == {
            "one 1": {f"{root}one/": 900, f"{root}one-1.dist-info/RECORD": 50},
            "files at the root": {f"{root}app.py": 30},
        }


def test_folders_that_hold_one_thing_are_one_row() -> None:
    """`a/b/c/` is a level, not three."""
    part = make_part({"a/b/c/x.py": 2, "a/b/c/y.py": 1})

    assert shape(measured(part, 2).owners) == {"a": {"a/b/c/": {"x.py": 2, "y.py": 1}}}


def test_kinds_are_summed() -> None:
    """Largest first, each file once."""
    kinds = measured(make_part(FILES)).kinds

    assert [(kind.name, kind.size, kind.packed, kind.files) for kind in kinds] == [
        ("compiled libraries", 600, 300, 1),
        ("Python source", 330, 165, 3),
        ("metadata", 50, 25, 1),
    ]


NAMES = st.sampled_from(["a", "b", "python", "lib", "tests", "x.py", "n-1.dist-info", "名"])
PATHS = st.lists(NAMES, min_size=1, max_size=5).map("/".join)


@given(
    files=st.dictionaries(PATHS, st.integers(0, 10**6), max_size=12),
    depth=st.integers(0, 5),
    role=st.sampled_from(Role),
)
def test_every_byte_is_in_the_tree_once(files: dict[str, int], depth: int, role: Role) -> None:
    """Whatever the paths, also when a file has a folder's name."""
    found = measured(make_part(files, {"n 1": ["n-1", "a"]}, role=role), depth)
    waiting = [*found.owners]

    assert sum(branch.size for branch in found.owners) == sum(branch.size for branch in found.kinds)
    assert (found.size, sum(branch.files for branch in found.owners)) == (sum(files.values()), len(files))
    while waiting:
        branch = waiting.pop()
        if branch.branches:
            assert sum(below.size for below in branch.branches) == branch.size
            assert sum(below.files for below in branch.branches) == branch.files
            waiting += branch.branches
