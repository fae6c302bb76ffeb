"""What a runtime brings beside Python, a folder of the cache: awslambdaric and the SDK, built by lbuild.

    trial-v1/<runtime>-<machine>-<digest of the requirements>/    with bytecode, as Lambda's has

The versions are those known to be on Lambda; a folder is made beside its place and renamed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

from builder.cli.cache_folder import cache_folder
from builder.cli.terminal import Terminal
from manylinux.errors import EnvironmentFault

if TYPE_CHECKING:
    from pathlib import Path

    from builder.cli.options import CacheChoices, IndexChoices
    from builder.trial.values import Function
    from manylinux.architecture import Architecture
    from manylinux.runtime import Runtime

_KIND = "trial-v1"


def runtime_folder(
    function: Function,
    architecture: Architecture,
    index: IndexChoices,
    cache: CacheChoices,
    spare: Path,
    terminal: Terminal,
) -> Path:
    """A folder with the packages of the runtime, for this machine; `spare` when nothing is cached."""
    words = _requirements(function.runtime)
    digest = hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]
    name = f"{function.runtime.id}-{architecture.value}-{digest}"
    place = spare if cache.no_cache else cache_folder(cache.cache_dir) / _KIND / name
    if place.is_dir():
        return place
    terminal.note(f"getting what {function.runtime.id} brings: {', '.join(words)}")
    made = place.with_name(f"{place.name}.{os.getpid()}")
    try:
        _build(words, function, architecture, index, cache, made)
        _compile(function, made)
        _rename(made, place)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return place


def _requirements(runtime: Runtime) -> tuple[str, ...]:
    pinned = tuple(f"{name}=={version}" for name, version in sorted(runtime.preinstalled.items()))
    return ("awslambdaric", *(pinned or ("boto3",)))


def _build(
    words: tuple[str, ...],
    function: Function,
    architecture: Architecture,
    index: IndexChoices,
    cache: CacheChoices,
    output: Path,
) -> None:
    from builder.cli.bundle_choices import BundleChoices
    from builder.cli.compose import run_bundle
    from builder.cli.options import InputChoices, ResolveChoices, TargetChoices, Wishes

    wishes = Wishes(
        inputs=InputChoices(words=words),
        target=TargetChoices(runtime=function.runtime.id, arch=architecture.value),
        resolve=ResolveChoices(only_binary=(":all:",)),
        index=index,
        cache=cache,
    )
    run_bundle(wishes, BundleChoices(output=f"{output}{os.sep}"), Terminal(-1))


def _compile(function: Function, folder: Path) -> None:
    """Bytecode that needs no look at the sources: they do not change, and their dates mean nothing."""
    command = [str(function.interpreter.path), "-I", "-S", "-m", "compileall", "-q"]
    done = subprocess.run(
        [*command, "--invalidation-mode", "unchecked-hash", folder],
        check=False, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", errors="replace",
    )  # fmt: skip
    if done.returncode:
        raise EnvironmentFault(
            f"Python {function.interpreter.version} cannot compile what the runtime brings",
            evidence=(done.stdout + done.stderr).splitlines()[-5:],
            hint="Look at what that Python lacks, or at the space in the cache",
        )


def _rename(made: Path, place: Path) -> None:
    try:
        made.rename(place)
    except OSError as error:
        if not place.is_dir():  # else another process was faster
            raise EnvironmentFault(
                f"`{place}` cannot be made",
                evidence=[str(error)],
                hint="Name another cache with `--cache-dir`",
            ) from error
