"""Versions in texts that anybody may have written: Python reads no number of more than 4,300 digits."""

import pytest
from packaging.version import Version

from builder.errors import InvalidRequirementError
from builder.resolve.world import name_and_version
from manylinux.versions import parsed_version
from prebuilt_index.artefacts import IndexFile
from prebuilt_index.simple.versions import version_of
from prebuilt_index.tree.entry import demand_wheel_name

LONG = "1" * 5000


@pytest.mark.parametrize("text", ["", "x", "1..0", "²", LONG, f"1.{LONG}", f"1+{LONG}"])
def test_what_is_no_version_is_none(text: str) -> None:
    assert parsed_version(text) is None
    assert parsed_version("v1.0") == Version("1")


@pytest.mark.parametrize(
    "name",
    [f"x-{LONG}-py3-none-any.whl", f"x-1-{LONG}-py3-none-any.whl", f"x-{LONG}.tar.gz", f"x-{LONG}.zip"],
)
def test_nor_is_the_name_of_a_file_with_such_a_number(name: str) -> None:
    assert version_of(name) is None
    with pytest.raises(InvalidRequirementError):
        name_and_version(IndexFile(filename=name, url=f"file:///{name}"))
    with pytest.raises(ValueError, match="is not the name of a wheel"):
        demand_wheel_name(name)
