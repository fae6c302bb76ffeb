"""Bundles run in containers of the runtime's image, under Lambda's own paths."""

from __future__ import annotations

import json
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import builder
from builder.errors import NoInterpreterError
from builder.interpreter.asking import ASK, QUESTION, understood
from builder.trial.archives import bytecode_into, packed, packed_files
from builder.trial.beside.watch import Outcome, Reading
from builder.trial.images import image_of
from builder.trial.interpreter import unfit
from builder.trial.on_machine import COMPILE, not_compiled
from builder.trial.values import Tree
from manylinux.architecture import Architecture
from manylinux.containers.box import Box
from manylinux.containers.engine import CannotStartError, Engine
from manylinux.containers.platforms import platform_of
from manylinux.errors import ContainerError, NoImageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from builder.interpreter.values import Interpreter
    from builder.trial.beside.process import Listener
    from builder.trial.beside.watch import Invocation, Launch
    from manylinux.containers.container import Container
    from manylinux.containers.engine import Image
    from manylinux.runtime import Runtime

WORKPLACE = "/var/lbuild"
"""Where a container has what lbuild brings; Lambda has nothing there."""
_BESIDE = ("__init__", "agent", "bootstrap", "process", "runtime_api", "watch")
_SOURCES = ("__init__.py", "strays.py", "trial/__init__.py", *(f"trial/beside/{name}.py" for name in _BESIDE))
"""What a container gets of lbuild, below `builder/`."""
_PACKAGES = "packages"
_JOB = "job.json"
_SLACK = 30.0
"""Seconds a process has beyond what it gives the function, until its container is ended."""
_COMPILING = 600.0
"""Seconds."""
_INSTEAD = "without `--in-container` the bundle is tried on this machine"
_LIFETIME = 6 * 3600
"""Seconds after which a container ends, whatever has become of lbuild."""
_MEMORY = (1769 + 512) << 20
"""Bytes: those of the function (`environment.MEMORY`) and those of its `/tmp`."""
_MANY = 1024
"""Processes, and files each may have open: as on Lambda."""
_IDLE = f"import signal, time; signal.signal(signal.SIGCHLD, signal.SIG_IGN); time.sleep({_LIFETIME})"
"""What the first process does: it waits, and leaves no zombies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageWish:
    """Which image is to be used."""

    name: str | None
    """None for the runtime's own."""
    architecture: Architecture | None
    """What the bundles are for; None when they do not say."""
    offline: bool
    """Nothing may be pulled."""
    option: str = "--image"
    """By which the user names one."""


@contextmanager
def opened_place(
    runtime: Runtime, wish: ImageWish, environ: Mapping[str, str], note: Callable[[str], None]
) -> Iterator[InContainer]:
    """A container image with a Python of the runtime's version; no container is left after the block.

    Raises NoContainerEngineError, NoImageError, ImagePullError, NoInterpreterError.
    """
    with Engine(environ, _INSTEAD) as engine, ExitStack() as stack:
        image = wished_image(engine, runtime, wish, note)
        workshop, interpreter = stack.enter_context(opened_workshop(engine, image, runtime.python, wish))
        yield InContainer(engine=engine, found=image, workshop=workshop, interpreter=interpreter)


@dataclass(frozen=True, slots=True, kw_only=True)
class InContainer:
    """Containers of one image; see `Place`."""

    engine: Engine
    found: Image
    workshop: Container
    """A container in which no bundle runs."""
    interpreter: Interpreter

    @property
    def image(self) -> str:
        return self.found.name

    def compile(self, folder: Path) -> None:
        said: list[bytes] = []
        with tempfile.TemporaryFile() as archive:
            packed(folder, archive, name=_PACKAGES, writable=True)
            self.workshop.put(WORKPLACE, archive)
        words = [str(self.interpreter.path), *COMPILE, f"{WORKPLACE}/{_PACKAGES}"]
        ran = self.workshop.run(words, said.append, _COMPILING)
        if ran.status != 0:
            raise not_compiled(self.interpreter, (b"".join(said) + ran.error).decode("utf-8", "replace"))
        with tempfile.TemporaryFile() as archive:
            self.workshop.take(f"{WORKPLACE}/{_PACKAGES}", archive)
            archive.seek(0)
            bytecode_into(folder, archive)

    @contextmanager
    def stage(self, tree: Tree, sdk_dir: str, packages: Path) -> Iterator[StageThere]:
        folders = {"/var/task": tree.task, "/opt": tree.opt, sdk_dir: packages}
        python = str(self.interpreter.path)
        places = sorted({*folders, "/var/runtime", WORKPLACE})
        with self.engine.container(self.found, _box(python, places)) as container:
            container.put("/var/runtime", packed_files({}))
            for place, folder in folders.items():
                with tempfile.TemporaryFile() as archive:
                    packed(folder, archive)
                    container.put(place, archive)
            container.put(WORKPLACE, _own_sources())
            yield StageThere(container=container, python=python, image=self.image)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageThere:
    """A container with a bundle in it; see `Stage`."""

    container: Container
    python: str
    image: str
    tree: Tree = field(default_factory=lambda: Tree(root=Path("/")))
    bootstrap: str = f"{WORKPLACE}/builder/trial/beside/bootstrap.py"

    def start(self, launch: Launch, invocation: Invocation, hear: Listener) -> Outcome:
        event = invocation.event.decode("latin-1")
        answer = self._done(
            {"launch": launch._asdict(), "invocation": {**invocation._asdict(), "event": event}},
            hear,
            invocation.patience + invocation.timeout,
        )
        return Outcome(**{**answer, "payload": answer["payload"].encode("latin-1")})

    def read(self, launch: Launch, file: str, seconds: float, hear: Listener) -> Reading:
        answer = self._done({"launch": launch._asdict(), "file": file, "seconds": seconds}, hear, seconds)
        return Reading(answer["content"].encode("latin-1"), answer["ending"])

    def _done(self, job: dict[str, Any], hear: Listener, seconds: float) -> dict[str, Any]:
        """What the agent says came of the job."""
        self.container.put(WORKPLACE, packed_files({_JOB: json.dumps(job).encode()}))
        words = [
            self.python,
            "-S",
            "-s",
            "-B",
            f"{WORKPLACE}/builder/trial/beside/agent.py",
            f"{WORKPLACE}/{_JOB}",
        ]
        lines = _Lines(hear)
        ran = self.container.run(words, lines.add, seconds + _SLACK)
        lines.end()
        try:
            answer: dict[str, Any] = json.loads(ran.error)
        except ValueError as error:
            raise ContainerError(
                f"The trial in a container of `{self.image}` ended without a result",
                evidence=[
                    "its container was ended" if ran.status is None else f"exit status {ran.status}",
                    *ran.error.decode("utf-8", "replace").splitlines()[-5:],
                ],
                hint="A function that ends all processes ends the trial; else see to the engine or the image",
            ) from error
        if refused := answer.get("refused"):
            raise ContainerError(
                f"`{self.python}` cannot be run in `{self.image}`",
                evidence=[refused],
                hint="Name another image with `--image`",
            )
        return answer


class _Lines:
    """Pieces of a stream, passed on as lines."""

    def __init__(self, hear: Listener) -> None:
        self._hear = hear
        self._rest = b""

    def add(self, piece: bytes) -> None:
        *lines, self._rest = (self._rest + piece).split(b"\n")
        for line in lines:
            self._hear(line + b"\n")

    def end(self) -> None:
        if self._rest:
            self._hear(self._rest)


def wished_image(engine: Engine, runtime: Runtime, wish: ImageWish, note: Callable[[str], None]) -> Image:
    """The image that was wished for; one's own is taken as it is when it is there, whatever it is for.

    Raises NoImageError and ImagePullError.
    """
    name = wish.name or image_of(runtime)
    platform = platform_of(wish.architecture or Architecture.parse(engine.machine()))
    found = engine.image(name)
    if found is not None and (wish.name or found.machine == platform.partition("/")[2]):
        return found
    if wish.offline:
        raise NoImageError(
            f"The image `{name}` is not here for `{platform}`",
            evidence=["`--offline`: nothing is pulled"],
            hint=f"Pull it: `docker pull --platform {platform} {name}`; or name another with `{wish.option}`",
        )
    note(f"pulling `{name}` for {platform}")
    return engine.pull(name, platform, instead=f"name one that is there with `{wish.option}`")


def _box(python: str, folders: Sequence[str]) -> Box:
    """Closed as Lambda's are; `folders` are empty and can be filled."""
    return Box(
        name="lbuild-trial",
        labels={"lbuild.trial": "1"},
        first=(python, "-I", "-S", "-c", _IDLE),
        user="993:990",
        memory=_MEMORY,
        processes=_MANY,
        files=_MANY,
        folders=tuple(folders),
        temporary="rw,exec,nosuid,nodev,size=512m,mode=1777",
    )


@contextmanager
def opened_workshop(
    engine: Engine, image: Image, python: str, wish: ImageWish
) -> Iterator[tuple[Container, Interpreter]]:
    """A container and the fitting Python in it; nothing is left after the block.

    Raises NoInterpreterError, and what the engine raises.
    """
    looked_at = []
    for candidate in _candidates(python):
        with ExitStack() as attempt:
            try:
                container = attempt.enter_context(engine.container(image, _box(candidate, [WORKPLACE])))
            except CannotStartError as error:
                looked_at.append(f"`{candidate}`: {error}")
                continue
            said: list[bytes] = []
            container.run([candidate, *ASK, QUESTION], said.append, _SLACK)
            found, why = understood(b"".join(said), Path(candidate), python)
            if found is not None and not (why := unfit(found)):
                yield container, found
                return
            looked_at.append(f"`{candidate}`: {why}")
    raise NoInterpreterError(
        f"There is no Python {python} in the image `{image.name}`",
        evidence=looked_at,
        hint=f"Name another image with `{wish.option}`, or the runtime that this one is for with `--runtime`",
    )


def _candidates(python: str) -> Sequence[str]:
    """Where AWS's images have it, and where others do."""
    return f"/var/lang/bin/python{python}", f"python{python}", "python3"


def _own_sources() -> bytes:
    folder = Path(builder.__file__).parent
    return packed_files({f"builder/{name}": (folder / name).read_bytes() for name in _SOURCES})
