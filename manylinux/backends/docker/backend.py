"""The docker backend: what it refuses, and how it builds.

    prepared image ── container without network ── hooks ── wheel ── the libraries it needs ── gone

Nothing of this machine is mounted and nothing of its environment goes in, so the engine may be anywhere.
"""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from manylinux.backends import compilers
from manylinux.backends.docker import bench as benches
from manylinux.backends.docker.bench import HOME, Bench, environment, sweep
from manylinux.backends.docker.preparing import Preparing, missing
from manylinux.backends.docker.wish import ImageWish
from manylinux.backends.hooks import INSIDE
from manylinux.backends.judging import Compilations, check_made, is_pure
from manylinux.backends.order import Order, one_metadata, one_wheel, order_for
from manylinux.backends.port import BackendError, ExceededError, Made
from manylinux.containers.engine import CannotStartError, Engine
from manylinux.errors import ContainerError, NoContainerEngineError
from manylinux.policy.policy import policy_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from manylinux.backends.docker.bench import Found
    from manylinux.backends.port import Job
    from manylinux.backends.project import Project
    from manylinux.containers.engine import Image
    from manylinux.target import Target

COLLECT = Path(__file__).with_name("collect.py")
RECIPE = 1
"""Raise it when the same image would make other wheels."""
_OUTPUT, _LIBRARIES = "wheel", "libraries"
_PUT_COMPILERS = f"""\
for each in {" ".join(compilers.NAMES)}; do
  script={HOME}/{compilers.FOLDER}/$each
  case " {" ".join(compilers.ALWAYS)} " in
    *" $each "*) ;;
    *) command -v "$each" >/dev/null || continue ;;
  esac
  cp {HOME}/compiler "$script" && chmod 755 "$script" || exit
done
"""
"""Where the image has no compiler at all, that is what is to be noted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Docker:
    """Whatever the compilers of an image can make; libraries of its system are grafted afterwards."""

    environ: Mapping[str, str]
    """Where the engine is: DOCKER_HOST and the like. No container sees it."""
    fixed: Mapping[str, str]
    """Variables of every build: nothing that differs by host."""
    host: str
    """This machine, as nothing else is called: by it dead builds are found."""
    offline: bool = False
    wish: ImageWish = field(default_factory=ImageWish)
    name: str = "docker"

    def refusal(self, project: Project, target: Target) -> str | None:
        try:
            with Engine(self.environ) as engine:
                return missing(engine, self.wish, target, offline=self.offline)
        except (NoContainerEngineError, ContainerError) as error:
            return f"needs a container engine that answers: {'; '.join(error.evidence)}. {error.hint}"

    def identity(self, target: Target) -> str:
        """An image is taken by its name, which may hold its digest; a Dockerfile by its content."""
        named = replace(self.wish, image=self.wish.name(target)) if not self.wish.dockerfile else self.wish
        return f"recipe {RECIPE} {named.key}"

    def metadata(self, job: Job) -> bytes | None:
        with self._run(job) as run:
            name = run.order().metadata(f"{HOME}/{_OUTPUT}")
            if name is None:
                return None
            run.bench.take(_OUTPUT, job.output, flat=False)
            return one_metadata(job.output, name)

    def build(self, job: Job) -> Made:
        with self._run(job) as run:
            return _built(run)

    @contextmanager
    def _run(self, job: Job) -> Iterator[_Run]:
        """A container that has the sources and runs hooks, gone after the block."""
        with Engine(self.environ) as engine:
            sweep(engine, self.host)
            with self._bench(engine, self._image(engine, job), job) as bench:
                yield _started(bench, self.fixed)

    def _image(self, engine: Engine, job: Job) -> Image:
        def hear(piece: bytes) -> None:
            with job.log.open("ab") as log:
                log.write(piece)

        def pulse() -> None:
            job.pulse()
            if time.monotonic() > job.deadline:
                raise ExceededError("seconds", "preparing its image took too long")

        return Preparing(
            engine=engine, wish=self.wish, target=job.target, hear=hear, note=job.tell, pulse=pulse
        ).image()

    @contextmanager
    def _bench(self, engine: Engine, image: Image, job: Job) -> Iterator[Bench]:
        """A container that runs, gone after the block."""
        job.tell(f"in a container of `{image.name}`")
        box = benches.box(job, self.host, engine.processors())
        with ExitStack() as stack:
            try:
                container = stack.enter_context(engine.container(image, box))
            except CannotStartError as error:
                raise BackendError(f"the image `{image.name}` does not run `/bin/sh`: {error}") from error
            yield Bench(job=job, engine=engine, container=container, image=image)


def _started(bench: Bench, fixed: Mapping[str, str]) -> _Run:
    found = _python(bench)
    inside = {
        "inside.py": INSIDE.read_bytes(),
        "collect.py": COLLECT.read_bytes(),
        "compiler": compilers.SCRIPT.encode(),
        "put-compilers": _PUT_COMPILERS.encode(),
    }
    folders = ("home", "home/tmp", "wheels", _OUTPUT, _LIBRARIES, compilers.FOLDER)
    bench.put(inside, {"source": _sources(bench.job)}, folders)
    run = _Run(bench=bench, found=found, fixed=fixed)
    bench.run(("/bin/sh", f"{HOME}/put-compilers"), run.environ(""))
    return run


def _built(run: _Run) -> Made:
    bench, job = run.bench, run.bench.job
    compilations = Compilations.of(job.folder / compilers.NOTES, job.project.folder, Path(run.project))
    name, used = run.order().wheel(f"{HOME}/{_OUTPUT}")
    bench.take(_OUTPUT, job.output, flat=True)
    wheel = one_wheel(job.output, name, job.limits)
    compilations.notes.write_bytes(bench.read(compilers.NOTES) or b"")
    notes = check_made(wheel, job, compilations)
    return Made(
        wheel=wheel,
        libraries=() if is_pure(wheel) else run.libraries(wheel.name),
        requirements=used,
        notes=(*_images(bench.image), *notes),
    )


def _images(image: Image) -> Iterator[str]:
    yield f"made in `{image.name}`, {image.id}"
    if image.base is not None:
        yield f"prepared from `{image.base.name}`, {image.base.id}"


def _sources(job: Job) -> Path:
    """The folder that goes in: the project may be a part of it, and need what is around."""
    whole = job.folder / "source"
    return whole if job.project.folder.is_relative_to(whole) else job.project.folder


def _python(bench: Bench) -> Found:
    """The image's Python. A container for another machine ends before it says anything."""
    try:
        return bench.find_python()
    except ContainerError as error:
        if bench.image.machine == bench.engine.machine():
            raise
        raise BackendError(
            f"the image `{bench.image.name}` is for {bench.image.machine}, and the engine runs on "
            f"{bench.engine.machine()} without qemu for that: {'; '.join(error.evidence)}"
        ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """The steps of one build in its container."""

    bench: Bench
    found: Found
    fixed: Mapping[str, str]

    @property
    def project(self) -> str:
        """Where the project lies in the container."""
        job = self.bench.job
        return f"{HOME}/source/{job.project.folder.relative_to(_sources(job)).as_posix()}".removesuffix("/.")

    def order(self) -> Order[str]:
        job = self.bench.job
        settings = {
            key: value if isinstance(value, str) else list(value) for key, value in job.settings.items()
        }
        return Order(project=job.project, settings=settings, environment=self.environment, hook=self.hook)

    def environment(self, name: str, requires: Sequence[str]) -> tuple[str, tuple[str, ...]]:
        """The folder of the programs of a new environment, and the names of the wheels in it."""
        job = self.bench.job
        place = self.found.python.place(job.target)
        place = replace(place, runtime=replace(place.runtime, id=f"`{self.bench.image.name}`"))
        wheels = job.supply(sorted(set(requires)), place) if requires else ()
        self.bench.put({f"wheels/{wheel.filename}": wheel.path for wheel in wheels})
        paths = [f"{HOME}/wheels/{wheel.filename}" for wheel in wheels]
        words = ("-I", f"{HOME}/inside.py", "environment", f"{HOME}/{name}", *paths)
        self.bench.run((str(self.found.python.path), *words), self.environ(""))
        return f"{HOME}/{name}/bin", tuple(sorted(wheel.filename for wheel in wheels))

    def hook(self, programs: str, hook: str, arguments: list[Any]) -> bytes | None:
        answer = f"{hook}.answer.json"
        order = order_for(self.bench.job.project, hook, arguments, f"{HOME}/{answer}")
        self.bench.put({f"{hook}.order.json": order})
        words = (f"{programs}/python", f"{HOME}/inside.py", "hook", f"{HOME}/{hook}.order.json")
        self.bench.run(words, self.environ(programs), self.project)
        return self.bench.read(answer)

    def libraries(self, wheel: str) -> tuple[Path, ...]:
        """The folder with what the wheel needs and the target does not promise, as it lay in the image."""
        job = self.bench.job
        policy = policy_of(job.target)
        promised = sorted(policy.contract | policy.python_libraries)
        self.bench.put({"promised": "\n".join(promised).encode()})
        places = (f"{_OUTPUT}/{wheel}", "unpacked", _LIBRARIES, "promised")
        words = ("-I", f"{HOME}/collect.py", *(f"{HOME}/{each}" for each in places))
        self.bench.run((str(self.found.python.path), *words), self.environ(""))
        folder = job.folder / _LIBRARIES
        folder.mkdir()
        self.bench.take(_LIBRARIES, folder, flat=False)
        return (folder,)

    def environ(self, programs: str) -> dict[str, str]:
        """With the noting compilers behind the programs of a virtual environment; no build, no compilers."""
        search = f"{HOME}/{compilers.FOLDER}:{self.found.search}" if programs else self.found.search
        own = environment(self.fixed, programs, search)
        return {**own, **self.bench.job.extras.filled_in("/usr")}
