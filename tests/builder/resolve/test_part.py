"""One resolution, seen by each of those who asked for it."""

import pytest
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from builder.model import Origin, Pin, Request
from builder.resolve import Part
from factories.targets import make_target
from prebuilt_index.artefacts import IndexFile

METADATA = {
    "app": ("base", "fast; extra == 'speed'", "app[speed]; extra == 'all'", "old; python_version < '3.9'"),
    "base": ("deep>=1",),
    "deep": ("base",),
    "fast": (),
    "mine": ("deep",),
}


def file(name: str) -> IndexFile:
    return IndexFile(filename=f"{name}-1.0-py3-none-any.whl", url="", hashes={}, size=1)


def part() -> Part:
    pins = [
        Pin(name=NormalizedName(name), version=Version("1.0"), file=file(name)) for name in sorted(METADATA)
    ]
    metadata = {
        NormalizedName(name): "".join(
            [f"Metadata-Version: 2.4\nName: {name}\n", *(f"Requires-Dist: {line}\n" for line in lines), "\n"]
        ).encode()
        for name, lines in METADATA.items()
    }
    return Part(
        pins, metadata, make_target("python3.13", "x86_64").environment(), lambda request: file("mine")
    )


def asking(text: str) -> Request:
    requirement = Requirement(text)
    extras = frozenset(map(canonicalize_name, requirement.extras))
    return Request(origin=Origin(source="x"), requirement=requirement, extras=extras)


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ([], ""),
        (["deep"], "base deep"),
        (["app"], "app base deep"),
        (["App[speed]"], "app base deep fast"),
        (["app[all]"], "app base deep fast"),
        (["app", "fast"], "app base deep fast"),
        (["app; sys_platform == 'win32'", "fast"], "fast"),
    ],
)
def test_a_part_is_what_its_requests_reach(wanted: list[str], names: str) -> None:
    """Extras, extras of the project itself, markers of the target, circles."""
    assert part().needed_by([asking(text) for text in wanted]) == set(names.split())


def test_a_reference_without_a_name_is_known_by_its_file() -> None:
    """What it reaches counts too."""
    request = Request(origin=Origin(source="x"), requirement=None, direct="file:///mine/")

    assert part().needed_by([request]) == {"mine", "deep", "base"}


def test_one_asker_does_not_change_what_another_sees() -> None:
    """What was learned of one set of extras is not taken for another's."""
    seen = part()
    first = seen.needed_by([asking("app[all]")])
    second = seen.needed_by([asking("app")])

    assert first - second == {"fast"}
