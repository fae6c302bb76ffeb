"""The one module that talks to a container engine: Docker's SDK, and what it calls by other names.

The engine may be anywhere: nothing of this machine is mounted, files go in and come out as tar archives. A
container has no network, no capabilities, a root that cannot be written to, and a user that is not root. It
carries the label `lbuild.trial`, is removed by whoever made it, and should that one be killed, by the engine
when its time is over.
"""

from __future__ import annotations

import contextlib
import os
import threading
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from builder.errors import ContainerError, ImagePullError, NoContainerEngineError, NoImageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

LABEL = "lbuild.trial"
USER = "993:990"
"""Of a function on Lambda."""
_LIFETIME = 6 * 3600
"""Seconds after which a container ends, whatever has become of lbuild."""
_MEMORY = (1769 + 512) << 20
"""Bytes: those of the function (`environment.MEMORY`) and those of its `/tmp`."""
_TMP = "rw,exec,nosuid,nodev,size=512m,mode=1777"
_PROCESSES = 1024
_PATIENCE = 60
"""Seconds for an answer of the engine."""
_IDLE = f"import signal, time; signal.signal(signal.SIGCHLD, signal.SIG_IGN); time.sleep({_LIFETIME})"
"""What the first process does: it waits, and leaves no zombies."""
_SOCKETS = ("docker.sock", "podman/podman.sock")
"""Of engines without root, below XDG_RUNTIME_DIR."""


class Ran(NamedTuple):
    """What a process in a container ended with."""

    status: int | None
    """None for one that was ended with its container."""
    error: bytes
    """Its standard error."""


class CannotStartError(Exception):
    """The engine says that the container's first program is not there or does not run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A container image that the engine has."""

    name: str
    """As the user or the table calls it."""
    id: str
    machine: str
    """The engine's name of what it is for: `amd64`, `arm64`."""


class Engine:
    """A container engine that answers; closed by leaving the `with` block."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Raises NoContainerEngineError."""
        self._client = _connected(environ)

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def machine(self) -> str:
        """What the engine itself runs on: `amd64`, `arm64`."""
        with _told("be asked what it is"):
            return str(self._client.version()["Arch"])

    def image(self, name: str) -> Image | None:
        """The image of this name that the engine has; None when it has none."""
        from docker.errors import ImageNotFound

        with _told(f"look for the image `{name}`"):
            try:
                found = self._client.images.get(name)
            except ImageNotFound:
                return None
            return Image(name=name, id=found.id, machine=found.attrs.get("Architecture", ""))

    def pull(self, name: str, platform: str) -> Image:
        """The image, pulled. Raises ImagePullError with the engine's reason."""
        from docker.errors import DockerException

        try:
            # Without a tag the client would take `latest`, as `docker pull` does.
            self._client.images.pull(name, platform=platform)
        except (DockerException, OSError) as error:
            raise ImagePullError(
                f"The image `{name}` cannot be pulled for `{platform}`",
                evidence=_reason(error),
                hint="See to the network and to `docker login`, or name one that is there with `--image`",
            ) from error
        if found := self.image(name):
            return found
        raise NoImageError(
            f"The image `{name}` is not there after it was pulled", hint="Name another with `--image`"
        )

    @contextmanager
    def container(self, image: Image, python: str, folders: Sequence[str]) -> Iterator[Container]:
        """A running container whose first process is that Python; `folders` are empty and can be filled.

        Nothing of it is left after the block. Raises CannotStartError and ContainerError.
        """
        name = f"lbuild-trial-{uuid.uuid4().hex}"
        try:
            yield self._started(name, image, python, folders)
        finally:
            # By name: an interruption may come before anybody knows that it was made.
            self._remove(name)

    def _started(self, name: str, image: Image, python: str, folders: Sequence[str]) -> Container:
        from docker.types import Mount

        with _told(f"make a container of `{image.name}`"):
            container = self._client.containers.create(
                image.id,
                name=name,
                command=["-I", "-S", "-c", _IDLE],
                entrypoint=[python],
                labels={LABEL: "1"},
                user=USER,
                working_dir="/",
                network_mode="none",
                read_only=True,
                tmpfs={"/tmp": _TMP},
                mounts=[Mount(folder, None, type="volume", no_copy=True) for folder in folders],
                cap_drop=["ALL"],
                security_opt=["no-new-privileges"],
                pids_limit=_PROCESSES,
                mem_limit=_MEMORY,
                memswap_limit=_MEMORY,
                auto_remove=True,
                stdin_open=False,
                healthcheck={"test": ["NONE"]},
            )
        _start(container, image)
        return Container(container)

    def _remove(self, name: str) -> None:
        """It is gone, or the engine is about to remove it."""
        from docker.errors import APIError, NotFound

        with _told("remove a container"), contextlib.suppress(NotFound):
            try:
                self._client.api.remove_container(name, force=True, v=True)
            except APIError as error:
                if error.status_code != 409:  # being removed already
                    raise


class Container:
    """A running container."""

    def __init__(self, container: Any) -> None:
        self._container = container

    def put(self, folder: str, archive: IO[bytes] | bytes) -> None:
        """What the tar archive holds is below `folder`, one of those that can be filled."""
        with _told(f"fill `{folder}`"):
            self._container.put_archive(folder, archive)

    def take(self, path: str, output: IO[bytes]) -> None:
        """`output` has a tar archive of what is at `path`; its names begin with the last part of `path`."""
        with _told(f"hand out `{path}`"):
            for piece in self._container.get_archive(path)[0]:
                output.write(piece)

    def run(self, words: Sequence[str], hear: Callable[[bytes], None], seconds: float) -> Ran:
        """The program, run to its end; `hear` gets pieces of its standard output as they come.

        After so many seconds the container is ended, and the program with it.
        """
        api = self._container.client.api
        with _told(f"run `{words[0]}`"):
            job = api.exec_create(self._container.id, list(words), stdin=False)["Id"]
            stream = api.exec_start(job, stream=True, demux=True)
            guard = threading.Timer(seconds, self._end)
            guard.start()
            try:
                error = b"".join(_heard(stream, hear))
            finally:
                guard.cancel()
                stream._response.close()  # its own `close` leaves the connection, and refuses over SSH
            return Ran(_status(api, job), error)

    def _end(self) -> None:
        with contextlib.suppress(ContainerError), _told("end a container"):
            self._container.kill()


def _heard(stream: Any, hear: Callable[[bytes], None]) -> Iterator[bytes]:
    """The pieces of standard error; those of standard output are heard."""
    for output, error in stream:
        if output:
            hear(output)
        if error:
            yield error


def _status(api: Any, job: str) -> int | None:
    from docker.errors import NotFound

    try:
        status = api.exec_inspect(job)["ExitCode"]
    except NotFound:  # the container is gone
        return None
    return None if status is None else int(status)


def _connected(environ: Mapping[str, str]) -> Any:
    try:
        import docker
        from docker.errors import DockerException
    except ImportError as error:
        raise NoContainerEngineError(
            "Docker's SDK for Python cannot be loaded",
            evidence=[str(error)],
            hint="Install the project `docker` beside lbuild",
        ) from error
    looked_at = []
    for place, variables in _places(environ):
        try:
            client = docker.from_env(environment=variables, timeout=_PATIENCE, use_ssh_client=True)
            client.ping()
        except (DockerException, OSError) as error:
            looked_at += [f"{place}: {line}" for line in _reason(error)]
        else:
            return client
    raise NoContainerEngineError(
        "No container engine answers",
        evidence=looked_at,
        hint="Start Docker or Podman's service, or say with DOCKER_HOST where one listens; without "
        "`--in-container` the bundle is tried on this machine",
    )


def _places(environ: Mapping[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Where an engine may listen: what the user says, else the usual, else those without root."""
    if host := environ.get("DOCKER_HOST"):
        yield f"DOCKER_HOST={host}", dict(environ)
        return
    yield "the current Docker context", dict(environ)
    if folder := environ.get("XDG_RUNTIME_DIR"):
        for name in _SOCKETS:
            if os.path.exists(path := os.path.join(folder, name)):
                yield path, {**environ, "DOCKER_HOST": f"unix://{path}"}


def _start(container: Any, image: Image) -> None:
    """Raises CannotStartError when it is the program's fault, ContainerError for the rest."""
    from docker.errors import APIError

    with _told(f"start a container of `{image.name}`"):
        try:
            container.start()
        except APIError as error:
            reason = str(error.explanation or error)
            if "executable file not found" in reason or "no such file or directory" in reason:
                raise CannotStartError("it is not there") from error
            if "exec format error" in reason:
                raise CannotStartError(f"it is for another machine: {image.machine}") from error
            raise


@contextmanager
def _told(doing: str) -> Iterator[None]:
    """What the engine refuses inside becomes a ContainerError."""
    from docker.errors import DockerException

    try:
        yield
    except (DockerException, OSError) as error:  # the HTTP client's errors are OSErrors
        raise ContainerError(
            f"The container engine cannot {doing}",
            evidence=_reason(error),
            hint="See to the engine; without `--in-container` the bundle is tried on this machine",
        ) from error


def _reason(error: BaseException) -> tuple[str, ...]:
    return tuple(str(getattr(error, "explanation", None) or error).splitlines()) or (type(error).__name__,)
