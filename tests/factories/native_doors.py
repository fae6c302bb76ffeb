"""Ways to native builds by backends that compile nothing, whose wheels are taken as they are."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from builder.build.choice import Wishes
from builder.build.door import NativeDoor
from builder.build.native import NativeBuilds
from factories.jobs import PretendBackend
from factories.targets import make_target
from manylinux.backends.port import Backend, Made
from manylinux.repair.values import Promise
from manylinux.target import Target

Finish = Callable[[Made, Promise, Path], tuple[Path, Sequence[str]]]


def as_they_are(made: Made, promise: Promise, folder: Path) -> tuple[Path, Sequence[str]]:
    return made.wheel, ()


def door_to(
    *backends: PretendBackend | Backend,
    wishes: Wishes | None = None,
    target: Target | None = None,
    compiler: str = "1",
    finish: Finish = as_they_are,
    tell: Callable[[str], None] = lambda line: None,
    listen: Callable[[str, str], None] = lambda label, line: None,
) -> NativeDoor:
    """Builds for one target by these backends."""
    builds = NativeBuilds(
        target=target or make_target("python3.12"),
        wishes=wishes or Wishes(),
        backends={each.name: each for each in backends},
        supply=lambda requires, place: (),
        finish=finish,
        finishing="as they are",
        tell=tell,
        listen=listen,
        turns=threading.Semaphore(1),
    )
    return NativeDoor(
        target=builds.target, wishes=builds.wishes, open=lambda: builds, compiler=lambda: compiler
    )
