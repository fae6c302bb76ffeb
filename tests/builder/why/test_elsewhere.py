"""What other targets would get, and projects that are no part of a resolution."""

import pytest

from builder.errors import NoCompatibleArtifactError, ProjectNotRequiredError
from builder.testing import MemoryIndex
from builder.why.values import Outcome
from factories.explanations import text, why
from factories.requests import ask_all, index_of
from factories.targets import every_target, make_target


def native() -> MemoryIndex:
    return index_of(
        "demo-1.0-cp311-cp311-manylinux_2_17_x86_64.whl",
        "demo-1.0-cp311-cp311-manylinux_2_17_aarch64.whl",
        "demo-2.0-cp312-cp312-manylinux_2_28_x86_64.whl",
        "demo-2.0-cp313-cp313-manylinux_2_28_x86_64.whl",
        "demo-2.0-cp313-cp313-manylinux_2_28_aarch64.whl",
    )


def by_target(outcomes: tuple[Outcome, ...]) -> dict[str, str]:
    return {each.target.id: str(each.version or each.reason) for each in outcomes}


def test_every_other_target_is_told() -> None:
    """What it would get, or why nothing."""
    explanation = why(native(), "demo")
    found = by_target(explanation.elsewhere)

    assert sorted([*found, "python3.11/x86_64"]) == sorted(target.id for target in every_target())
    assert found["python3.11/arm64"] == "1.0"
    assert found["python3.12/x86_64"] == "2.0"
    assert found["python3.12/arm64"] == "No file of `demo` can be used"
    assert found["python3.13/arm64"] == "2.0"


def test_an_architecture_is_only_shown_where_it_differs() -> None:
    """Half of the lines would say the same again."""
    shown = text(why(native(), "demo")).partition("Other runtimes")[2]

    assert "arm64 alike where not shown" in shown
    assert "python3.13/x86_64" in shown
    assert "python3.13/arm64" not in shown
    assert "python3.12/arm64" in shown
    assert "python3.11/arm64" not in shown


def test_all_targets_are_shown_on_request() -> None:
    """Each on its own line."""
    shown = text(why(native(), "demo"), everything=True).partition("Other runtimes")[2]

    assert "python3.13/arm64" in shown


def test_another_target_never_costs_a_build() -> None:
    """An sdist's metadata may take minutes: the target's line says that instead."""
    index = MemoryIndex()
    index.add("demo-1.0-py3-none-any.whl", requires_python="==3.11.*")
    index.add("demo-0.9.tar.gz")
    found = by_target(why(index, "demo").elsewhere)

    assert index.asked_metadata.count("demo-0.9.tar.gz") == 0
    assert "demo-0.9.tar.gz` would have to be built" in found["python3.13/x86_64"]


def test_an_sdist_that_was_built_for_the_answer_is_known_elsewhere() -> None:
    """What it needs is asked once."""
    index = MemoryIndex()
    index.add("demo-1.0.tar.gz")
    found = by_target(why(index, "demo").elsewhere)

    assert index.asked_metadata == ["demo-1.0.tar.gz"]
    assert set(found.values()) == {"1.0"}


def test_wheels_of_one_version_are_taken_to_require_the_same() -> None:
    """Elsewhere a version's metadata is not asked for again."""
    index = native()
    explanation = why(index, "demo")

    assert len(explanation.elsewhere) > 6
    assert [name[:8] for name in index.asked_metadata] == ["demo-1.0", "demo-2.0"]


def test_a_long_search_is_only_made_for_the_target_that_was_asked_about() -> None:
    """Of a project with many versions, none of which fits elsewhere, a few are looked into."""
    index = index_of("base-1-py3-none-any.whl")
    for minor in range(300):
        requires = ["base<1; python_version != '3.11'"]
        index.add(f"demo-1.{minor}-py3-none-any.whl", requires=requires)
    explanation = why(index, "demo", "demo", "base")

    assert str(explanation.chosen.version) == "1.299"
    assert by_target(explanation.elsewhere)["python3.13/x86_64"] == (
        "Given up after a look into 10 more versions of `demo`"
    )
    assert len(set(index.asked_metadata)) < 150


def test_a_project_s_own_python_range_counts_everywhere() -> None:
    """It leaves targets out before anything is resolved."""
    found = by_target(why(native(), "demo", requires_python=">=3.11").elsewhere)

    assert found["python3.9/x86_64"] == "the project needs Python >=3.11"


def test_what_is_impossible_is_the_resolver_s_error() -> None:
    """The same as without the question."""
    with pytest.raises(NoCompatibleArtifactError, match="No file of `demo`"):
        why(native(), "demo", target=make_target("python3.9"))


def test_a_requirement_a_marker_left_out_is_told_with_its_place() -> None:
    """And with the targets where it holds."""
    index = native()
    index.add("tomli-1.0-py3-none-any.whl")
    with pytest.raises(ProjectNotRequiredError) as caught:
        why(index, "tomli", "demo", 'tomli>=1; python_version < "3.11"')
    error = caught.value

    assert error.summary == "`tomli` is not part of the resolution for `python3.11/x86_64`"
    assert error.evidence[0] == (
        'requirements.txt:2 requires tomli>=1 only where python_version < "3.11", which does not hold there'
    )


def test_a_marker_that_holds_elsewhere_says_where() -> None:
    """The runtimes that do need the project."""
    index = index_of("app-1-py3-none-any.whl", "tomli-1.0-py3-none-any.whl")
    with pytest.raises(ProjectNotRequiredError) as caught:
        why(index, "tomli", "app", 'tomli; python_version < "3.10"')

    assert caught.value.evidence[-1] == "it is required on python3.9/x86_64, python3.9/arm64"


def test_a_package_s_requirement_that_does_not_hold_is_told() -> None:
    """An extra nobody asked for, most often."""
    index = MemoryIndex()
    index.add("app-1-py3-none-any.whl", requires=["rich>=13; extra == 'cli'"], extras=["cli"])
    with pytest.raises(ProjectNotRequiredError) as caught:
        why(index, "rich", "app")

    assert caught.value.evidence == (
        'app 1 requires rich>=13 only where extra == "cli", which does not hold there',
    )


def test_a_constraint_requires_nothing() -> None:
    """Which is a common mistake."""
    with pytest.raises(ProjectNotRequiredError) as caught:
        why(index_of("app-1-py3-none-any.whl"), "rich", "app", constraints=ask_all("rich<14", source="c.txt"))

    assert caught.value.evidence == ("c.txt:1 constrains rich<14, and a constraint requires nothing",)


def test_credentials_of_a_reference_that_was_left_out_are_not_told() -> None:
    """A marker's evidence needs no URL."""
    secret = "demo @ https://me:secret@host.example/demo-1.0-py3-none-any.whl"
    with pytest.raises(ProjectNotRequiredError) as caught:
        why(
            index_of("app-1-py3-none-any.whl"),
            "demo",
            "app",
            f"{secret} ; sys_platform == 'win32'",
            constraints=ask_all(secret, source="c.txt"),
        )

    assert len(caught.value.evidence) == 2
    assert "secret" not in str(caught.value.evidence)


def test_a_name_that_was_mistyped_finds_the_one_that_was_meant() -> None:
    """Among the projects of the resolution; other targets are not worth resolving for it."""
    index = index_of("scikit_learn-1-py3-none-any.whl")
    with pytest.raises(ProjectNotRequiredError) as caught:
        why(index, "scikitlearn", "scikit-learn")

    assert caught.value.evidence == ("nothing requires it; the resolution holds: scikit-learn",)
    assert caught.value.hint == "Did you mean `scikit-learn`?"
    assert index.asked_metadata.count("scikit_learn-1-py3-none-any.whl") == 1
