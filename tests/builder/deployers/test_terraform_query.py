"""Queries of Terraform's `external` data source: what they mean, and what is refused."""

import json
from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builder.api import Resolving
from builder.deployers.terraform.query import LARGEST, BundleQuery, ProjectQuery, Query, read_query
from builder.errors import QueryError
from manylinux.errors import LbuildError, SeveralErrors


def read(**keys: Any) -> Query:
    return read_query(json.dumps(keys).encode())


def refused(data: bytes | None = None, **keys: Any) -> list[LbuildError]:
    """The errors of a query."""
    with pytest.raises((QueryError, SeveralErrors)) as caught:
        read_query(json.dumps(keys).encode() if data is None else data)
    return list(caught.value.errors) if isinstance(caught.value, SeveralErrors) else [caught.value]


def test_a_bundle() -> None:
    query = read(
        requirements=json.dumps(["a.txt", "numpy<2"]),
        output="build/a.zip",
        runtime="python3.13",
        architecture="arm64",
        source="src",
        layer="false",
        exclude_runtime_packages="true",
        max_size="200000000",
        constraints="one.txt\n  two.txt \n\n",
        exclude_newer="2026-11-23",
        prereleases="true",
    )

    assert query == BundleQuery(
        output="build/a.zip",
        arguments={
            "requirements": ("a.txt", "numpy<2"),
            "runtime": "python3.13",
            "architecture": "arm64",
            "source": "src",
            "layer": False,
            "exclude_runtime_packages": True,
            "max_size": 200_000_000,
            "resolving": Resolving(
                constraints=("one.txt", "two.txt"), exclude_newer=datetime(2026, 11, 23), prereleases=True
            ),
        },
    )


def test_a_function_of_a_project() -> None:
    assert read(project=".", function="api", locked="true") == ProjectQuery(
        function="api", folder=".", arguments={"locked": True}
    )


def test_what_is_empty_or_null_says_nothing() -> None:
    """HCL's null inside a map of strings."""
    query = read(output="a.zip", source="", slim=None, exclude="")

    assert isinstance(query, BundleQuery)
    assert query.arguments == {"resolving": Resolving()}


@pytest.mark.parametrize(("layer", "meant"), [("true", True), ("site-packages", "site-packages")])
def test_a_layer_may_name_its_path(layer: str, meant: object) -> None:
    query = read(output="a.zip", layer=layer)
    assert query.arguments["layer"] == meant


def test_an_extra_looks_like_no_list() -> None:
    """Only what begins with a bracket is JSON."""
    assert read(output="a.zip", requirements="tool[fast]").arguments["requirements"] == ("tool[fast]",)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "there is nothing"),
        (b" \n", "there is nothing"),
        (b"{", "Expecting"),
        (b"\xff\xfe", "codec can't decode"),
        (b"[" * 100_000, "recursion"),
    ],
)
def test_what_is_no_query(data: bytes, said: str) -> None:
    (error,) = refused(data)
    assert error.summary == "Standard input is no query"
    assert said in error.evidence[0]


def test_what_is_no_object() -> None:
    assert refused(b"[1]")[0].summary == "The query is no JSON object"
    assert refused(b" " * (LARGEST + 1))[0].summary == "The query is too large"


def test_values_are_strings() -> None:
    """All that are not are told."""
    errors = refused(output="a.zip", requirements=["a.txt"], layer=True)
    assert [error.summary for error in errors] == [
        "`requirements` of the query is no string",
        "`layer` of the query is no string",
    ]


def test_faults_are_told_together() -> None:
    summaries = [error.summary for error in refused(requirments="a", fit="yes", max_size="1MB", slim="very")]
    assert summaries == [
        "The query has a key `requirments` that nobody reads",
        "`fit` is neither true nor false",
        "`max_size` is no number of bytes",
        "`slim` is `very`, which means nothing",
        "The query has no `output`",
    ]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"output": "folder/"}, "no name of a zip"),
        ({"output": "-"}, "no name of a zip"),
        ({"output": "a.zip", "exclude": "[1]"}, "no list of strings"),
        ({"output": "a.zip", "exclude": "[nothing"}, "is no list"),
        ({"output": "a.zip", "exclude_newer": "soon"}, "is no date"),
        ({"output": "a.zip", "max_size": "٣"}, "no number of bytes"),
        ({"output": "a.zip", "function": "api"}, "a key `function` that nobody reads"),
        ({"project": ".", "requirements": "x"}, "stands beside `project`"),
        ({"project": ".", "functions": "x"}, "a key `functions` that nobody reads"),
    ],
)
def test_one_fault(keys: dict[str, str], said: str) -> None:
    (error,) = refused(**keys)
    assert said in error.summary


KEYS = ("output", "requirements", "layer", "exclude", "exclude_newer", "max_size", "slim", "project", "other")
TEXTS = st.text(max_size=20) | st.sampled_from(["a.zip", "true", "[", '["a"]', "2026-01-01", "safe", "7"])


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(KEYS), st.none() | TEXTS | st.integers(), max_size=5))
def test_nothing_but_query_errors(keys: dict[str, Any]) -> None:
    with suppress(QueryError, SeveralErrors):
        read_query(json.dumps(keys).encode())


@pytest.mark.parametrize("text", ["a\0.zip", "\ud800.zip"])
def test_what_no_file_is_called_is_refused(text: str) -> None:
    """JSON can write it; it must not come as far as the system."""
    (error,) = refused(json.dumps({"output": text}).encode())
    assert error.summary == "`output` of the query has a character that no text has"


def test_a_number_of_bytes_has_an_end() -> None:
    (error,) = refused(output="a.zip", max_size="9" * 5000)
    assert error.summary == "`max_size` is no number of bytes"


def test_standard_input_is_the_query_itself() -> None:
    """What was read to its end already would be an empty list of requirements."""
    (error,) = refused(output="a.zip", requirements="tool\n-")
    assert error.summary == "`requirements` names standard input, which is the query"
