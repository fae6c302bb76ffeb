"""Laws every plan keeps, whatever the wheels hold."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from builder.errors import PathConflictError
from builder.model import LayoutKind
from factories.bundles import plan, verified_wheel
from manylinux.errors import SeveralErrors

SEGMENTS = st.sampled_from(["a", "B", "b", "pkg", "\u00e9", "z9"])
PATHS = st.lists(SEGMENTS, min_size=1, max_size=3).map("/".join).map(lambda path: path + ".py")
FILES = st.dictionaries(PATHS, st.sampled_from([b"", b"x", b"y" * 500]), max_size=6).filter(
    lambda files: len({path.lower() for path in files}) == len(files)
)
DATA = st.dictionaries(
    st.tuples(
        st.sampled_from(["purelib", "platlib", "data", "headers"]), st.sampled_from(["p.py", "q/r.py"])
    ).map("/".join),
    st.sampled_from([b"1", b"2"]),
    max_size=2,
)


@settings(max_examples=60, deadline=None)
@given(
    contents=st.lists(st.tuples(FILES, DATA), min_size=1, max_size=3),
    layout=st.sampled_from(LayoutKind),
    scripts=st.booleans(),
    order=st.randoms(use_true_random=False),
)
def test_plans_lose_nothing_and_depend_on_no_order(
    contents: list[tuple[Mapping[str, bytes], Mapping[str, bytes]]],
    layout: LayoutKind,
    scripts: bool,
    order: object,
) -> None:
    """Every member is a file or a drop; paths are sorted by their bytes, no two alike; order is nothing."""
    with tempfile.TemporaryDirectory() as folder:
        wheels = [
            verified_wheel(Path(folder), f"w{index}", files, data=data, data_scripts={"run": b"#!/bin/sh\n"})
            for index, (files, data) in enumerate(contents)
        ]
        shuffled = sorted(wheels, key=lambda _: order.random())  # type: ignore[attr-defined]  # a Random
        prefer = [wheel.name for wheel in wheels]
        try:
            bundle = plan(wheels, layout=layout, scripts=scripts, prefer=prefer)
        except (PathConflictError, SeveralErrors):
            return

        assert plan(shuffled, layout=layout, scripts=scripts, prefer=prefer) == bundle
    paths = [file.path.encode() for file in bundle.files]
    assert paths == sorted(set(paths))
    kept = {(file.owner, file.path) for file in bundle.files}
    dropped = {(drop.owner, drop.path) for drop in bundle.drops}
    for wheel in wheels:
        owner = f"{wheel.name} 1.0"
        mine = sum(name == owner for name, _ in kept) + sum(name == owner for name, _ in dropped)
        assert mine == len(wheel.members)
