"""Who asked for a project."""

from builder.testing import MemoryIndex
from builder.why.values import Chain
from factories.explanations import text, why
from factories.requests import ask


def shown(chain: Chain) -> str:
    return " -> ".join(
        f"{step.by}: {step.requirement}{f'; {step.marker}' if step.marker else ''}" for step in chain.steps
    )


def diamond() -> MemoryIndex:
    index = MemoryIndex()
    index.add("base-1.0-py3-none-any.whl", extras=["fast"])
    index.add("left-1-py3-none-any.whl", requires=["base[fast]>=0.5"])
    index.add("right-2-py3-none-any.whl", requires=["middle", "left"])
    index.add("middle-3-py3-none-any.whl", requires=['base<2; python_version < "3.12"'])
    return index


def test_everyone_who_demands_a_project_is_told_with_the_way_to_them() -> None:
    """The nearest first, with extras and markers; of several ways to one of them a shortest."""
    explanation = why(diamond(), "base", "left", "right")

    assert [shown(chain) for chain in explanation.chains] == [
        "requirements.txt:1: left -> left 1: base[fast]>=0.5",
        'requirements.txt:2: right -> right 2: middle -> middle 3: base<2; python_version < "3.12"',
    ]
    assert explanation.extras == {"fast"}


def test_a_person_s_own_requirement_comes_first_with_its_marker() -> None:
    """The marker was decided, and is part of what was written."""
    explanation = why(diamond(), "base", "left", 'base>=1; sys_platform == "linux"')

    assert [shown(chain) for chain in explanation.chains] == [
        'requirements.txt:2: base>=1; sys_platform == "linux"',
        "requirements.txt:1: left -> left 1: base[fast]>=0.5",
    ]


def test_of_two_lines_with_different_markers_the_one_that_holds_is_told() -> None:
    """A package often asks for one project under several markers."""
    index = diamond()
    index.add(
        "app-1-py3-none-any.whl",
        requires=['base; sys_platform == "win32"', 'base; sys_platform == "linux"'],
    )
    explanation = why(index, "base", "app")

    assert [shown(chain) for chain in explanation.chains] == [
        'requirements.txt:1: app -> app 1: base; sys_platform == "linux"'
    ]


def test_what_an_extra_asks_for_shows_the_extra() -> None:
    """`app[fast]` asks for it, `app` does not."""
    index = diamond()
    index.add("app-1-py3-none-any.whl", requires=["base; extra == 'fast'"], extras=["fast"])
    explanation = why(index, "base", "app[fast]")

    assert [shown(chain) for chain in explanation.chains] == [
        'requirements.txt:1: app[fast] -> app 1: base; extra == "fast"'
    ]


def test_an_extra_that_stands_for_others_leads_to_their_requirements() -> None:
    """`all = ["app[fast]"]` is how many write it."""
    index = diamond()
    index.add(
        "app-1-py3-none-any.whl",
        requires=["base; extra == 'fast'", "app[fast]; extra == 'all'"],
        extras=["fast", "all"],
    )
    explanation = why(index, "base", "app[all]")

    assert [shown(chain) for chain in explanation.chains] == [
        'requirements.txt:1: app[all] -> app 1: base; extra == "fast"'
    ]


def test_lines_nobody_can_read_are_passed_by() -> None:
    """They belong to extras that are not in use."""
    index = diamond()
    nonsense = ["base; extra == 'x' and python_version ~= 'abc'", "base ?; extra == 'y'"]
    index.add("app-1-py3-none-any.whl", requires=[*nonsense, "base"], extras=["x", "y"])
    explanation = why(index, "base", "app")

    assert [shown(chain) for chain in explanation.chains] == ["requirements.txt:1: app -> app 1: base"]


def test_projects_that_require_each_other_end() -> None:
    """A circle is followed once."""
    index = MemoryIndex()
    index.add("a-1-py3-none-any.whl", requires=["b"])
    index.add("b-1-py3-none-any.whl", requires=["a"])
    explanation = why(index, "a")

    assert [shown(chain) for chain in explanation.chains] == [
        "requirements.txt:1: a",
        "requirements.txt:1: a -> a 1: b -> b 1: a",
    ]


def test_a_screenful_names_the_nearest_of_many() -> None:
    """All of them on request."""
    index = diamond()
    for number in range(20):
        index.add(f"app{number}-1-py3-none-any.whl", requires=["base"])
    explanation = why(index, "base", *(f"app{number}" for number in range(20)))

    assert len(explanation.chains) == 20
    assert "  and 12 more (--all shows them)" in text(explanation)
    assert text(explanation, everything=True).count("-> app") == 20


def test_a_direct_reference_is_told_as_what_it_is() -> None:
    """Newer versions are not looked for, and no index is asked."""
    index = MemoryIndex()
    index.add_direct("https://host.example/demo-1.0-py3-none-any.whl", "demo-1.0-py3-none-any.whl")
    request = ask("demo @ https://host.example/demo-1.0-py3-none-any.whl")
    explanation = why(index, "demo", request)

    assert explanation.chosen.direct == "https://host.example/demo-1.0-py3-none-any.whl"
    assert explanation.newer == ()
    assert index.asked_pages == []
    assert "Newer versions were not looked for" in text(explanation)
