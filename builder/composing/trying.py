"""Bundles tried: unpacked, given the runtime's own packages, started; nothing of it is left."""

from __future__ import annotations

import os
import platform
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from builder.choices.try_choices import chosen_variables, demand_sense, read_event
from builder.composing.runtime_folder import runtime_folder
from builder.errors import WrongMachineError
from builder.inspection.bytecode import HEADER, read_header
from builder.inspection.guess import python_of_bytecode
from builder.trial.imports import import_all, offered, searched
from builder.trial.machine import architecture_of, compiled, machine_of, python_of
from builder.trial.start import CALL_LIMIT, INIT_LIMIT, cold_start
from builder.trial.unpack import remove, unpack
from builder.trial.values import Function, Tree, Verdict
from manylinux.errors import EnvironmentFault
from manylinux.runtimes import default_runtime, find_runtime, runtimes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from builder.bytecode.measuring import Saving
    from builder.choices.try_choices import TryChoices
    from builder.choices.wishes import CacheChoices, IndexChoices
    from builder.composing.talk import Talk
    from builder.inspection.values import Bytecode
    from builder.trial.beside.process import Listener
    from builder.trial.place import Place, Stage
    from builder.trial.values import Imports, Start
    from manylinux.runtime import Runtime


_ROUNDS = 2
"""Of measured imports, with bytecode and without: each has been imported once before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One bundle and what came of it."""

    bundle: Path
    starts: tuple[Start, ...] = ()
    imports: Imports | None = None
    saving: Saving | None = None
    """What the bundle's bytecode saves of the time of all its imports; None where that was not measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TryOutcome:
    """What one run of `lbuild try` found."""

    function: Function
    image: str | None
    """Of the containers; None on this machine."""
    tried: tuple[Tried, ...]


def run_try(
    choices: TryChoices,
    index: IndexChoices,
    cache: CacheChoices,
    talk: Talk,
    hear: Listener,
    hear_again: Listener,
) -> TryOutcome:
    """Try what is chosen and tell how it goes.

    What functions print in their first start goes to `hear`, that of later ones to `hear_again`.
    """
    demand_sense(choices)
    _demand_system(choices)
    event = read_event(choices.event)
    variables = chosen_variables(choices.variables, os.environ)
    with _trees(choices) as trees, ExitStack() as stack:
        runtime, by = _runtime(choices.runtime, trees)
        place = stack.enter_context(_place(runtime, choices, trees, cache, talk))
        interpreter = place.interpreter
        where = f" in `{place.image}`" if place.image else ""
        talk.say([f"{runtime.id} ({by}), with Python {interpreter.version}: `{interpreter.path}`{where}"])
        function = Function(
            runtime=runtime,
            interpreter=interpreter,
            handler=choices.handler or "",
            event=event,
            timeout=choices.timeout or (INIT_LIMIT if choices.imports else CALL_LIMIT),
            variables=variables,
        )
        _compare_machines(function, choices, trees, talk)
        packages = stack.enter_context(runtime_folder(runtime, place, index, cache, talk))
        stages = [stack.enter_context(place.stage(tree, runtime.sdk_dir, packages)) for tree in trees]
        if choices.imports:
            sdk = None if place.image else packages
            tried = _imported(function, choices, trees, stages, sdk, talk, hear)
        else:
            tried = _started(function, choices, stages, talk, hear, hear_again)
        return TryOutcome(function=function, image=place.image, tried=tried)


def _demand_system(choices: TryChoices) -> None:
    system = platform.system()
    if system != "Linux" and not choices.in_container:
        raise EnvironmentFault(
            "Bundles can only be tried on Linux",
            evidence=[f"this is {system}, whose Python does not load Linux's compiled modules"],
            hint="Add `--in-container`, or run `lbuild try` in a virtual machine with Linux",
        )
    if system == "Windows":
        raise EnvironmentFault(
            "Bundles cannot be tried on Windows",
            evidence=["its files have no modes and hardly links, and a bundle has both"],
            hint="Run `lbuild try` in the Linux subsystem, with or without `--in-container`",
        )


@contextmanager
def _place(
    runtime: Runtime, choices: TryChoices, trees: Sequence[Tree], cache: CacheChoices, talk: Talk
) -> Iterator[Place]:
    """Where the bundles run: this machine, or a container."""
    if not choices.in_container:
        from builder.trial.interpreter import find_interpreter
        from builder.trial.on_machine import OnMachine

        yield OnMachine(interpreter=find_interpreter(runtime.python, os.environ))
        return
    from builder.trial.in_container import ImageWish, opened_place

    machines = {machine for tree in trees for machine in _machines(tree)}
    wish = ImageWish(name=choices.image, architecture=architecture_of(machines), offline=cache.offline)
    with opened_place(runtime, wish, os.environ, talk.note) as place:
        yield place


@contextmanager
def _trees(choices: TryChoices) -> Iterator[tuple[Tree, ...]]:
    """Every bundle with the layers, unpacked below one folder; gone afterwards."""
    root = Path(os.path.realpath(tempfile.mkdtemp(prefix="lbuild-try-")))
    try:
        trees = tuple(Tree(root=root / str(number)) for number in range(len(choices.bundles)))
        for bundle, tree in zip(choices.bundles, trees, strict=True):
            unpack(bundle, choices.layers, tree)
        yield trees
    finally:
        remove(root)


def _runtime(chosen: str | None, trees: Sequence[Tree]) -> tuple[Runtime, str]:
    """The runtime and who chose it: the option, the bundles' compiled modules, or the default."""
    if chosen:
        return find_runtime(chosen), "--runtime"
    folders = [folder for tree in trees for folder in (tree.task, tree.opt)]
    python = python_of(path.name for path in compiled(folders)) or python_of_bytecode(_headers(folders))
    for runtime in runtimes():
        if runtime.python == python:
            return runtime, "what its compiled modules are for"
    return default_runtime(), "newest supported runtime; choose with --runtime"


def _headers(folders: Sequence[Path]) -> Iterator[Bytecode]:
    """What the bytecode below folders says of itself."""
    for folder in folders:
        for path in sorted(each for each in folder.rglob("*.pyc") if each.is_file()):
            with path.open("rb") as file:
                header = read_header(file.read(HEADER))
            if header is not None:
                yield header


def _compare_machines(function: Function, choices: TryChoices, trees: Sequence[Tree], talk: Talk) -> None:
    """Raises WrongMachineError for compiled files that this machine does not run."""
    here = function.interpreter.machine
    found: set[str] = set()
    for bundle, tree in zip(choices.bundles, trees, strict=True):
        machines = _machines(tree)
        found |= machines.keys()
        # Some packages bring files for several.
        if machines and here not in machines:
            machine, path = next(iter(machines.items()))
            raise WrongMachineError(
                f"`{bundle}` is for another machine",
                evidence=[f"{path.relative_to(tree.root)} is for {machine}", f"Python is for {here} here"],
                hint="Try it on a machine or in an image of its own kind, or build one with `--arch`",
            )
    glibc = function.interpreter.glibc
    if found and glibc is not None and glibc > function.runtime.os.glibc:
        ours, theirs = (".".join(map(str, each)) for each in (glibc, function.runtime.os.glibc))
        talk.note(f"glibc is {ours} here and {theirs} on Lambda: a library that needs more loads only here")


def _machines(tree: Tree) -> dict[str, Path]:
    """Machine to the last compiled file for it."""
    return {machine: path for path in compiled((tree.task, tree.opt)) if (machine := machine_of(path))}


def _imported(
    function: Function,
    choices: TryChoices,
    trees: Sequence[Tree],
    stages: Sequence[Stage],
    sdk: Path | None,
    talk: Talk,
    hear: Listener,
) -> tuple[Tried, ...]:
    tried = []
    for bundle, tree, stage in zip(choices.bundles, trees, stages, strict=True):
        imports = import_all(function, offered(function, tree), stage, hear)
        saving = None if sdk is None else _saving(function, tree, imports, sdk, talk)
        tried.append(Tried(bundle=bundle, imports=imports, saving=saving))
    return tuple(tried)


def _saving(function: Function, tree: Tree, imports: Imports, sdk: Path, talk: Talk) -> Saving | None:
    """What bytecode saves of the time that all that imports takes together, in one process."""
    failing = {fault.module for fault in imports.faults}
    modules = [module for module in imports.modules if module not in failing]
    folders = [folder for folder in searched(function, tree) if folder.is_dir()]
    if not modules or not any(any(folder.rglob("*.pyc")) for folder in folders):
        return None
    from builder.bytecode.measuring import measure_saving
    from builder.trial.environment import environment

    try:
        return measure_saving(
            function.interpreter,
            folders,
            modules,
            others=[sdk],
            rounds=_ROUNDS,
            environ=environment(function, tree),
        )
    except EnvironmentFault as fault:
        talk.note("; ".join([f"{fault.summary[:1].lower()}{fault.summary[1:]}", *fault.evidence]))
        return None


def _started(
    function: Function,
    choices: TryChoices,
    stages: Sequence[Stage],
    talk: Talk,
    hear: Listener,
    hear_again: Listener,
) -> tuple[Tried, ...]:
    """Bundles start in turn, so that other work of the machine falls on all alike; one that fails is out."""
    starts: list[list[Start]] = [[] for _ in stages]
    for number in range(choices.repeat):
        for stage, so_far in zip(stages, starts, strict=True):
            if not so_far or so_far[-1].verdict is Verdict.OK:
                so_far.append(cold_start(function, stage, hear_again if number else hear))
    for bundle, each in zip(choices.bundles, starts, strict=True):
        slowest = max((start.init_seconds or 0 for start in each), default=0)
        if slowest > INIT_LIMIT:
            talk.warn(f"`{bundle}` took {slowest:.1f} s to start; Lambda gives {INIT_LIMIT:.0f} s")
    return tuple(
        Tried(bundle=bundle, starts=tuple(each)) for bundle, each in zip(choices.bundles, starts, strict=True)
    )
