"""Every newer version, with the reason that it was not taken."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from packaging.version import Version

from builder.model import FormatControl, Preference
from builder.resolve.judging import Rule
from builder.testing import MemoryIndex
from builder.why.files import CAUSES
from builder.why.values import Cause
from factories.explanations import why
from factories.requests import ask, ask_all
from factories.targets import make_target

OLD = "demo-1.0-py3-none-any.whl"
RELEASE = make_target("python3.11").runtime.python_release
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def index_with(*newer: str, **facts: Any) -> MemoryIndex:
    """An index with demo 1.0, long there, and these files of newer versions."""
    index = MemoryIndex()
    index.add(OLD, upload_time=datetime(2020, 1, 1, tzinfo=UTC))
    for filename in newer:
        index.add(filename, **facts)
    return index


def glibc() -> MemoryIndex:
    return index_with("demo-2.0-cp311-cp311-manylinux_2_28_x86_64.whl")


def other_python() -> MemoryIndex:
    return index_with("demo-2.0-cp312-cp312-manylinux_2_17_x86_64.whl")


def other_machine() -> MemoryIndex:
    return index_with("demo-2.0-cp311-cp311-manylinux_2_17_aarch64.whl")


def other_system() -> MemoryIndex:
    return index_with("demo-2.0-cp311-cp311-win_amd64.whl")


def other_interpreter() -> MemoryIndex:
    return index_with("demo-2.0-pp311-pypy311_pp73-manylinux_2_17_x86_64.whl")


def requires_python() -> MemoryIndex:
    return index_with("demo-2.0-py3-none-any.whl", requires_python=">=3.12")


def yanked() -> MemoryIndex:
    return index_with("demo-2.0-py3-none-any.whl", yanked="breaks imports")


def yanked_without_a_reason() -> MemoryIndex:
    return index_with("demo-2.0-py3-none-any.whl", yanked="")


def pre_release() -> MemoryIndex:
    return index_with("demo-2.0rc1-py3-none-any.whl")


def plain() -> MemoryIndex:
    return index_with("demo-2.0-py3-none-any.whl", upload_time=NOON)


def undated() -> MemoryIndex:
    return index_with("demo-2.0-py3-none-any.whl")


def only_sdist() -> MemoryIndex:
    return index_with("demo-2.0.tar.gz")


def native_sdist() -> MemoryIndex:
    return index_with("demo-2.0-cp311-cp311-win_amd64.whl", "demo-2.0.tar.gz")


def conflict() -> MemoryIndex:
    index = index_with("demo-2.0-py3-none-any.whl", requires=["other>=2"])
    index.add("other-1.0-py3-none-any.whl")
    index.add("other-2.0-py3-none-any.whl")
    return index


def python_in_metadata() -> MemoryIndex:
    index = MemoryIndex()
    index.add(OLD)
    index.add(
        "demo-2.0-py3-none-any.whl",
        metadata=b"Metadata-Version: 2.1\nName: demo\nVersion: 2.0\nRequires-Python: >=3.12\n\n",
    )
    return index


CASES: Mapping[str, tuple[Callable[[], MemoryIndex], dict[str, Any], Cause, str]] = {
    "glibc": (glibc, {}, Cause.GLIBC, "python3.11 has glibc 2.26, its wheels need 2.28"),
    "python": (other_python, {}, Cause.OTHER_PYTHON, "its wheel is built for CPython 3.12"),
    "machine": (other_machine, {}, Cause.OTHER_PLATFORM, "its wheel is built for aarch64"),
    "system": (other_system, {}, Cause.OTHER_PLATFORM, "its wheel is built for Windows"),
    "interpreter": (other_interpreter, {}, Cause.OTHER_INTERPRETER, "its wheel is built for PyPy"),
    "requires python": (
        requires_python,
        {},
        Cause.REQUIRES_PYTHON,
        f"it needs Python >=3.12, python3.11 has {RELEASE}",
    ),
    "metadata": (
        python_in_metadata,
        {},
        Cause.METADATA,
        f"it needs Python >=3.12, python3.11 has {RELEASE}",
    ),
    "yanked": (yanked, {}, Cause.YANKED, "it is yanked: breaks imports"),
    "yanked, no reason": (yanked_without_a_reason, {}, Cause.YANKED, "it is yanked"),
    "pre-release": (
        pre_release,
        {},
        Cause.PRE_RELEASE,
        "it is a pre-release, which only `--pre` or a requirement that names one admits",
    ),
    "exclude newer": (
        plain,
        {"exclude_newer": datetime(2026, 1, 1, tzinfo=UTC)},
        Cause.EXCLUDE_NEWER,
        "it was uploaded on 2026-05-01, not before 2026-01-01",
    ),
    "exclude newer, no date": (
        undated,
        {"exclude_newer": datetime(2026, 1, 1, tzinfo=UTC)},
        Cause.EXCLUDE_NEWER,
        "it has no upload time, which `--exclude-newer` needs",
    ),
    "only an sdist": (
        only_sdist,
        {},
        Cause.ONLY_SDIST,
        "it has only an sdist, and a version with a wheel goes first",
    ),
    "no wheel that loads": (native_sdist, {}, Cause.OTHER_PLATFORM, "its wheel is built for Windows"),
    "no sdists": (
        only_sdist,
        {"format_control": FormatControl(only_binary=frozenset({":all:"}))},
        Cause.FORMAT,
        "only wheels are allowed",
    ),
    "excluded from outside": (
        plain,
        {"excluded": {"demo-2.0-py3-none-any.whl": "its files need glibc 2.34"}},
        Cause.EXCLUDED,
        "it is excluded: its files need glibc 2.34",
    ),
    "preferred": (
        plain,
        {"preferred": {"demo": Version("1.0")}},
        Cause.PREFERRED,
        "1.0 was asked to be kept",
    ),
}


@pytest.mark.parametrize(("make", "options", "cause", "reason"), CASES.values(), ids=CASES.keys())
def test_a_newer_version_has_the_reason_it_was_not_taken(
    make: Callable[[], MemoryIndex], options: dict[str, Any], cause: Cause, reason: str
) -> None:
    """In a word for machines, and in words for people."""
    explanation = why(make(), "demo", **options)
    (passed,) = explanation.newer

    assert str(explanation.chosen.version) == "1.0"
    assert (passed.cause, passed.reason) == (cause, reason)


def test_every_rule_of_the_resolver_has_a_word_for_machines() -> None:
    """A new one must get its own."""
    named = {rule.name for rule in Rule}

    assert named <= set(CAUSES)


def test_a_requirement_that_excludes_versions_is_named() -> None:
    """With who makes it: a person or a package."""
    index = plain()
    index.add("app-1-py3-none-any.whl", requires=["demo<2"])
    (passed,) = why(index, "demo", "app", "demo").newer

    assert passed.cause is Cause.SPECIFIER
    assert passed.reason == "excluded by `demo<2` (app 1)"


def test_a_constraint_that_excludes_versions_is_named() -> None:
    """It excludes as a requirement does."""
    explanation = why(plain(), "demo", constraints=ask_all("demo<2", source="constraints.txt"))
    (passed,) = explanation.newer

    assert passed.reason == "excluded by `demo<2` (constraints.txt:1)"
    assert [(step.by, step.requirement) for step in explanation.constraints] == [
        ("constraints.txt:1", "demo<2")
    ]


def test_of_many_requirements_that_exclude_a_version_two_are_named() -> None:
    """The rest is counted."""
    (passed,) = why(plain(), "demo", "demo<2", "demo<1.9", "demo<1.8", "demo<1.7").newer

    assert passed.reason.endswith(" and 2 more")
    assert passed.reason.count("`demo<") == 2


def test_a_version_given_up_for_another_requirement_says_which() -> None:
    """A usable wheel is no reason: what it requires is."""
    (passed,) = why(conflict(), "demo", "demo", "other<2").newer

    assert passed.cause is Cause.CONFLICT
    assert passed.reason == "it requires other>=2, and other 1.0 is taken"


def test_a_version_without_an_allowed_hash_says_so() -> None:
    """Both for the version and for its file."""
    index = plain()
    listed = {file.filename: file for file in index.page("demo").files}  # type: ignore[arg-type]  # is normalized
    hashes = frozenset({f"sha256:{listed[OLD].hashes['sha256']}"})
    (passed,) = why(index, "demo", ask("demo", hashes=hashes)).newer

    assert passed.cause is Cause.HASH
    assert [(fate.cause, fate.reason) for fate in passed.files] == [
        (Cause.HASH, "has none of the hashes that are asked for")
    ]


def test_every_file_of_a_version_has_its_own_reason() -> None:
    """Best first."""
    index = index_with(
        "demo-2.0-cp311-cp311-win_amd64.whl",
        "demo-2.0-cp311-cp311-manylinux_2_28_x86_64.whl",
        "demo-2.0-cp312-cp312-manylinux_2_17_x86_64.whl",
        "demo-2.0.tar.gz",
    )
    (passed,) = why(index, "demo").newer

    assert {fate.filename: (fate.cause, fate.reason) for fate in passed.files} == {
        "demo-2.0-cp311-cp311-manylinux_2_28_x86_64.whl": (
            Cause.GLIBC,
            "needs glibc 2.28, the runtime has 2.26",
        ),
        "demo-2.0-cp312-cp312-manylinux_2_17_x86_64.whl": (Cause.OTHER_PYTHON, "built for CPython 3.12"),
        "demo-2.0-cp311-cp311-win_amd64.whl": (Cause.OTHER_PLATFORM, "built for Windows"),
        "demo-2.0.tar.gz": (
            Cause.NATIVE_SDIST,
            "has to be compiled, and `--build never` is in force",
        ),
    }


def test_newer_versions_are_told_newest_first_and_older_ones_not_at_all() -> None:
    """Whatever the order on the page."""
    index = index_with(
        *(f"demo-{version}-cp311-cp311-win_amd64.whl" for version in ("3.0", "4.0", "0.9", "2.0"))
    )
    explanation = why(index, "demo")

    assert [str(each.version) for each in explanation.newer] == ["4.0", "3.0", "2.0"]


def test_a_yanked_version_that_is_pinned_is_taken_and_said_to_be_yanked() -> None:
    """With its publisher's reason."""
    explanation = why(yanked(), "demo", "demo==2.0")

    assert explanation.chosen.yanked == "breaks imports"
    assert explanation.newer == ()
    assert explanation.warnings == ("`demo 2.0` is yanked: breaks imports",)


def test_where_the_newest_goes_first_an_sdist_does() -> None:
    """The preference for wheels is a preference."""
    explanation = why(only_sdist(), "demo", preference=Preference.NEWEST)

    assert explanation.chosen.filename == "demo-2.0.tar.gz"
    assert explanation.chosen.tag is None
