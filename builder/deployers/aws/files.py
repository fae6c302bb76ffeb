"""Zips of anyone's making, and what `lbuild build` wrote down, as wishes for Lambda."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from builder.deployers.aws.values import Deployment, FunctionWish, LayerWish, Zip
from builder.disk import no_such_file
from builder.errors import NotAsUploadedError, TooLargeError, TooManyLayersError
from builder.model import base64_of
from builder.project.tables import nearest
from manylinux.errors import EnvironmentFault, LbuildError, SeveralErrors, UsageError
from manylinux.runtimes import default_runtime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from builder.api import BuiltFile, BuiltFunction, BuiltProject

_LAYER_NAME = re.compile(r"[A-Za-z0-9_-]{1,140}")
_FUNCTION_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}|arn:aws[a-z-]*:lambda:.+|\d{12}:function:.+")
_PIECE = 1 << 20
Wish = TypeVar("Wish")


def is_manifest(path: Path) -> bool:
    """Whether it is one by its name, or a folder, which has to have one."""
    return os.path.isdir(path) or path.suffix == ".json"


def layers_of(path: Path, names: Sequence[str], prefix: str = "") -> tuple[LayerWish, ...]:
    """The layers that a manifest names, or those of them called `names`. Raises LbuildError."""
    project = _read(path)
    if not names:
        _demand_some(project.layers, path, "layers")
    return _layers(project, names or sorted(project.layers), prefix, path)


def functions_of(
    path: Path, names: Mapping[str, str | None], prefix: str = "", more: Sequence[str] = ()
) -> Deployment:
    """Functions of a manifest with the layers they need.

    `names`: those that are meant, with what they are called on Lambda if that is another name; empty: all.
    `more`: ARNs of layer versions that each has besides. Raises LbuildError.
    """
    project = _read(path)
    if not names:
        _demand_some(project.functions, path, "functions")
    wanted = names or dict.fromkeys(sorted(project.functions))
    for name in wanted:
        if name not in project.functions:
            raise _no(f"function `{name}`", path, name, project.functions)
    needed = dict.fromkeys(layer for name in wanted for layer in project.functions[name].layers)
    functions = _each(wanted, lambda name: _function(project.functions[name], wanted[name], prefix, more))
    _demand_apart(dict(zip(wanted, functions, strict=True)))
    return Deployment(layers=_layers(project, list(needed), prefix, path), functions=functions)


def _demand_apart(functions: Mapping[str, FunctionWish]) -> None:
    """Raises UsageError where two would be one on Lambda: the later one's code would be all that is left."""
    of: dict[str, str] = {}
    for name, wish in functions.items():
        other = of.setdefault(wish.name, name)
        if other != name:
            raise UsageError(f"`{other}` and `{name}` would both be `{wish.name}` on Lambda")


def layer_of(
    path: Path, name: str, runtimes: tuple[str, ...] = (), architectures: tuple[str, ...] = ()
) -> LayerWish:
    """A zip as a layer. Raises LbuildError."""
    _demand_name(name, _LAYER_NAME, "layer")
    return LayerWish(name=name, zip=open_zip(path), runtimes=runtimes, architectures=architectures)


def function_of(path: Path, wish: Callable[[Zip], FunctionWish]) -> Deployment:
    """A zip as a function. Raises LbuildError."""
    made = wish(open_zip(path))
    _demand_name(made.name, _FUNCTION_NAME, "function")
    return Deployment(functions=(made,))


def open_zip(path: Path) -> Zip:
    """The zip at `path`, listed and hashed; no entry is unpacked.

    Raises InputNotFoundError, UsageError, BadArchiveError, TooLargeError.
    """
    from builder.inspection.opening import list_part
    from builder.inspection.values import Role

    part = list_part(path)
    if part.zipped is None or part.role is Role.WHEEL:
        what = "a folder" if part.zipped is None else "a wheel"
        raise UsageError(
            f"`{path}` is {what}, and Lambda takes a zip", hint="Make one with `lbuild ... -o bundle.zip`"
        )
    _demand_limit(part.unzipped, f"`{path}`")
    sha256 = _digest(path)
    return Zip(
        path=path,
        sha256=sha256,
        code_sha256=base64_of(sha256),
        size=part.zipped,
        unpacked=part.unzipped,
    )


def _read(path: Path) -> BuiltProject:
    from builder.api import read_build

    return read_build(path)


def _demand_some(built: Mapping[str, BuiltFile], path: Path, kind: str) -> None:
    """Raises UsageError where there is nothing to bring to Lambda: to say nothing would look like success."""
    if not built:
        raise UsageError(f"`{path}` names no {kind}", hint="Build them first, with `lbuild build`")


def _layers(project: BuiltProject, names: Sequence[str], prefix: str, path: Path) -> tuple[LayerWish, ...]:
    def wish(name: str) -> LayerWish:
        if name not in project.layers:
            raise _no(f"layer `{name}`", path, name, project.layers)
        layer = project.layers[name]
        _demand_name(f"{prefix}{name}", _LAYER_NAME, "layer")
        return LayerWish(
            name=f"{prefix}{name}",
            zip=_as_built(layer),
            runtimes=layer.runtimes,
            architectures=layer.architectures,
        )

    return _each(names, wish)


def _function(function: BuiltFunction, name: str | None, prefix: str, more: Sequence[str]) -> FunctionWish:
    called = name or f"{prefix}{function.name}"
    _demand_name(called, _FUNCTION_NAME, "function")
    _demand_limit(function.unpacked_with_layers, f"`{function.name}` with its layers")
    layers = (*(f"{prefix}{layer}" for layer in function.layers), *more)
    most = default_runtime().limits.layers
    if len(layers) > most:
        raise TooManyLayersError(
            f"`{function.name}` would have {len(layers)} layers, and Lambda takes {most}",
            evidence=[f"its own: {', '.join(function.layers) or 'none'}", f"`--layer`: {', '.join(more)}"],
            hint="Say how many of its own it may have with `max-layers`",
        )
    return FunctionWish(
        name=called,
        zip=_as_built(function),
        runtime=function.runtime,
        architecture=function.architecture,
        handler=function.handler,
        layers=layers,
    )


def _as_built(file: BuiltFile) -> Zip:
    """Raises NotAsUploadedError unless the file is the one that the manifest tells of."""
    found = open_zip(file.path)
    if found.sha256 != file.sha256:
        raise NotAsUploadedError(
            f"`{file.path}` is not what the manifest says",
            evidence=[f"sha256 is {found.sha256}", f"the manifest has {file.sha256}"],
            hint="Build again with `lbuild build`",
        )
    return replace(found, unpacked=file.unpacked)


def _demand_limit(unpacked: int, what: str) -> None:
    limit = default_runtime().limits.unzipped_bytes
    if unpacked >= limit:
        raise TooLargeError(
            f"{what} is too large for Lambda",
            evidence=[f"{unpacked:,} bytes unpacked; it must be smaller than {limit:,}"],
            hint="`lbuild size` tells where the bytes are; `--fit` builds what fits",
        )


def _demand_name(name: str, pattern: re.Pattern[str], kind: str) -> None:
    if not pattern.fullmatch(name):
        raise UsageError(
            f"`{name}` is no name for a {kind}",
            hint="Lambda takes letters, digits, `-` and `_`: " + ("140 of them" if kind == "layer" else "64"),
        )


def _no(what: str, path: Path, name: str, known: Iterable[str]) -> UsageError:
    names = sorted(known)
    return UsageError(
        f"`{path}` tells of no {what}",
        evidence=[f"there are: {', '.join(f'`{each}`' for each in names)}" if names else "there are none"],
        hint=nearest(name, names),
    )


def _each(names: Iterable[str], wish: Callable[[str], Wish]) -> tuple[Wish, ...]:
    """The wish of each name. Faults of several are told together."""
    wishes: list[Wish] = []
    errors: list[LbuildError] = []
    for name in names:
        try:
            wishes.append(wish(name))
        except LbuildError as error:
            errors.append(error)
    SeveralErrors.raise_any(errors)
    return tuple(wishes)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
    except FileNotFoundError as error:
        raise no_such_file(path) from error
    except OSError as error:
        raise EnvironmentFault(f"`{path}` cannot be read", evidence=[error.strerror or str(error)]) from error
    return digest.hexdigest()
