"""Whether a wheel does on the target what its recipe asks: unpacked with all that it requires, in that
Python.

The bundle is the one that `lbuild` would make: what the wheel requires is resolved for the target, and
every compiled file is held against the runtime. For another architecture the Python is one of a system that
qemu runs, where a folder with one is given; else nothing is run, and that is told.
"""

from __future__ import annotations

import os
import platform
import shutil
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from builder.build.environment import for_native
from builder.build.process import FailedError, Leash
from builder.choices.bundle_choices import BundleChoices
from builder.choices.wishes import InputChoices, TargetChoices
from builder.composing.compose import run_bundle
from builder.composing.talk import Quiet
from builder.errors import SmokeTestError
from builder.farm.values import Smoke
from manylinux.backends.limits import Limits
from manylinux.backends.port import ExceededError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from builder.farm.values import Made, Site
    from manylinux.target import Target
    from prebuilt_index.recipes import Recipe

_START = "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); runpy.run_path(sys.argv[1])"
_PATIENCE = 300.0
"""Seconds."""
_PRINTED = 4 << 20
"""Bytes."""
_LIMITS = Limits(seconds=_PATIENCE)
_QUOTED = 8
"""Lines."""


def tried(made: Made, recipe: Recipe, target: Target, site: Site, folder: Path, log: Path) -> Smoke:
    """Run the recipe's statements with the wheel. Raises SmokeTestError, and what bundling raises.

    `folder`: new files go there; `log`: what was printed.
    """
    bundle = _bundle(made, recipe.smoke_requires, target, site, folder)
    if not site.smoke:
        return Smoke(ran=False, how="not asked for")
    found = _python(target, site)
    if found.why_not:
        return Smoke(ran=False, how=found.why_not)
    script = folder / "smoke.py"
    script.write_text(recipe.smoke, encoding="utf-8")
    # -I would leave PYTHONHOME aside, by which qemu's Python finds its library.
    isolated = "-s" if found.environ else "-I"
    words = (*found.words, isolated, "-B", "-c", _START, str(bundle), str(script))
    _run(words, found.environ, folder, log, made, target)
    return Smoke(ran=True, how=found.how)


def _bundle(made: Made, more: Sequence[str], target: Target, site: Site, folder: Path) -> Path:
    wheel = folder / made.filename
    wheel.write_bytes(made.content)
    output = folder / "bundle"
    wishes = replace(
        site.wishes,
        inputs=InputChoices(words=(str(wheel), *more)),
        target=TargetChoices(runtime=target.runtime.id, arch=target.architecture.value),
    )
    choices = BundleChoices(output=f"{output}/", no_limit=True, slim="none", bytecode="none")
    run_bundle(wishes, choices, Quiet())
    return output


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A Python to run in, or why there is none."""

    words: tuple[str, ...] = ()
    how: str = ""
    why_not: str = ""
    environ: Mapping[str, str] = field(default_factory=dict)


def _python(target: Target, site: Site) -> _Found:
    python = target.runtime.python
    if platform.system() == "Linux" and platform.machine() == target.architecture.machine:
        return _of_machine(python)
    root = site.emulated.get(python)
    if root is None:
        return _Found(why_not=f"no Python {python} for {target.architecture.machine} is here")
    qemu = shutil.which(f"qemu-{target.architecture.machine}") or shutil.which(
        f"qemu-{target.architecture.machine}-static"
    )
    program = root / "usr" / "bin" / f"python{python}"
    if qemu is None:
        return _Found(why_not=f"there is no qemu for {target.architecture.machine}")
    if not program.is_file():
        return _Found(why_not=f"`{root}` has no Python {python}")
    return _Found(
        words=(qemu, "-L", str(root), str(program)),
        how="qemu",
        environ={"PYTHONHOME": str(root / "usr")},
    )


def _of_machine(python: str) -> _Found:
    from builder.composing.native import unfit_to_build
    from builder.interpreter.finding import search

    found = search(python, os.environ, unfit_to_build).found
    if found is None:
        return _Found(why_not=f"no Python {python} is here")
    return _Found(words=(str(found.path),), how=f"Python {found.version}")


def _run(
    command: Sequence[str], environ: Mapping[str, str], folder: Path, log: Path, made: Made, target: Target
) -> None:
    from manylinux.backends.confinement import confined

    home = folder / "home"
    home.mkdir()
    leash = Leash(
        environ={**for_native(os.environ, home), **environ},
        mark=str(folder),
        log=log,
        output=_PRINTED,
        deadline=time.monotonic() + _PATIENCE,
        pulse=lambda: None,
        folder=folder,
        limits=_LIMITS,
    )
    words = confined(command, os.environ.get("PATH", os.defpath), folder, _LIMITS)
    try:
        leash.run(words, cwd=home)
    except (FailedError, ExceededError) as error:
        said = log.read_text(encoding="utf-8", errors="replace").splitlines()
        raise SmokeTestError(
            f"`{made.filename}` was built, and fails its smoke test on {target.id}",
            evidence=[str(error), *said[-_QUOTED:]],
            hint="Mend the recipe, or its `smoke`",
        ) from error
