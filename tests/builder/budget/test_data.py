"""Which data of packages is suggested to be left out."""

from builder.budget.data import data_parts
from builder.model import BundlePath, BundlePlan, FromBytes, PlannedFile


def suggested(files: dict[str, int], *, prefix: str = "") -> dict[str, int]:
    """Globs and their bytes, for files of the project named first in each path."""
    planned = [
        PlannedFile(
            path=BundlePath(prefix + path),
            owner=path.partition("/")[0].partition(".")[0].partition("-")[0] + " 1.0",
            size=size,
            executable=False,
            content=FromBytes(content=b""),
        )
        for path, size in files.items()
    ]
    parts = data_parts(BundlePlan(wheels=(), files=tuple(planned)), prefix)
    return {f"{part.project}:{part.glob}": part.size for part in parts}


def test_a_folder_without_code_is_named_whole() -> None:
    """The outermost; what is below it is in its bytes."""
    files = {"lib/core.py": 10, "lib/data/one.json": 50, "lib/data/deep/two.json": 40}

    assert suggested(files) == {"lib:lib/data/**": 90}


def test_a_folder_with_code_is_not() -> None:
    """Nor with a compiled library; large files of data beside code are named alone."""
    files = {"lib/core.py": 10, "lib/model/load.py": 10, "lib/model/m.bin": 90, "lib/libs/x.so": 100}

    assert suggested(files) == {"lib:lib/model/m.bin": 90}


def test_an_empty_init_is_no_code() -> None:
    """Folders of data are packages where resources are looked for in them."""
    files = {"lib/core.py": 10, "lib/data/__init__.py": 0, "lib/data/a.csv": 90}

    assert suggested(files) == {"lib:lib/data/**": 90}


def test_metadata_and_little_things_are_not_named() -> None:
    """Nor what is less than a 64th of the bundle, whose names no glob can hold, or belongs to the app."""
    files = {
        "lib/core.py": 1000,
        "lib/data/a.csv": 10,
        "lib-1.0.dist-info/METADATA": 900,
        "lib/d[ata]/a.csv": 900,
        "lib/\x1b/a.csv": 900,
    }

    assert suggested(files) == {}


def test_paths_of_a_layer_are_told_below_its_library() -> None:
    """A glob is the same for a function and for a layer."""
    assert suggested({"lib/core.py": 1, "lib/data/a": 90}, prefix="python/") == {"lib:lib/data/**": 90}
