"""Whose Python makes a bundle's bytecode, found as the user wishes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from builder.bytecode.interpreter import find_compiler, of_preview
from builder.bytecode.workshop import BytecodeWorkshop
from builder.choices.bundle_choices import CONTAINER, HOST

if TYPE_CHECKING:
    from collections.abc import Callable

    from builder.ports import Progress
    from manylinux.runtime import Runtime
    from prebuilt_index.store import Store


def bytecode_workshop(
    runtime: Runtime,
    where: str,
    store: Store,
    progress: Progress,
    note: Callable[[str], None],
    *,
    offline: bool,
) -> tuple[BytecodeWorkshop | None, str]:
    """Where the runtime's bytecode is made; or None and why there is none.

    `where` is that of `--compile-in`. A container that was asked for and is not to be had is an error: raises
    what `ContainerPython` raises.
    """
    # Which Python is found is no evidence of a resolution: the environment need not be watched.
    if where == HOST:
        interpreter, reason = find_compiler(runtime, os.environ, store)
        return None if interpreter is None else BytecodeWorkshop(store, interpreter, progress), reason
    if reason := of_preview(runtime):
        return None, reason
    from builder.bytecode.in_container import ContainerPython  # the engine's SDK takes half a second to load

    image = None if where == CONTAINER else where
    python = ContainerPython(runtime, image, store, os.environ, note, offline=offline)
    return BytecodeWorkshop(store, python.interpreter, progress, python), ""
