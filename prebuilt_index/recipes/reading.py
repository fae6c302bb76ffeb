"""The text of a recipe becomes a value, or an error that tells all that is wrong with it.

Nothing of it is run: texts that are commands or variables are only checked for what they name.
"""

from __future__ import annotations

import ast
import re
import warnings
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import InvalidName, canonicalize_name
from packaging.version import Version

from manylinux.architecture import Architecture
from manylinux.backends.docker.wish import is_image_name
from manylinux.backends.limits import LIMITS, Limits, read_limit
from manylinux.errors import LbuildError
from manylinux.runtimes import find_runtime, runtimes
from manylinux.target import Target
from prebuilt_index.recipes.document import NAME, check_schema, digest_of, document, raise_faults
from prebuilt_index.recipes.fields import Fields
from prebuilt_index.recipes.values import Edit, Recipe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from packaging.utils import BuildTag

    from manylinux.runtime import Runtime
    from prebuilt_index.recipes.values import Library

BACKENDS = ("auto", "docker", "local", "zig")
MANAGERS = ("apt-get", "dnf", "microdnf", "yum")
_RECIPE = (
    *("schema", "project", "about", "versions", "build-tag", "targets", "backend", "image", "packages"),
    *(
        "environment",
        "config-settings",
        "edits",
        "libraries",
        "programs",
        "grafts",
        "limits",
        "licences",
        "smoke",
        "smoke-requires",
    ),
)
_OF_BACKENDS = {
    **dict.fromkeys(("libraries", "programs"), ("zig", "are for builds with zig")),
    **dict.fromkeys(("image", "packages"), ("docker", "is for builds in containers")),
}
"""Keys that another backend would pass over, `auto` aside."""
_BUILD_TAG = re.compile(r"(\d{1,6})([a-z_][a-z0-9_]*)?", re.ASCII)
_PACKAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9+._:=~-]*")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
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
    if not _is_python(smoke):
        fields.wrong("smoke", "is no Python")
    linked = _linked(fields, libraries)
    newest, exactly = _versions(fields)
    recipe = Recipe(
        project=_project(fields),
        about=fields.text("about", needed=True),
        newest=newest,
        exactly=exactly,
        build=_build_tag(fields),
        targets=tuple(targets_of(fields)),
        backend=_backend(fields),
        image=_image(fields),
        packages=_packages(fields),
        environment=_environment(fields),
        settings=_settings(fields),
        edits=tuple(_edits(fields)),
        libraries=linked,
        programs=_programs(fields),
        grafts=fields.texts("grafts"),
        limits=_limits(fields),
        licences=fields.pairs("licences"),
        smoke=smoke,
        smoke_requires=_requirements(fields, "smoke-requires"),
        digest=digest_of(fields.table, *(each.digest for each in linked)),
        file=file,
    )
    raise_faults(fields, file)
    return recipe


def _backend(fields: Fields) -> str:
    backend = fields.text("backend") or "auto"
    if backend not in BACKENDS:
        fields.wrong("backend", f"is `{backend}`, and none of {', '.join(BACKENDS)}")
        return backend
    for key, (of, what) in _OF_BACKENDS.items():
        if fields.table.get(key) and backend not in (of, "auto"):
            fields.wrong(key, f"{what}, and `backend` is `{backend}`")
    return backend


def _image(fields: Fields) -> str | None:
    name = fields.text("image")
    if name and not is_image_name(name):
        fields.wrong("image", f"is `{name}`, which is no name of an image")
    return name or None


def _build_tag(fields: Fields) -> BuildTag:
    """PEP 427: a number, and a text that settles ties."""
    text = fields.text("build-tag")
    found = _BUILD_TAG.fullmatch(text)
    if text and found is None:
        fields.wrong(
            "build-tag", f"is `{text}`: write a number, and lower-case letters if need be: `1lambda`"
        )
    return () if found is None else (int(found[1]), found[2] or "")


def _project(fields: Fields) -> Any:
    name = fields.text("project", needed=True)
    try:
        return canonicalize_name(name, validate=bool(name))
    except InvalidName:
        fields.wrong("project", f"is `{name}`, which is no name of a project")
        return canonicalize_name(name)


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


def _limits(fields: Fields) -> Limits:
    inner = fields.inner("limits")
    inner.only(LIMITS)
    found: dict[str, int] = {}
    for name in LIMITS:
        if name in inner.table:
            try:
                found[name] = read_limit(name, inner.table[name])
            except ValueError as error:
                inner.wrong(name, f"is `{inner.table[name]}`, which {error}")
    return Limits(**found)


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


def _requirements(fields: Fields, key: str) -> tuple[str, ...]:
    found = fields.texts(key)
    for each in found:
        try:
            named = Requirement(each)
        except InvalidRequirement as error:
            fields.wrong(key, f"has `{each}`, which is no requirement: {str(error).splitlines()[0]}")
        else:
            if named.url is not None:
                fields.wrong(key, f"has `{each}`: a URL is not looked up in an index")
    return found


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
        if not NAME.fullmatch(name):
            fields.wrong("programs", f"has `{name}`, which is no name of a program")
    return {name: inner.pairs(name) for name in inner.table}


def _is_python(text: str) -> bool:
    try:
        with warnings.catch_warnings(action="ignore"):
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
