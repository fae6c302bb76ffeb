"""`--offline` and builds: the pip that installs build requirements stays on this machine too."""

from factories.commands import Room


def test_an_offline_build_asks_no_server(room: Room) -> None:
    """The index that lbuild may not ask is not asked by pip in its stead."""
    room.write("demo/setup.py", "import setuptools", "setuptools.setup(name='demo')")
    done = room.lbuild("./demo", "-o", "bundle.zip", "--offline")

    assert done.codes == ["sdist-build-failed"]
    assert "--offline" in done.stderr
    assert room.index.requests == []


def test_a_build_without_indexes_asks_none(room: Room) -> None:
    """`--no-index` holds for build requirements."""
    room.write("demo/setup.py", "import setuptools", "setuptools.setup(name='demo')")
    done = room.lbuild("./demo", "-o", "bundle.zip", "--no-index")

    assert done.codes == ["sdist-build-failed"]
    assert room.index.requests == []
