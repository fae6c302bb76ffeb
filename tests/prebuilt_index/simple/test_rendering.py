"""What is written is read back as it was, whatever stands in it."""

import json
from dataclasses import replace
from datetime import UTC
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from packaging.utils import NormalizedName

from prebuilt_index.artefacts import IndexFile, ProjectPage, ProjectStatus
from prebuilt_index.simple.html_page import read_html
from prebuilt_index.simple.json_page import page_from_json
from prebuilt_index.simple.rendering import (
    project_as_html,
    project_as_json,
    projects_as_html,
    projects_as_json,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = NormalizedName("demo")
PAGE_URL = "https://index.example/prefix/simple/demo/"
HOSTILE = (
    "\"'><script>alert(1)</script>&amp;&#x0;&lt;!-- ]]> </a> %2e%2e\\ "
    "\N{RIGHT-TO-LEFT OVERRIDE}\N{SNOWMAN} = \N{LATIN SMALL LETTER E WITH ACUTE}"
)

hexes = {"sha256": 64, "md5": 32, "blake2b": 128}
digests = st.sampled_from(sorted(hexes)).flatmap(
    lambda name: st.text("0123456789abcdef", min_size=hexes[name], max_size=hexes[name]).map(
        lambda value: {name: value}
    )
)
one_hash = st.just({}) | digests
texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))
"""NUL aside: no HTML can hold it."""
names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._!+-]{0,40}\.whl", fullmatch=True) | st.sampled_from(
    ["demo-1.0-py3-none-any.whl", "demo-1!2.0+l.1-1x-py3-none-any.whl", "demo-2.0.tar.gz"]
)


@st.composite
def files(draw: st.DrawFn) -> IndexFile:
    filename = draw(names)
    return IndexFile(
        filename=filename,
        url=f"https://files.example/a%20b/{filename.replace('+', '%2B')}",
        hashes=draw(one_hash),
        size=draw(st.none() | st.integers(0, 1 << 50)),
        requires_python=draw(st.none() | texts.filter(bool)),
        upload_time=draw(st.none() | st.datetimes(timezones=st.just(UTC))),
        yanked=draw(st.none() | texts),
        metadata_hashes=draw(st.none() | one_hash),
    )


pages = st.builds(
    ProjectPage,
    name=st.just(NAME),
    files=st.lists(files(), max_size=5).map(tuple),
    filenames=st.just(()),
    status=st.sampled_from(ProjectStatus),
    status_reason=st.none() | texts,
).map(lambda page: replace(page, filenames=tuple(file.filename for file in page.files)))


def plain(page: ProjectPage) -> ProjectPage:
    """The page with its lazy sequences made tuples, to be compared."""
    return replace(page, files=tuple(page.files), filenames=tuple(page.filenames))


def with_file(**fields: object) -> ProjectPage:
    file = IndexFile(filename="demo-1.0-py3-none-any.whl", url="https://f.example/demo-1.0-py3-none-any.whl")
    file = replace(file, **fields)  # type: ignore[arg-type]  # any field
    return ProjectPage(name=NAME, files=(file,), filenames=(file.filename,))


@given(pages)
@example(with_file(yanked=HOSTILE, requires_python=HOSTILE))
@example(with_file(yanked="", metadata_hashes={}))
@example(replace(with_file(), status=ProjectStatus.QUARANTINED, status_reason=HOSTILE))
def test_json_is_read_back(page: ProjectPage) -> None:
    read = page_from_json(project_as_json(page), project=NAME, page_url=PAGE_URL)
    assert plain(read) == page


@given(pages)
@example(with_file(yanked=HOSTILE, requires_python=HOSTILE))
@example(with_file(yanked="\r\n\t\x1b\x85\u2028", requires_python="\x7f\x80\x9f"))
@example(with_file(yanked="", metadata_hashes={}))
@example(replace(with_file(), status=ProjectStatus.QUARANTINED, status_reason=HOSTILE))
def test_html_is_read_back_but_for_sizes_and_times(page: ProjectPage) -> None:
    read = read_html(project_as_html(page), page_url=PAGE_URL)
    said = tuple(replace(file, size=None, upload_time=None) for file in page.files)
    assert plain(read.of(NAME, "")) == replace(page, files=said)
    assert read.declares_api


@given(pages)
def test_equal_pages_have_equal_bytes(page: ProjectPage) -> None:
    turned = [replace(file, hashes=dict(reversed(file.hashes.items()))) for file in page.files]
    again = replace(page, files=turned)
    assert project_as_json(page) == project_as_json(again)
    assert project_as_html(page) == project_as_html(again)


@pytest.mark.parametrize(
    ("page", "version"),
    [
        (with_file(), "1.0"),
        (with_file(size=3), "1.1"),
        (replace(with_file(size=3), status=ProjectStatus.ARCHIVED), "1.4"),
    ],
)
def test_a_page_says_the_version_that_has_all_it_says(page: ProjectPage, version: str) -> None:
    form = json.loads(project_as_json(page))
    assert form["meta"] == {"api-version": version}
    assert f'name="pypi:repository-version" content="{version}"' in project_as_html(page).decode()
    assert ("versions" in form) == (version != "1.0")


def test_versions_are_listed_once_in_their_order() -> None:
    names = [f"demo-{version}-py3-none-any.whl" for version in ("1.10", "1.9", "1.10+opt", "odd", "1.9.0")]
    found = tuple(IndexFile(filename=name, url=f"https://f.example/{name}", size=1) for name in names)
    form = json.loads(project_as_json(ProjectPage(name=NAME, files=found, filenames=names)))
    assert form["versions"] == ["1.9", "1.10", "1.10+opt"]


def test_nothing_of_a_reason_becomes_markup() -> None:
    tags: list[str] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            tags.append(tag)

    Tags().feed(project_as_html(with_file(yanked=HOSTILE, requires_python=HOSTILE)).decode())
    assert tags == ["html", "head", "meta", "meta", "title", "body", "h1", "a", "br"]


@given(st.sets(st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True).map(NormalizedName), max_size=5))
def test_lists_of_projects_name_each(projects: set[NormalizedName]) -> None:
    form = json.loads(projects_as_json(projects))
    assert [each["name"] for each in form["projects"]] == sorted(projects)
    assert form["meta"] == {"api-version": "1.0"}
    anchors: list[Mapping[str, str | None]] = []

    class Anchors(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == "a":
                anchors.append(dict(attrs))

    Anchors().feed(projects_as_html(projects).decode())
    assert anchors == [{"href": f"{name}/"} for name in sorted(projects)]
