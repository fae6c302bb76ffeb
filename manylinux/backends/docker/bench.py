"""A container in which one wheel is made: its Python, its programs, what they print, its limits."""

from __future__ import annotations

import json
import shlex
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from manylinux.backends.building_python import BuildingPython
from manylinux.backends.docker import freight
from manylinux.backends.port import BackendError, ExceededError
from manylinux.containers.box import Box
from manylinux.errors import ContainerError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from manylinux.backends.port import Job
    from manylinux.containers.container import Container
    from manylinux.containers.engine import Engine, Image

HOME = "/lbuild"
"""The folder that builds work in; no image has it."""
LABEL = "lbuild.build"
HOST_LABEL = "lbuild.host"
FOLDER_LABEL = "lbuild.folder"
_LOOK = 2.0
"""Seconds between looks at how much was written."""
_SLACK = 120
"""Seconds a container lives longer than its build may take."""
_ASKING = 60.0
"""Seconds for the question which Python there is."""
_SMALL = 64 << 20
"""Bytes of an answer of a hook."""
_KILLED = 137
_PROCESSORS = 2
"""As many as one build is given time of."""
_FILES = 4096
"""How many a process may have open."""
_DESCRIBE = """\
import json, os, sys
info = sys.version_info
if "%d.%d" % info[:2] != sys.argv[1] or sys.implementation.name != "cpython" or "t" in sys.abiflags:
    sys.exit("it is %s %s" % (sys.implementation.name, sys.version.split()[0]))
print(json.dumps({
    "path": sys.executable, "version": "%d.%d.%d" % info[:3], "machine": os.uname().machine,
    "libc": os.confstr("CS_GNU_LIBC_VERSION"), "search": os.environ.get("PATH", os.defpath),
}))
"""
_TRY = 'for each in "$@"; do echo "$each" >&2; "$each" -I -S -c "$CODE" "$WANTED" && exit 0; done; exit 1'


def described(answer: bytes, image: str) -> Found:
    """The Python of an image by what it says of itself. Raises BackendError."""
    try:
        told = json.loads(answer)
        libc, _, version = (told["libc"] or "").partition(" ")
        major, minor, *_ = version.split(".") if libc == "glibc" else ("0", "0")
        python = BuildingPython(
            path=Path(told["path"]),
            version=str(told["version"]),
            machine=str(told["machine"]),
            glibc=(int(major), int(minor)),
        )
        search = str(told["search"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BackendError(f"the Python of the image `{image}` does not say what it is") from error
    if libc != "glibc":
        raise BackendError(f"the image `{image}` has no glibc")
    return Found(python=python, search=search)


def box(job: Job, host: str, processors: int) -> Box:
    """Closed; the first process waits until the build must be over, and leaves no zombies."""
    lifetime = max(0, int(job.deadline - time.monotonic())) + _SLACK
    return Box(
        name="lbuild-build",
        labels={LABEL: "1", HOST_LABEL: host, FOLDER_LABEL: str(job.folder)},
        first=("/bin/sh", "-c", f"trap '' CHLD; exec sleep {lifetime}"),
        user=f"{freight.USER}:{freight.USER}",
        memory=job.limits.memory,
        processes=job.limits.processes,
        files=_FILES,
        processors=min(_PROCESSORS, processors),
        writable=True,
    )


def sweep(engine: Engine, host: str) -> None:
    """No container is left of a build of this machine whose folder is gone: its lbuild was killed."""
    engine.sweep(
        {LABEL: "1", HOST_LABEL: host}, lambda labels: not Path(labels.get(FOLDER_LABEL, "/")).exists()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A Python in a container."""

    python: BuildingPython
    search: str
    """The image's PATH."""


@dataclass(slots=True, kw_only=True)
class Bench:
    """Runs programs for one job in one container."""

    job: Job
    engine: Engine
    container: Container
    image: Image
    looked: float = 0.0
    """When the size was looked at last, by `time.monotonic()`."""

    def find_python(self) -> Found:
        """The Python of the target's version. Raises BackendError when there is none that builds."""
        python = self.job.target.runtime.python
        digits = python.replace(".", "")
        candidates = (
            f"/var/lang/bin/python{python}",
            f"python{python}",
            f"/opt/python/cp{digits}-cp{digits}/bin/python",
            "python3",
        )
        said: list[bytes] = []
        refused: list[bytes] = []
        ran = self.container.run(
            ("/bin/sh", "-c", _TRY, "sh", *candidates),
            said.append,
            _ASKING,
            hear_error=refused.append,
            pulse=self.job.pulse,
            environ={"CODE": _DESCRIBE, "WANTED": python},
        )
        heard = b"".join(refused)
        self._log(heard)
        if not heard.startswith(candidates[0].encode()):  # else the shell did run
            raise ContainerError(
                f"A container of `{self.image.name}` ended before it said anything",
                evidence=[f"exit status {ran.status}", *heard.decode(errors="replace").splitlines()],
                hint="See to the engine, or name another image in `[tool.lbuild.build]` or in the recipe",
            )
        if ran.status != 0:
            raise BackendError(f"there is no Python {python} in the image `{self.image.name}`")
        found = described(b"".join(said), self.image.name)
        if found.python.machine != self.job.target.architecture.machine:
            raise BackendError(f"the image `{self.image.name}` runs on {found.python.machine}")
        return found

    def run(self, words: Sequence[str], environ: Mapping[str, str], folder: str = HOME) -> None:
        """The program has ended well; what it printed is in the log. Raises BackendError."""
        self._log(f"$ {shlex.join(words)}\n".encode())
        ran = self.container.run(
            words,
            self._log,
            max(0.0, self.job.deadline - time.monotonic()),
            hear_error=self._log,
            pulse=self._pulse,
            environ=environ,
            folder=folder,
        )
        if time.monotonic() > self.job.deadline:
            raise ExceededError("seconds", f"it took too long: longer than {self.job.limits.told('seconds')}")
        if ran.status == 0:
            return
        if ran.status == _KILLED:
            memory = self.job.limits.told("memory")
            raise ExceededError(
                "memory", f"it was killed, as happens when it wants more memory than its {memory}"
            )
        raise BackendError("its container was ended" if ran.status is None else f"exit status {ran.status}")

    def put(
        self,
        files: Mapping[str, bytes | Path],
        trees: Mapping[str, Path] | None = None,
        folders: Sequence[str] = (),
    ) -> None:
        """They are in the container, by their paths below its `HOME`."""
        inside = HOME.strip("/")
        with freight.packed(
            {f"{inside}/{name}": content for name, content in files.items()},
            {f"{inside}/{name}": tree for name, tree in (trees or {}).items()},
            [inside, *(f"{inside}/{name}" for name in folders)],
        ) as archive:
            self.container.put("/", archive)

    def read(self, name: str) -> bytes | None:
        """The file below `HOME`; None when there is none that can be read."""
        try:
            with freight.received(self.container.pieces(f"{HOME}/{name}"), _SMALL, "answer") as archive:
                return freight.one_file(archive, _SMALL)
        except ContainerError:
            return None

    def take(self, name: str, folder: Path, *, flat: bool) -> None:
        """What is in the folder below `HOME` is in `folder` here; see `freight.unpack`."""
        with freight.received(
            self.container.pieces(f"{HOME}/{name}"), self.job.limits.wheel, f"folder `{name}`"
        ) as archive:
            freight.unpack(archive, folder, flat=flat)

    def _log(self, piece: bytes) -> None:
        with self.job.log.open("ab") as log:
            log.write(piece)
            if log.tell() > self.job.output_limit:
                raise ExceededError("output", f"it printed more than {self.job.output_limit} bytes")

    def _pulse(self) -> None:
        self.job.pulse()
        now = time.monotonic()
        if now - self.looked > _LOOK:
            self.looked = now
            if self.engine.written(self.container) > self.job.limits.written:
                raise ExceededError("written", f"it wrote more than {self.job.limits.told('written')}")


def environment(fixed: Mapping[str, str], programs: str, search: str) -> dict[str, str]:
    """What programs see beside what the image itself says; `programs`: of their virtual environment."""
    home = f"{HOME}/home"
    folders: dict[str, Any] = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), f"{home}/tmp")
    path = f"{programs}:{search}" if programs else search
    own = {"HOME": home, "PATH": path, "PYTHONPATH": ""}
    return {**fixed, **folders, **own, **({"VIRTUAL_ENV": programs.rpartition("/")[0]} if programs else {})}
