"""Recipes of projects that build in no time, and what reads them."""

from pathlib import Path

from prebuilt_index.recipes import Catalogue, Library, Recipe, read_catalogue
from prebuilt_index.recipes.reading import read_recipe
from prebuilt_index.recipes.reading_library import read_library

QUICK = """\
schema = 1
project = "{project}"
about = "It is quick."
backend = "zig"
targets = {{runtimes = {runtimes}, architectures = ["x86_64", "arm64"]}}
smoke = "import {project}; assert {project}.answer == 42"
"""
LIBRARY = """\
schema = 1
library = "{name}"
version = "1.0"
licence = "MIT"
needs = {needs}
commands = ["make install DESTDIR={{root}}"]

[source]
file = "{name}-1.0.tar.gz"
sha256 = "{sha256}"
debian = "{name}"
"""


def quick_recipe(
    project: str, runtimes: tuple[str, ...] = ("python3.11", "python3.13"), more: str = ""
) -> str:
    """The text of a recipe; `more` is put before its smoke test."""
    text = QUICK.format(project=project, runtimes=list(runtimes))
    return text.replace("smoke =", f"{more}\nsmoke =") if more else text


def library_text(name: str, needs: tuple[str, ...] = (), sha256: str = "0" * 64) -> str:
    return LIBRARY.format(name=name, needs=list(needs), sha256=sha256)


def a_recipe(project: str = "demo", *, more: str = "", libraries: dict[str, Library] | None = None) -> Recipe:
    return read_recipe(quick_recipe(project, more=more), f"{project}.toml", libraries or {})


def a_library(name: str, needs: tuple[str, ...] = (), sha256: str = "0" * 64) -> Library:
    return read_library(library_text(name, needs, sha256), f"{name}.toml")


def write_recipes(
    folder: Path, *projects: str, runtimes: tuple[str, ...] = ("python3.11", "python3.13")
) -> Path:
    """A folder with recipes of these projects."""
    folder.mkdir(parents=True, exist_ok=True)
    for project in projects:
        (folder / f"{project}.toml").write_text(quick_recipe(project, runtimes), encoding="utf-8")
    return folder


def a_catalogue(folder: Path, *projects: str) -> Catalogue:
    return read_catalogue([write_recipes(folder, *projects)], own=False)
