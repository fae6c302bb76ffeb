"""Backends that compile, wired: which Pythons are here, where compilers come from, how wheels end."""

from __future__ import annotations

import os
import socket
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from builder.build.environment import FIXED
from builder.build.finishing import VERSION, finished
from builder.build.native import NativeBuilds
from manylinux.backends.building_python import BuildingPython
from manylinux.backends.docker.backend import Docker
from manylinux.backends.local import Local
from manylinux.backends.zig.backend import Zig

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from builder.build.choice import Wishes
    from builder.composing.talk import Talk
    from builder.facts import World
    from builder.interpreter.values import Interpreter
    from builder.model import ResolveOptions
    from manylinux.backends.port import Made
    from manylinux.repair import Promise
    from manylinux.target import Target
    from prebuilt_index.store import Store


def native_builds(
    target: Target,
    wishes: Wishes,
    store: Store,
    world: Callable[[], World],
    options: ResolveOptions,
    talk: Talk,
    *,
    offline: bool = False,
    permits: Callable[[str], bool] = lambda needed: True,
) -> NativeBuilds:
    """What compiles for `target`; nothing is fetched or asked before something must be built.

    `permits`: whether a library of this name may be put into a wheel.
    """
    from builder.provisioning import Wheelhouse
    from builder.toolchains import Toolchains

    toolchains = Toolchains(world=world, store=store, tell=talk.note)
    wheelhouse = Wheelhouse(world=world, store=store, exclude_newer=options.exclude_newer)
    path = os.environ.get("PATH", os.defpath)

    def find_python(python: str) -> tuple[BuildingPython | None, str]:
        return _found(python, store)

    zig = Zig(
        find_python=find_python, toolchain=toolchains.zig, shelf=toolchains.shelf, plain=_plain, path=path
    )
    local = Local(find_python=find_python, plain=_plain, path=path)

    docker = Docker(
        environ=os.environ,
        fixed=FIXED,
        host=this_machine(),
        offline=offline,
        wish=wishes.image,
    )

    def listen(label: str, line: str) -> None:
        talk.detail(f"{label}: {line}")

    def finish(made: Made, promised: Promise, folder: Path) -> tuple[Path, Sequence[str]]:
        return finished(made, promised, target, folder, permits)

    return NativeBuilds(
        target=target,
        wishes=wishes,
        backends={"zig": zig, "docker": docker, "local": local},
        special={name: {"docker": replace(docker, wish=wish)} for name, wish in wishes.images.items()},
        supply=wheelhouse.supply,
        finish=finish,
        finishing=VERSION,
        tell=talk.note,
        listen=listen,
    )


def _found(python: str, store: Store) -> tuple[BuildingPython | None, str]:
    """A CPython of this machine that can build extension modules; or None, and how to get one."""
    from builder.interpreter.finding import ways_to_get
    from builder.interpreter.remembered import find_remembered

    # One without headers serves where nothing is compiled after all, and its build says what it lacks.
    found = find_remembered(python, os.environ, without_headers, store) or find_remembered(
        python, os.environ, unfit_to_build, store
    )
    if found is None:
        return None, ways_to_get(python)
    return BuildingPython(
        path=found.path, version=found.version, machine=found.machine, glibc=found.glibc
    ), ""


def unfit_to_build(interpreter: Interpreter) -> str:
    """Why an interpreter cannot build for Lambda."""
    if interpreter.bits != 64:
        return "it has 32 bits"
    return "" if interpreter.has_gil else "it is free-threaded, and Lambda's is not"


def without_headers(interpreter: Interpreter) -> str:
    """Why an interpreter cannot compile what includes `Python.h`."""
    return unfit_to_build(interpreter) or ("" if interpreter.has_headers else "it has no `Python.h`")


def _plain(home: Path) -> Mapping[str, str]:
    from builder.build.environment import for_native

    return for_native(os.environ, home)


def this_machine() -> str:
    """A name that no other machine has, as far as that can be known without asking anybody."""
    return f"{socket.gethostname()}-{uuid.getnode():x}"
