"""The text of a recipe becomes a value, or an error that tells all that is wrong with it.

Nothing of it is run: texts that are commands or variables are only checked for what they name.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
import tomllib
import warnings
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from packaging.specifiers import SpecifierSet
from packaging.utils import InvalidName, canonicalize_name
from packaging.version import Version

from manylinux.architecture import Architecture
from manylinux.errors import LbuildError
from manylinux.runtimes import find_runtime, runtimes
from manylinux.target import Target
from prebuilt_index.errors import InvalidRecipeError
from prebuilt_index.recipes.fields import Fields
from prebuilt_index.recipes.values import Edit, Library, Recipe, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from manylinux.runtime import Runtime

SCHEMA = 1
BACKENDS = ("auto", "docker", "local", "zig")
MANAGERS = ("apt-get", "dnf", "microdnf", "yum")
_RECIPE = (
    *("schema", "project", "about", "versions", "targets", "backend", "packages", "environment"),
    *("config-settings", "edits", "libraries", "programs", "grafts", "licences", "smoke"),
)
_LIBRARY = ("schema", "library", "version", "licence", "needs", "programs", "source", "commands")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PACKAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9+._:=~-]*")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9+._-]*")
_KEPT = frozenset(
    {"PATH", "HOME", "TMPDIR", "SOURCE_DATE_EPOCH", "PYTHONHASHSEED", "LD_LIBRARY_PATH", "LD_PRELOAD"}
)
"""Variables that make builds what they are: a recipe does not change them."""


def read_recipe(text: str, file: str, libraries: Mapping[str, Library]) -> Recipe:
    """The recipe of a project; `libraries` by name. Raises InvalidRecipeError with every fault."""
    fields = Fields(table=document(text, file))
    fields.only(_RECIPE)
    check_schema(fields)
    smoke = fields.text("smoke", needed=True)
    backend = fields.text("backend") or "auto"
    if backend not in BACKENDS:
        fields.wrong("backend", f"is `{backend}`, and none of {', '.join(BACKENDS)}")
    if not _is_python(smoke):
        fields.wrong("smoke", "is no Python")
    linked = _linked(fields, libraries)
    if linked and backend not in ("zig", "auto"):
        fields.wrong("libraries", "are built with zig, which is not the backend here")
    newest, exactly = _versions(fields)
    recipe = Recipe(
        project=_project(fields),
        about=fields.text("about", needed=True),
        newest=newest,
        exactly=exactly,
        targets=tuple(targets_of(fields)),
        backend=backend,
        packages=_packages(fields),
        environment=_environment(fields),
        settings=_settings(fields),
        edits=tuple(_edits(fields)),
        libraries=linked,
        programs=_programs(fields),
        grafts=fields.texts("grafts"),
        licences=fields.pairs("licences"),
        smoke=smoke,
        digest=_digest(fields.table, *(each.digest for each in linked)),
        file=file,
    )
    raise_faults(fields, file)
    return recipe


def read_library(text: str, file: str) -> Library:
    """A library; whether there are those that it needs is the catalogue's to see. Raises
    InvalidRecipeError."""
    fields = Fields(table=document(text, file))
    fields.only(_LIBRARY)
    check_schema(fields)
    commands = fields.texts("commands")
    if not commands:
        fields.wrong("commands", "names none")
    library = Library(
        name=_named(fields, "library"),
        version=fields.text("version", needed=True),
        licence=fields.text("licence", needed=True),
        source=_source(fields.inner("source", needed=True)),
        commands=commands,
        needs=fields.texts("needs"),
        programs=fields.texts("programs"),
        digest=_digest(fields.table),
    )
    raise_faults(fields, file)
    return library


def document(text: str, file: str) -> dict[str, Any]:
    """Raises InvalidRecipeError when it is no TOML."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        nested = isinstance(error, RecursionError)
        told = "its tables are nested too deep" if nested else str(error)
        raise InvalidRecipeError(f"The recipe `{file}` is no TOML", evidence=[told]) from error


def raise_faults(fields: Fields, file: str) -> None:
    """Raises InvalidRecipeError when anything was found wrong."""
    if fields.faults:
        raise InvalidRecipeError(
            f"The recipe `{file}` cannot be used",
            evidence=fields.faults,
            hint="docs/recipes.md tells what may stand in one",
        )


def check_schema(fields: Fields) -> None:
    schema = fields.table.get("schema")
    if schema != SCHEMA or isinstance(schema, bool):
        fields.wrong(
            "schema", f"is {schema!r}, and this lbuild reads {SCHEMA}" if schema else f"is missing: {SCHEMA}"
        )


def _project(fields: Fields) -> Any:
    name = fields.text("project", needed=True)
    try:
        return canonicalize_name(name, validate=bool(name))
    except InvalidName:
        fields.wrong("project", f"is `{name}`, which is no name of a project")
        return canonicalize_name(name)


def _named(fields: Fields, key: str) -> str:
    name = fields.text(key, needed=True)
    if name and not _NAME.fullmatch(name):
        fields.wrong(key, f"is `{name}`, which is no plain name")
    return name


def _versions(fields: Fields) -> tuple[SpecifierSet | None, tuple[Version, ...]]:
    value = fields.table.get("versions", "")
    try:
        if isinstance(value, str):
            newest = SpecifierSet(value)
            newest.contains("0")  # reads the numbers
            return newest, ()
        if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
            return None, tuple(sorted({Version(each) for each in value}))
    except ValueError as error:
        fields.wrong("versions", f"is no specifier and no list of versions: {error}")
        return None, ()
    fields.wrong("versions", "is no specifier and no list of versions")
    return None, ()


def targets_of(fields: Fields) -> Iterator[Target]:
    """What `targets` names; all but previews where it names none."""
    inner = fields.inner("targets")
    inner.only(("runtimes", "architectures"))
    wanted: list[Runtime] = []
    for name in inner.texts("runtimes"):
        try:
            wanted.append(find_runtime(name))
        except LbuildError as error:
            inner.wrong("runtimes", f"names `{name}`: {error.hint or error.summary}")
    architectures: list[Architecture] = []
    for name in inner.texts("architectures"):
        try:
            architectures.append(Architecture.parse(name))
        except LbuildError as error:
            inner.wrong("architectures", f"names `{name}`: {'; '.join(error.evidence)}")
    for runtime in runtimes():
        if runtime in wanted if "runtimes" in inner.table else not runtime.preview:
            for architecture in runtime.architectures:
                if architecture in architectures or "architectures" not in inner.table:
                    yield Target(runtime=runtime, architecture=architecture)


def _packages(fields: Fields) -> dict[str, tuple[str, ...]]:
    inner = fields.inner("packages")
    inner.only(MANAGERS)
    found = {manager: inner.texts(manager) for manager in MANAGERS if manager in inner.table}
    for manager, names in found.items():
        for name in names:
            if not _PACKAGE.fullmatch(name):
                inner.wrong(manager, f"names `{name}`, which is no name of a package")
    return found


def _environment(fields: Fields) -> dict[str, str]:
    found = fields.pairs("environment")
    for name in found:
        if not _VARIABLE.fullmatch(name):
            fields.wrong("environment", f"has `{name}`, which is no name of a variable")
        elif name in _KEPT:
            fields.wrong("environment", f"has `{name}`, which is the same in every build")
    return found


def _settings(fields: Fields) -> dict[str, str | tuple[str, ...]]:
    inner = fields.inner("config-settings")
    found: dict[str, str | tuple[str, ...]] = {}
    for key, value in inner.table.items():
        found[key] = value if isinstance(value, str) else inner.texts(key)
    return found


def _edits(fields: Fields) -> Iterator[Edit]:
    for each in fields.tables("edits"):
        each.only(("file", "find", "replace"))
        file, find = each.text("file", needed=True), each.text("find", needed=True)
        path = PurePosixPath(file)
        if path.is_absolute() or ".." in path.parts or "\\" in file:
            each.wrong("file", f"is `{file}`, which is not below the project's folder")
        replace = each.table.get("replace")
        if not isinstance(replace, str):
            each.wrong("replace", "is no text")
            replace = ""
        yield Edit(file=file, find=find, replace=replace)


def _linked(fields: Fields, libraries: Mapping[str, Library]) -> tuple[Library, ...]:
    """What is to be built before, needs first."""
    found: dict[str, Library] = {}

    def add(name: str, asker: str) -> None:
        if name in found:
            return
        if name not in libraries:
            close = get_close(name, libraries)
            fields.wrong("libraries", f"{asker} `{name}`, and there is no such library{close}")
            return
        library = libraries[name]
        for each in library.needs:
            add(each, f"has `{name}`, which needs")
        found[name] = library

    for name in fields.texts("libraries"):
        add(name, "has")
    return tuple(found.values())


def get_close(name: str, known: Iterable[str]) -> str:
    """`; did you mean ...?`, or nothing."""
    from difflib import get_close_matches

    close = get_close_matches(name, sorted(known), n=1)
    return f"; did you mean `{close[0]}`?" if close else ""


def _programs(fields: Fields) -> dict[str, dict[str, str]]:
    inner = fields.inner("programs")
    for name in inner.table:
        if not _NAME.fullmatch(name):
            fields.wrong("programs", f"has `{name}`, which is no name of a program")
    return {name: inner.pairs(name) for name in inner.table}


def _source(fields: Fields) -> Source:
    fields.only(("file", "sha256", "debian", "urls"))
    file, sha256 = _named(fields, "file"), fields.text("sha256", needed=True)
    if sha256 and not _SHA256.fullmatch(sha256):
        fields.wrong("sha256", "is no sha256 in hex")
    debian, urls = fields.text("debian"), fields.texts("urls")
    for url in urls:
        if not url.startswith("https://"):
            fields.wrong("urls", f"has `{url}`, which is no https URL")
    if not debian and not urls:
        fields.wrong("debian", "is missing, and so are `urls`: nobody has the sources")
    return Source(file=file, sha256=sha256, debian=debian or None, urls=urls)


def _is_python(text: str) -> bool:
    try:
        with warnings.catch_warnings(action="ignore"):
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _digest(table: Mapping[str, Any], *more: str) -> str:
    """Of what a recipe says, however it is written down."""
    content = json.dumps([table, *more], sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()
