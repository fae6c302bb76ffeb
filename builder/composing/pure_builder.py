"""What builds sdists that compile nothing, with the indexes of this run."""

from __future__ import annotations

import os
import platform
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

from builder.build import BuildIndex, BuildPolicy, PureBuilder
from manylinux.architecture import Architecture
from manylinux.backends.building_python import BuildingPython
from manylinux.errors import UsageError
from manylinux.runtimes import default_runtime
from manylinux.target import Target
from prebuilt_index.urls import is_remote

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from builder.build.door import NativeDoor
    from builder.facts import World
    from builder.model import IndexOptions
    from manylinux.backends.port import Supplied
    from prebuilt_index.index.client import IndexSettings
    from prebuilt_index.pip_config import PipDefaults
    from prebuilt_index.store import Store


def pure_builder(
    options: IndexOptions,
    settings: IndexSettings,
    pip: PipDefaults,
    store: Store,
    native: NativeDoor,
    tell: Callable[[str], None],
    world: Callable[[], World],
    exclude_newer: datetime | None = None,
) -> PureBuilder:
    """The builder; what has to be compiled goes through `native`.

    pip knows one index. Where there are prebuilt ones lbuild resolves what builds require, with `world`, as
    far as it can say what loads on this machine.
    """
    http, offline = settings.http, settings.offline
    index = BuildIndex(
        index_url=options.index_url or pip.index_url,
        find_links=tuple(each for each in settings.find_links if not (offline and is_remote(each))),
        no_index=offline or not settings.indexes,
        trusted_hosts=http.trusted_hosts,
        certificates=None if http.ca_bundle is None else str(http.ca_bundle),
        client_certificate=pip.client_cert,
        proxy=pip.proxy,
        supply=_supply(world, store, exclude_newer) if settings.prebuilt else None,
    )
    policy = BuildPolicy(logs=store.root / "logs", offline=offline)
    return PureBuilder(store=store, index=index, policy=policy, environ=os.environ, native=native, tell=tell)


def _supply(
    world: Callable[[], World], store: Store, exclude_newer: datetime | None
) -> Callable[[Sequence[str]], Sequence[Supplied]] | None:
    """What supplies builds in the Python that runs this; None where wheels for it are not known by rule."""
    here = _here()
    if here is None:
        return None

    def supply(requires: Sequence[str]) -> Sequence[Supplied]:
        from builder.provisioning import Wheelhouse

        return Wheelhouse(world=world, store=store, exclude_newer=exclude_newer).supply(requires, here)

    return supply


def _here() -> Target | None:
    """This machine, said as a target: CPython on Linux with glibc, on a processor that Lambda has."""
    library, _, version = _libc().partition(" ")
    free = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    if sys.implementation.name != "cpython" or free or library != "glibc":
        return None
    major, minor = (int(part) for part in version.split(".")[:2])
    try:
        python = BuildingPython(
            path=Path(sys.executable),
            version=platform.python_version(),
            machine=Architecture.parse(platform.machine()).machine,
            glibc=(major, minor),
        )
    except UsageError:
        return None
    runtime = default_runtime()
    return python.place(Target(runtime=runtime, architecture=runtime.architectures[0]))


def _libc() -> str:
    """Such as `glibc 2.36`; empty where there is another."""
    try:
        return getattr(os, "confstr", lambda _: None)("CS_GNU_LIBC_VERSION") or ""
    except (ValueError, OSError):  # no system with glibc
        return ""
