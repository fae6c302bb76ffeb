"""The boto3 family, left to the runtime as a whole or not at all."""

from collections.abc import Mapping

import pytest
from packaging.requirements import Requirement
from packaging.utils import NormalizedName
from packaging.version import Version

from builder.link.runtime_packages import (
    RuntimeComparison,
    compare_runtime_packages,
    demand_pinned,
    leave_out,
)
from builder.model import Origin, Pin, Request
from factories.bundles import make_target
from manylinux.errors import UsageError
from prebuilt_index.artefacts import IndexFile

RUNTIME = {"boto3": "1.42.97", "botocore": "1.42.97", "urllib3": "2.7.0", "six": "1.17.0"}


def pin(name: str, version: str = "1.0", extras: frozenset[str] = frozenset()) -> Pin:
    file = IndexFile(filename=f"{name}-{version}-py3-none-any.whl", url="file:///x")
    return Pin(name=NormalizedName(name), version=Version(version), file=file, extras=extras)


def compared(pins: list[Pin], requests: list[str], requires: Mapping[str, list[str]]) -> RuntimeComparison:
    """The comparison for what the user asks and what each project outside the family requires."""
    asked = [
        Request(origin=Origin(source="requirements.txt", line=number), requirement=Requirement(text))
        for number, text in enumerate(requests, 1)
    ]
    metadata = {
        each.name: "\n".join(
            [
                "Metadata-Version: 2.1",
                f"Name: {each.name}",
                f"Version: {each.version}",
                *(f"Requires-Dist: {line}" for line in requires.get(each.name, [])),
            ]
        ).encode()
        for each in pins
    }
    return compare_runtime_packages(pins, asked, metadata, make_target().environment(), RUNTIME)


PINS = [pin("boto3", "1.43.0"), pin("botocore", "1.43.0"), pin("urllib3", "2.8.0"), pin("requests", "2.32.0")]


@pytest.mark.parametrize(
    ("requests", "requires"),
    [
        (["boto3", "requests"], []),
        (["boto3>=1.40"], ["urllib3<3,>=1.21"]),
        (["boto3"], ["urllib3>=3; sys_platform == 'win32'"]),
        (["boto3"], ["urllib3>=3; extra == 'new'"]),
        (["boto3>=2; python_version < '3.9'"], []),
    ],
)
def test_the_family_goes_when_everyone_is_satisfied(requests: list[str], requires: list[str]) -> None:
    """Asks that do not apply on the target do not count, nor does what the family asks of itself."""
    result = compared(PINS, requests, {"requests": requires, "boto3": ["botocore>=1.43"]})

    assert result.excluded == {"boto3", "botocore", "urllib3"}
    assert {row.verdict for row in result.rows} == {"fits"}


@pytest.mark.parametrize(
    "line", ['old (>=1.0.*) ; extra == "y"', 'old ; sys_platform ~= "x" and extra == "y"']
)
def test_lines_that_nobody_can_read_do_not_count(line: str) -> None:
    """The resolver passes over them too, where they are for an extra that was not asked for."""
    result = compared(PINS, ["boto3"], {"requests": [line]})

    assert result.excluded == {"boto3", "botocore", "urllib3"}


@pytest.mark.parametrize(
    ("requests", "requires", "project", "verdict"),
    [
        (["boto3>=1.43"], [], "boto3", "requirements.txt:1 asks for >=1.43"),
        (["boto3"], ["urllib3<2"], "urllib3", "requests 2.32.0 asks for <2"),
        (["boto3", "boto3 @ https://example.test/boto3-1.whl"], [], "boto3",
         "requirements.txt:2 asks for https://example.test/boto3-1.whl"),
    ],
)  # fmt: skip
def test_one_refusal_keeps_all_of_it_and_says_why(
    requests: list[str], requires: list[str], project: str, verdict: str
) -> None:
    """Half a family is worse than none."""
    result = compared(PINS, requests, {"requests": requires})

    assert result.excluded == frozenset()
    assert {row.project: row.verdict for row in result.rows}[NormalizedName(project)] == verdict
    assert [(row.pinned, row.runtime) for row in result.rows if row.project == project]


def test_extras_that_were_asked_for_count() -> None:
    """A requirement behind an extra binds when the pin has that extra."""
    pins = [pin("urllib3", "2.8"), pin("demo", extras=frozenset({"new"}))]
    result = compared(pins, ["demo[new]"], {"demo": ["urllib3>=2.8; extra == 'new'"]})

    assert result.excluded == frozenset()


def test_what_the_runtime_lacks_keeps_the_family() -> None:
    """A member the runtime does not ship cannot be left to it."""
    result = compared([pin("six", "1.17"), pin("jmespath", "1.0")], [], {})

    assert result.excluded == frozenset()
    assert result.rows[0].runtime == "none"
    assert result.rows[0].verdict == "the runtime does not have it"


def test_nothing_of_the_family_is_nothing_to_do() -> None:
    """A bundle without boto3 has no rows and excludes nothing."""
    assert compared([pin("demo")], [], {}) == RuntimeComparison(rows=(), excluded=frozenset())


def test_exclude_takes_projects_out() -> None:
    """The named pins are gone, the others keep their order."""
    kept = leave_out(PINS, {NormalizedName("boto3"), NormalizedName("urllib3")})

    assert [each.name for each in kept] == ["botocore", "requests"]


def test_excluding_what_is_not_there_is_an_error_with_the_close_name() -> None:
    """A slip in `--exclude` must not ship what was meant to stay out."""
    with pytest.raises(UsageError) as caught:
        leave_out(PINS, {NormalizedName("botcore")})

    assert caught.value.hint == "Did you mean `botocore`?"


def test_an_option_that_names_nothing_pinned_is_a_slip() -> None:
    """It is told with the name that was probably meant."""
    with pytest.raises(UsageError) as caught:
        demand_pinned((pin("numpy", "2.0"),), frozenset({NormalizedName("nunpy")}), "--prefer")

    assert "`--prefer`" in caught.value.summary
    assert caught.value.hint == "Did you mean `numpy`?"
