"""What a recipe hands to a build."""

import pytest

from manylinux.backends.extras import Extras


@pytest.mark.parametrize(
    ("value", "cpp"),
    [
        ("-L{libraries}/lib -lc++", True),
        ("-lstdc++", True),
        ("-lcurl -lc", False),
        ("-DX=-lc++", False),
        ("", False),
    ],
)
def test_a_library_in_cpp_is_seen_by_what_is_linked(value: str, cpp: bool) -> None:
    assert Extras(environment={"CFLAGS": "-O2", "LDFLAGS": value}).links_cpp is cpp


def test_the_folder_of_libraries_takes_its_place() -> None:
    extras = Extras(environment={"LDFLAGS": "-L{libraries}/lib -Wl,--version-script={libraries}/exports.map"})
    assert extras.filled_in("/here") == {"LDFLAGS": "-L/here/lib -Wl,--version-script=/here/exports.map"}
