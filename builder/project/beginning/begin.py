"""What a folder holds becomes the text of a first lbuild.toml."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from builder.errors import ConfigurationError
from builder.project.beginning import apps, folders, sam, serverless
from builder.project.finding import OWN, PYPROJECT, is_described
from builder.project.reading import read_project
from manylinux.runtimes import default_runtime

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from builder.project.beginning.values import Inferred

_DEPLOYERS = (sam.infer, serverless.infer, apps.infer_chalice, apps.infer_zappa)
CDK = "cdk.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """A first configuration, and what is to be told of it."""

    text: str
    inferred: tuple[str, ...]
    notes: tuple[str, ...]


def begin(folder: Path) -> Beginning:
    """Raises ConfigurationError where there is a configuration already, or nothing to begin with."""
    if os.path.exists(folder / OWN) or is_described(folder):
        there = OWN if os.path.exists(folder / OWN) else PYPROJECT
        raise ConfigurationError(
            f"`{there}` describes a project already", hint="Change it; `lbuild build` builds it"
        )
    found = next((each for infer in _DEPLOYERS if (each := infer(folder)) and each.functions), None)
    told = found or folders.infer(folder)
    if os.path.isfile(folder / CDK):
        told = replace(
            told,
            notes=(*told.notes, f"`{CDK}` says nothing of functions: these are the folders by their look"),
        )
    told = _with_a_runtime(told)
    if not told.functions:
        raise ConfigurationError(
            "Nothing here looks like a function",
            evidence=[
                f"looked for: requirements.txt, pyproject.toml, {sam.NAMES[0]}, {serverless.NAMES[0]}",
                f"{apps.CHALICE}, {apps.ZAPPA}",
            ],
            hint="Write `lbuild.toml` by hand: a table `[functions.NAME]` with `requirements` and `source`",
        )
    document = _document(told)
    read_project(document, "", OWN)  # what init writes is what build reads
    return Beginning(
        text=_text(told, document),
        inferred=tuple(_lines(told)),
        notes=told.notes,
    )


def _with_a_runtime(told: Inferred) -> Inferred:
    """Where nothing says one, the newest is written down: a later lbuild with a newer one changes nothing."""
    if "runtime" in told.defaults or any("runtime" in guess.keys for guess in told.functions):
        return told
    newest = default_runtime().id
    return replace(
        told,
        defaults={"runtime": newest, **told.defaults},
        notes=(*told.notes, f"nothing says which runtime: `{newest}`, the newest supported, is written down"),
    )


def _document(told: Inferred) -> dict[str, Any]:
    defaults = dict(told.defaults)
    functions = {guess.name: dict(guess.keys) for guess in told.functions}
    for key in ("runtime", "arch"):
        values = Counter(keys.get(key) for keys in functions.values())
        (value, times), *_ = values.most_common(1)
        if value is not None and times == len(functions):
            defaults[key] = value
            for keys in functions.values():
                del keys[key]
    if len(functions) > 1:
        defaults.setdefault("share-layers", True)
    document: dict[str, Any] = {"defaults": defaults} if defaults else {}
    if told.layers:
        document["layers"] = {guess.name: dict(guess.keys) for guess in told.layers}
    return {**document, "functions": functions}


def _text(told: Inferred, document: dict[str, Any]) -> str:
    """TOML with a line above each table that says where it was seen."""
    import tomli_w

    parts = ["# Begun by `lbuild init`; build it with `lbuild build`.\n"]
    if "defaults" in document:
        parts.append(tomli_w.dumps({"defaults": document["defaults"]}))
    for kind, guesses in (("layers", told.layers), ("functions", told.functions)):
        for guess in guesses:
            table = tomli_w.dumps({kind: {guess.name: document[kind][guess.name]}})
            parts.append(f"# From {_plain(guess.because)}.\n{table}")
    return "\n".join(parts)


def _lines(told: Inferred) -> Iterator[str]:
    for kind, guesses in (("layer", told.layers), ("function", told.functions)):
        for guess in guesses:
            keys = ", ".join(f"{key} {_shown(value)}" for key, value in guess.keys.items())
            yield f"{kind} {guess.name}, from {_plain(guess.because)}: {keys}"


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _plain(text: str) -> str:
    """On one line, whatever a file or a resource is called."""
    return "".join(character if character.isprintable() else "?" for character in text)
