"""`pyproject.toml` to requests."""

import pytest

from builder.errors import InputNotFoundError
from builder.model import Inputs
from factories.inputs import read_words, written
from manylinux.errors import LbuildError, SeveralErrors, UsageError

PROJECT = """
[project]
name = "Mine"
requires-python = ">=3.11,<4"
dependencies = ["numpy>=2", "x @ https://h/x.zip ; os_name == 'nt'"]

[project.optional-dependencies]
web = ["flask"]
Data_Sets = ["pandas", "numpy>=2"]
all = ["mine[web,data-sets]", "mine"]
old = ["mine[web]; python_version < '3.12'", "tomli; os_name == 'nt'"]
ring = ["mine[gnir]; python_version < '3.12'", "a"]
gnir = ["mine[ring]; python_version < '3.13'", "b"]

[dependency-groups]
test = ["pytest>8", {include-group = "lint"}]
lint = ["ruff"]
Both_Ways = [{include-group = "test"}, {include-group = "lint"}]
self = ["mine[web]"]
"""


def read_project(text: str | bytes, **options: object) -> Inputs:
    return read_words("pyproject.toml", files={"pyproject.toml": text}, **options).inputs


def asked(inputs: Inputs) -> list[str]:
    return [str(request.requirement) for request in inputs.requests]


def test_dependencies_keep_their_place() -> None:
    """Messages name the entry; the project's demand on Python is kept."""
    inputs = read_project(PROJECT)

    assert written(inputs.requests) == [
        "pyproject.toml project.dependencies[0] numpy>=2",
        'pyproject.toml project.dependencies[1] x @ https://h/x.zip ; os_name == "nt"',
    ]
    assert inputs.requests[1].direct == "https://h/x.zip"
    assert inputs.requires_python == "<4,>=3.11"


@pytest.mark.parametrize(
    ("extras", "groups", "more"),
    [
        (["web"], [], ["flask"]),
        (["WEB", "data.sets"], [], ["flask", "pandas"]),
        (["all"], [], ["pandas", "flask"]),
        (["all", "web"], [], ["flask", "pandas"]),
        (["old"], [], ['tomli; os_name == "nt"', 'flask; python_version < "3.12"']),
        (["ring"], [], ["a", 'b; python_version < "3.12"']),
        ([], ["test"], ["pytest>8", "ruff"]),
        ([], ["both-ways"], ["pytest>8", "ruff"]),
        ([], ["lint", "test"], ["ruff", "pytest>8"]),
        ([], ["self"], ["flask"]),
        (["web"], ["lint"], ["flask", "ruff"]),
    ],
)
def test_extras_and_groups_add_to_the_dependencies(
    extras: list[str], groups: list[str], more: list[str]
) -> None:
    """Names are normalized, extras of the project itself unfolded, each request made once."""
    inputs = read_project(PROJECT, extras=extras, groups=groups)

    assert asked(inputs)[2:] == more


def test_markers_on_the_way_to_an_extra_are_joined() -> None:
    """A dependency counts only where every marker on its way holds."""
    inputs = read_project(
        "[project]\nname='m'\n[project.optional-dependencies]\n"
        "a = [\"m[b]; os_name == 'nt'\"]\nb = [\"x; python_version < '3' or python_version > '4'\"]",
        extras=["a"],
    )
    (request,) = inputs.requests
    assert request.requirement is not None
    assert request.requirement.marker is not None
    holds = request.requirement.marker.evaluate

    assert holds({"os_name": "nt", "python_version": "2.7"})
    assert not holds({"os_name": "nt", "python_version": "3.12"})
    assert not holds({"os_name": "posix", "python_version": "2.7"})


def test_groups_need_no_project_table() -> None:
    """PEP 735 stands alone."""
    assert asked(read_project("[dependency-groups]\nx = ['a']", groups=["x"])) == ["a"]


@pytest.mark.parametrize(
    ("text", "options", "told"),
    [
        ("", {}, "pyproject.toml: it has no `[project]` table"),
        ("[tool.poetry.dependencies]\npython = '*'", {}, "pyproject.toml: it has no `[project]` table"),
        ("[project", {}, "pyproject.toml: it is no TOML"),
        (b"\xff", {}, "pyproject.toml: it is no TOML"),
        ("x = " + "[" * 5000, {}, "pyproject.toml: it is no TOML that can be read"),
        ("x = " + "1" * 5000, {}, "pyproject.toml: it is no TOML that can be read"),
        ("project = 1", {}, "pyproject.toml: `project` is no table"),
        ("[project]\nname='m'\ndependencies = 'a'", {}, "pyproject.toml: `project.dependencies` is no list"),
        (
            "[project]\nname='m'\ndependencies = [1]",
            {},
            "pyproject.toml: `project.dependencies[0]` is no string",
        ),
        (
            "[project]\nname='m'\noptional-dependencies = []",
            {},
            "pyproject.toml: `project.optional-dependencies` is no table",
        ),
        (
            "[project]\nname='m'\nrequires-python = 'new'",
            {},
            "pyproject.toml: `project.requires-python` is `new`, which is no version specifier",
        ),
        (
            "[project]\nname='m'\nrequires-python = 3",
            {},
            "pyproject.toml: `project.requires-python` is no string",
        ),
        (
            "[project]\nname='m'\ndynamic = ['dependencies']",
            {},
            "pyproject.toml: `project.dependencies` is dynamic: only a build can tell it",
        ),
        (
            "[project]\nname='m'\ndynamic = ['optional-dependencies']",
            {"extras": ["a"]},
            "pyproject.toml: `project.optional-dependencies` is dynamic: only a build can tell it",
        ),
        ("[project]\nname='m'", {"extras": ["a"]}, "pyproject.toml: it has no extra `a`"),
        ("[project]\nname='m'", {"groups": ["a"]}, "pyproject.toml: it has no dependency group `a`"),
        (
            "[dependency-groups]\na=[{include-group='b'}]\nb=[{include-group='a'}]",
            {"groups": ["a"]},
            "pyproject.toml: `[dependency-groups]` breaks PEP 735",
        ),
        (
            "[dependency-groups]\na=[{include-group='b'}]",
            {"groups": ["a"]},
            "pyproject.toml: `[dependency-groups]` breaks PEP 735",
        ),
        (
            "[dependency-groups]\na=['x y']",
            {"groups": ["a"]},
            "pyproject.toml: `[dependency-groups]` breaks PEP 735",
        ),
        (
            "[dependency-groups]\na=[]\nA=[]",
            {"groups": ["a"]},
            "pyproject.toml: `[dependency-groups]` breaks PEP 735",
        ),
        (
            "[dependency-groups]\na=1",
            {"groups": ["a"]},
            "pyproject.toml: `[dependency-groups]` breaks PEP 735",
        ),
        (
            "[project]\nname='m'\ndependencies = ['./pkg']",
            {},
            "pyproject.toml project.dependencies[0]: `./pkg` is no requirement",
        ),
        (
            "[project]\nname='m'\ndependencies = ['m[zz]']",
            {},
            "pyproject.toml project.dependencies[0]: it has no extra `zz`",
        ),
    ],
)
def test_a_broken_file_is_told(text: str | bytes, options: dict[str, list[str]], told: str) -> None:
    """Each fault by the name of its entry."""
    with pytest.raises(LbuildError) as caught:
        read_project(text, **options)

    assert caught.value.summary == told


def test_a_deep_chain_of_groups_is_told() -> None:
    """No recursion error gets out."""
    groups = "\n".join(f"g{n} = [{{include-group = 'g{n + 1}'}}]" for n in range(3000))
    with pytest.raises(LbuildError) as caught:
        read_project(f"[dependency-groups]\n{groups}\ng3000 = []", groups=["g0"])

    assert caught.value.summary == "pyproject.toml: `[dependency-groups]` include one another too deep"


def test_extras_that_multiply_without_end_are_told() -> None:
    """Two markers at each of 40 steps would make 2^40 dependencies."""
    extras = "\n".join(
        f"e{n} = [\"m[e{n + 1}]; python_version > '{n}.1'\", \"m[e{n + 1}]; python_version > '{n}.2'\"]"
        for n in range(40)
    )
    with pytest.raises(LbuildError) as caught:
        read_project(
            f"[project]\nname='m'\n[project.optional-dependencies]\n{extras}\ne40 = ['x']", extras=["e0"]
        )

    assert caught.value.summary == "pyproject.toml: its extras unfold to more than 10000 dependencies"


def test_all_broken_dependencies_are_told_together() -> None:
    """With the entry of each."""
    with pytest.raises(SeveralErrors) as caught:
        read_project("[project]\nname='m'\ndependencies = ['a b', 'fine', 'c=1']")

    assert [error.summary.partition(": ")[0] for error in caught.value.errors] == [
        "pyproject.toml project.dependencies[0]",
        "pyproject.toml project.dependencies[2]",
    ]


def test_near_names_of_extras_are_told() -> None:
    """A slip in an extra's name has its hint."""
    with pytest.raises(UsageError) as caught:
        read_project(PROJECT, extras=["wbe"])

    assert caught.value.hint == "Did you mean `web`?"


def test_extras_without_a_project_are_refused() -> None:
    """They would be ignored otherwise."""
    with pytest.raises(UsageError, match=r"no pyproject\.toml or lock is among the inputs"):
        read_words("numpy", extras=["web"])


def test_a_missing_pyproject_is_told() -> None:
    """As any missing file."""
    with pytest.raises(InputNotFoundError):
        read_words("pyproject.toml")
