"""The tables of a project become a `Project`: names resolved, defaults filled in, faults told.

[tool.lbuild.defaults]          what holds for every function that does not say otherwise
[tool.lbuild.functions.NAME]    a function; `extends` another one to differ from it in a few keys
[tool.lbuild.layers.NAME]       a layer with content of its own, for functions that name it
[tool.lbuild.groups.NAME]       functions with one lock, which may share layers
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from builder.bytecode.mode import Mode
from builder.errors import ConfigurationError
from builder.model import Slimming
from builder.project.tables import Table, nearest
from builder.project.values import EVERYTHING, FixedLayer, Function, Group, Project, Wanted
from manylinux.architecture import Architecture
from manylinux.errors import LbuildError, SeveralErrors
from manylinux.runtimes import default_runtime, find_runtime
from manylinux.target import Target

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYS = ("defaults", "functions", "layers", "groups")
"""Of `[tool.lbuild]`: what makes it a project of functions."""
_WANTED = ("requirements", "constraints", "extras", "dependency-groups")
_FUNCTION = (
    *_WANTED,
    "source",
    "handler",
    "runtime",
    "arch",
    "slim",
    "exclude",
    "exclude-runtime-packages",
    "layers",
)
_DEFAULTS = (
    "requirements",
    "constraints",
    "runtime",
    "arch",
    "slim",
    "exclude",
    "exclude-runtime-packages",
    "output",
    "locks",
    "bytecode",
    "layer-path",
    "share-layers",
    "max-layers",
)
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MODES = (Mode.NONE.value, Mode.AUTO.value, Mode.ALL.value)
_LAYER_PATHS = ("python", "site-packages")


def read_project(keys: Mapping[str, Any], place: str, source: str) -> Project:
    """The project that `[tool.lbuild]` describes; `place` is that table's name, `source` its file's.

    Raises ConfigurationError, UnknownRuntimeError and UnknownArchitectureError, several at once.
    """
    top = Table(place=f"{place} in {source}" if place else source, keys=keys)
    head = f"{place}." if place else ""
    tables = {key: _below(top, f"{head}{key} in {source}", key) for key in KEYS}
    defaults = tables["defaults"]
    defaults.check_keys(_DEFAULTS)
    errors: list[LbuildError] = []
    layers = dict(_each(tables["layers"], _fixed_layer, errors))
    functions = dict(_each(tables["functions"], _Functions(tables["functions"], defaults, layers), errors))
    SeveralErrors.raise_any(errors)
    if not functions:
        raise ConfigurationError(
            f"`{source}` names no functions",
            hint=f"Write a table `[{head}functions.NAME]`, or begin with `lbuild init`",
        )
    for one, other in pairwise(sorted(functions, key=str.casefold)):
        if one.casefold() == other.casefold():
            raise ConfigurationError(
                f"`{one}` and `{other}` would be one file where case does not count",
                hint="Rename one of them",
            )
    idle = sorted(layers.keys() - {name for each in functions.values() for name in each.layers})
    if idle:
        raise ConfigurationError(
            f"No function names the layer `{idle[0]}`",
            hint=f'Write `layers = ["{idle[0]}"]` where it is wanted, or remove it',
        )
    return Project(
        source=source,
        output=defaults.text("output") or "dist",
        locks=defaults.text("locks"),
        bytecode=defaults.choice("bytecode", _mode, _MODES) or Mode.AUTO,
        functions=functions,
        layers=layers,
        groups=tuple(sorted(_groups(tables["groups"], defaults, functions), key=lambda each: each.name)),
        layer_path=defaults.choice("layer-path", _layer_path, _LAYER_PATHS) or "python",
    )


def _below(top: Table, place: str, key: str) -> Table:
    value = top.keys.get(key, {})
    if not isinstance(value, Mapping):
        raise ConfigurationError(f"`{place}` is not a table")
    return Table(place=place, keys=value)


def _each(table: Table, read: Any, errors: list[LbuildError]) -> Iterator[tuple[str, Any]]:
    """Every table below `table`, read; faults are gathered."""
    for name in sorted(table.keys):
        try:
            _check_name(name, table)
            yield name, read(name, table.inner(name))
        except LbuildError as error:
            errors.append(error)


def _check_name(name: str, table: Table) -> None:
    if not _NAME.fullmatch(name):
        raise ConfigurationError(
            f"`{name}` of `{table.place}` is no name",
            evidence=["names have letters, digits, `-` and `_`, 64 at most, as Lambda's"],
        )


def _fixed_layer(name: str, table: Table) -> FixedLayer:
    table.check_keys((*_WANTED, "exclude"))
    wanted = _wanted(table)
    if not wanted.requirements:
        raise ConfigurationError(
            f"`{table.place}` has no requirements", hint="Say what is in the layer with `requirements`"
        )
    return FixedLayer(name=name, wanted=wanted, exclude=table.words("exclude") or ())


def _wanted(table: Table, defaults: Table | None = None) -> Wanted:
    if "-" in (table.words("requirements") or ()):
        raise ConfigurationError(
            f"`requirements` of `{table.place}` name standard input", hint="Name a file instead of `-`"
        )
    everywhere = defaults.words("requirements") if defaults else None
    limits = defaults.words("constraints") if defaults else None
    return Wanted(
        requirements=(*(everywhere or ()), *(table.words("requirements") or ())),
        constraints=(*(limits or ()), *(table.words("constraints") or ())),
        extras=table.words("extras") or (),
        dependency_groups=table.words("dependency-groups") or (),
    )


class _Functions:
    """Reads one function after the other."""

    def __init__(self, tables: Table, defaults: Table, layers: Mapping[str, FixedLayer]) -> None:
        self._tables = tables
        self._defaults = defaults
        self._layers = layers

    def __call__(self, name: str, table: Table) -> Function:
        table = Table(place=table.place, keys=self._extended(name))
        table.check_keys(_FUNCTION)
        both = (table, self._defaults)
        function = Function(
            name=name,
            target=_target(*both),
            wanted=_wanted(*both),
            source=table.text("source"),
            handler=table.text("handler"),
            slimming=_first(each.choice("slim", Slimming, list(Slimming)) for each in both),
            exclude=table.words("exclude") or (),
            exclude_if_there=self._defaults.words("exclude") or (),
            exclude_runtime_packages=bool(_first(each.flag("exclude-runtime-packages") for each in both)),
            layers=table.words("layers") or (),
        )
        for layer in function.layers:
            if layer not in self._layers:
                raise ConfigurationError(
                    f"`{table.place}` names a layer that is not there: `{layer}`",
                    hint=nearest(layer, self._layers) or "Write a table for it below `layers`",
                )
        if not function.wanted.requirements and function.source is None:
            raise ConfigurationError(
                f"`{table.place}` has neither requirements nor source",
                hint="Say what the function is made of",
            )
        return function

    def _extended(self, name: str) -> Mapping[str, Any]:
        """The keys of a function, with those of the functions that it extends."""
        keys: dict[str, Any] = {}
        way = [name]
        while True:
            table = self._tables.inner(way[-1])
            keys = {**table.keys, **keys}
            keys.pop("extends", None)
            further = table.text("extends")
            if further is None:
                return keys
            if further not in self._tables.keys:
                raise ConfigurationError(
                    f"`{table.place}` extends a function that is not there: `{further}`",
                    hint=nearest(further, self._tables.keys),
                )
            if further in way:
                circle = " -> ".join(f"`{each}`" for each in (*way, further))
                raise ConfigurationError(
                    f"Functions extend each other in a circle: {circle}",
                    hint="Take `extends` out of one of them",
                )
            way.append(further)


def _target(table: Table, defaults: Table) -> Target:
    """Raises UnknownRuntimeError and UnknownArchitectureError, with the place in front."""
    runtime = table.text("runtime") or defaults.text("runtime")
    arch = table.text("arch") or defaults.text("arch")
    try:
        return Target(
            runtime=find_runtime(runtime) if runtime else default_runtime(),
            architecture=Architecture.parse(arch) if arch else Architecture.X86_64,
        )
    except LbuildError as error:
        raise type(error)(
            error.summary, evidence=(f"asked for by `{table.place}`", *error.evidence), hint=error.hint
        ) from error


def _first(values: Iterator[Any]) -> Any:
    return next((value for value in values if value is not None), None)


def _mode(text: str) -> Mode:
    if text not in _MODES:
        raise ValueError(text)
    return Mode(text)


def _layer_path(text: str) -> str:
    if text not in _LAYER_PATHS:
        raise ValueError(text)
    return text


def _groups(tables: Table, defaults: Table, functions: Mapping[str, Function]) -> Iterator[Group]:
    """The groups; without any all functions are one, and what is in none of several stands alone."""
    share, most = defaults.flag("share-layers"), defaults.count("max-layers")
    if not tables.keys:
        yield Group(
            name=EVERYTHING, functions=tuple(sorted(functions)), share_layers=bool(share), max_layers=most
        )
        return
    taken: dict[str, str] = {}
    for name in sorted(tables.keys):
        _check_name(name, tables)
        table = tables.inner(name)
        table.check_keys(("functions", "share-layers", "max-layers"))
        members = tuple(sorted(set(table.words("functions") or ())))
        for member in members:
            if member not in functions:
                raise ConfigurationError(
                    f"`{table.place}` names a function that is not there: `{member}`",
                    hint=nearest(member, functions),
                )
            if member in taken:
                raise ConfigurationError(
                    f"`{member}` is in two groups: `{taken[member]}` and `{name}`", hint="Take it out of one"
                )
            taken[member] = name
        own = table.flag("share-layers")
        limit = table.count("max-layers")
        yield Group(
            name=name,
            functions=members,
            share_layers=bool(share if own is None else own),
            max_layers=most if limit is None else limit,
        )
    for name in sorted(functions.keys() - taken):
        if name in tables.keys:
            raise ConfigurationError(
                f"`{name}` is a group and a function that is in no group",
                hint="Rename the group, or put the function into one",
            )
        yield Group(name=name, functions=(name,), share_layers=bool(share), max_layers=most)
