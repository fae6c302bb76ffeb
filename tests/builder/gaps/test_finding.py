"""What could make a wheel that is missing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from packaging.utils import canonicalize_name

from builder.composing.gaps import read_sdist
from builder.gaps.finding import LARGEST, Looking, gaps
from builder.gaps.text import gaps_as_json, gaps_text
from builder.gaps.values import Help, Kind, Row
from builder.testing import MemoryIndex
from factories.native_projects import with_setuptools
from factories.projects import pkg_info, tar_gz, write_sdist
from factories.recipes import a_recipe
from factories.targets import make_target
from prebuilt_index.errors import IndexUnreachableError
from prebuilt_index.recipes import Catalogue, Reason
from prebuilt_index.recipes.reasons import read_reasons

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from packaging.utils import NormalizedName

    from manylinux.backends.project import Project
    from manylinux.target import Target
    from prebuilt_index.artefacts import IndexFile, ProjectPage

DEMO = canonicalize_name("demo")
TARGETS = [make_target("python3.11"), make_target("python3.13", "arm64")]
NO_RECIPES = Catalogue()


class Client:
    """An index in memory whose files are in a folder."""

    def __init__(self, index: MemoryIndex, folder: Path) -> None:
        self.index = index
        self.folder = folder
        self.downloaded: list[str] = []

    def page(self, project: NormalizedName) -> ProjectPage:
        return self.index.page(project)

    def hint(self, projects: Sequence[NormalizedName]) -> None:
        """Nothing."""

    def download(self, file: IndexFile) -> Path:
        self.downloaded.append(file.filename)
        return self.folder / file.filename


def refusals(project: Project, target: Target) -> list[tuple[str, str | None]]:
    """zig has no Python for the newer one."""
    return [
        ("zig", None if target.runtime.python == "3.11" else "needs a Python: get one"),
        ("docker", "no engine"),
    ]


LOOKING = Looking(read=read_sdist, refusals=refusals)


def asked(client: Client, catalogue: Catalogue = NO_RECIPES, looking: Looking | None = LOOKING) -> Row:
    (row,) = gaps([DEMO], TARGETS, client, catalogue, looking)
    return row


def native(tmp_path: Path) -> Client:
    archive = with_setuptools(tmp_path)
    index = MemoryIndex()
    index.add(archive.name)
    return Client(index, tmp_path)


def test_a_backend_by_a_look_at_the_sdist(tmp_path: Path) -> None:
    client = native(tmp_path)
    row = asked(client)
    assert row.help == (
        Help(by="zig", why="as far as its sdist shows"),
        Help(by="", why="zig: needs a Python: get one; docker: no engine"),
    )
    assert client.downloaded == ["demo-1.0.tar.gz"]


def test_a_recipe_for_the_target_comes_first_and_nothing_is_downloaded(tmp_path: Path) -> None:
    client = native(tmp_path)
    row = asked(client, Catalogue(recipes={DEMO: a_recipe()}))
    assert row.help == (Help(by="recipe", why="zig"),) * 2
    assert not client.downloaded


def test_a_recipe_for_other_versions_or_targets_is_no_help(tmp_path: Path) -> None:
    other = a_recipe(more='versions = ["0.9"]')
    assert asked(native(tmp_path), Catalogue(recipes={DEMO: other})).help[0] == Help(
        by="zig", why="as far as its sdist shows"
    )
    elsewhere = replace(a_recipe(), targets=())
    assert asked(native(tmp_path), Catalogue(recipes={DEMO: elsewhere})).help[0] != Help(
        by="recipe", why="zig"
    )


def a_reason(versions: str = "<=1.0") -> Reason:
    text = f'schema = 1\n[[reasons]]\nproject = "demo"\nversions = "{versions}"\nwhy = "needs a printer"\n'
    (found,) = read_reasons(text + 'instead = ["paper", "ink"]\n', "some.toml")
    return found


def test_a_known_reason_is_told_instead_of_what_an_sdist_looks_like(tmp_path: Path) -> None:
    client = native(tmp_path)
    row = asked(client, Catalogue(reasons={DEMO: (a_reason(),)}))
    known = Help(
        by="",
        why="needs a printer",
        tried="<=1.0",
        instead=(canonicalize_name("paper"), canonicalize_name("ink")),
    )
    assert row.help == (known, known)
    assert not client.downloaded
    _, line, _, total = gaps_text([row], TARGETS)
    assert line.endswith("nothing here: needs a printer; paper or ink instead")
    assert total.endswith("of these 0 can be made here, 0 by a recipe; of 1 it is known why not")
    (project,) = gaps_as_json([row])["projects"]
    assert project["targets"][0]["help"] == {
        "by": None,
        "why": "needs a printer",
        "tried": "<=1.0",
        "instead": ["paper", "ink"],
    }


def test_a_recipe_goes_before_a_reason_and_a_newer_version_is_looked_at(tmp_path: Path) -> None:
    both = Catalogue(recipes={DEMO: a_recipe()}, reasons={DEMO: (a_reason(),)})
    assert asked(native(tmp_path), both).help == (Help(by="recipe", why="zig"),) * 2
    older = Catalogue(reasons={DEMO: (a_reason("<1.0"),)})
    assert asked(native(tmp_path), older).help[0] == Help(by="zig", why="as far as its sdist shows")


def test_what_names_extension_modules_is_not_pure_whatever_its_sources_are(tmp_path: Path) -> None:
    setup = 'from setuptools import Extension, setup\nsetup(ext_modules=[Extension("x", ["x.i"])])\n'
    files = {"setup.py": setup, "x.i": "%module x", "PKG-INFO": pkg_info("demo", "1.0").decode()}
    archive = tmp_path / "demo-1.0.tar.gz"
    archive.write_bytes(tar_gz({f"demo-1.0/{name}": text.encode() for name, text in files.items()}))
    index = MemoryIndex()
    index.add(archive.name)
    assert asked(Client(index, tmp_path)).help[0] == Help(by="zig", why="as far as its sdist shows")


def test_what_has_no_native_code_is_pure(tmp_path: Path) -> None:
    index = MemoryIndex()
    index.add(write_sdist(tmp_path, "demo", "1.0").name)
    assert {each.by for each in asked(Client(index, tmp_path)).help if each} == {"pure"}


def test_an_sdist_that_cannot_be_looked_into_is_told(tmp_path: Path) -> None:
    (tmp_path / "demo-1.0.tar.gz").write_bytes(b"no archive")
    index = MemoryIndex()
    index.add("demo-1.0.tar.gz")
    (first, _) = asked(Client(index, tmp_path)).help
    assert first is not None
    assert first.why.startswith("its sdist cannot be looked into: ")


def test_a_large_sdist_and_none_at_all(tmp_path: Path) -> None:
    index = MemoryIndex()
    index.add("demo-1.0.tar.gz", size=LARGEST + 1)
    client = Client(index, tmp_path)
    assert asked(client).help[0] == Help(by="", why="its sdist has 32 MB, and was not looked into")
    index = MemoryIndex()
    index.add("demo-1.0-cp39-cp39-win_amd64.whl")
    assert asked(Client(index, tmp_path)).help[0] == Help(by="", why="there is no sdist")
    assert not client.downloaded


def test_a_project_that_no_index_knows(tmp_path: Path) -> None:
    row = asked(Client(MemoryIndex(), tmp_path))
    assert {fate.kind for fate in row.fates} == {Kind.UNKNOWN}
    assert list(gaps_text([row], TARGETS))[-1] == "no index knows demo"


def test_an_index_that_cannot_say_ends_it(tmp_path: Path) -> None:
    class Silent(Client):
        def page(self, project: NormalizedName) -> ProjectPage:
            raise IndexUnreachableError("nobody answers")

    with pytest.raises(IndexUnreachableError):
        asked(Silent(MemoryIndex(), tmp_path))


def test_the_table_and_the_json_say_the_same(tmp_path: Path) -> None:
    row = asked(native(tmp_path))
    head, first, second, _, total = gaps_text([row], TARGETS)
    assert head.split()[:3] == ["project", "version", "targets"]
    assert "3.11 x86_64" in first
    assert "zig, as far as its sdist shows" in first
    assert "nothing here: zig: needs a Python" in second
    assert total == "1 project on 2 targets: 1 with gaps; of these 0 can be made here, 0 by a recipe"
    (project,) = gaps_as_json([row])["projects"]
    assert [each["help"]["by"] for each in project["targets"]] == ["zig", None]


def test_a_backend_sees_the_sources_and_they_go_afterwards(tmp_path: Path) -> None:
    setup = "from numpy.distutils.core import setup\nsetup(sources=['x.f90'])\n"
    files = {"setup.py": setup, "x.f90": "end", "PKG-INFO": pkg_info("demo", "1.0").decode()}
    archive = tmp_path / "demo-1.0.tar.gz"
    archive.write_bytes(tar_gz({f"demo-1.0/{name}": text.encode() for name, text in files.items()}))
    index = MemoryIndex()
    index.add(archive.name)
    seen: list[Path] = []

    def refused(project: Project, target: Target) -> list[tuple[str, str | None]]:
        seen.append(project.folder)
        return [("zig", "compiles no Fortran" if project.has_fortran else None)]

    row = asked(Client(index, tmp_path), looking=Looking(read=read_sdist, refusals=refused))
    assert row.help == (Help(by="", why="zig: compiles no Fortran"),) * 2
    assert not any(folder.exists() for folder in seen)
