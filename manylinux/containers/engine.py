"""The room that talks to a container engine: Docker's SDK, and what it calls by other names.

The engine may be anywhere: nothing of this machine is mounted, files go in and come out as tar archives. A
container has no network, no capabilities, and a user that is not root. It is labelled, is removed by whoever
made it, and should that one be killed, by the engine when its first process ends.
"""

from __future__ import annotations

import contextlib
import os
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from manylinux.containers.building import build_image
from manylinux.containers.container import Container
from manylinux.containers.telling import reason, told
from manylinux.errors import (
    ContainerError,
    ImagePullError,
    LbuildError,
    NoContainerEngineError,
    NoImageError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from manylinux.containers.box import Box

_PATIENCE = 60
"""Seconds for an answer of the engine."""
_SOCKETS = ("docker.sock", "podman/podman.sock")
"""Of engines without root, below XDG_RUNTIME_DIR."""


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
    base: Image | None = None
    """What it was prepared from, where lbuild did that."""


class Engine:
    """A container engine that answers; closed by leaving the `with` block."""

    def __init__(self, environ: Mapping[str, str], instead: str = "") -> None:
        """Raises NoContainerEngineError; `instead`: what can be done without an engine."""
        self._client = _connected(environ, instead)

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def machine(self) -> str:
        """What the engine itself runs on: `amd64`, `arm64`."""
        with told("be asked what it is"):
            return str(self._client.version()["Arch"])

    def processors(self) -> int:
        """How many it has."""
        with told("be asked what it is"):
            return int(self._client.info()["NCPU"])

    def image(self, name: str) -> Image | None:
        """The image of this name that the engine has; None when it has none."""
        from docker.errors import ImageNotFound

        with told(f"look for the image `{name}`"):
            try:
                found = self._client.images.get(name)
            except ImageNotFound:
                return None
            return Image(name=name, id=found.id, machine=found.attrs.get("Architecture", ""))

    def pull(
        self, name: str, platform: str, pulse: Callable[[], None] = lambda: None, *, instead: str
    ) -> Image:
        """The image, pulled. Raises ImagePullError with the engine's reason, and ContainerError."""
        from docker.errors import DockerException
        from docker.utils import parse_repository_tag

        repository, tag = parse_repository_tag(name)
        refused: tuple[str, ...] = ()
        with told(f"pull the image `{name}`"):
            try:
                # Without a tag the engine would take all that there are.
                events = self._client.api.pull(
                    repository, tag=tag or "latest", platform=platform, stream=True, decode=True
                )
                for event in events:
                    pulse()
                    refused = (*refused, str(event["error"])) if "error" in event else refused
            except DockerException as error:
                refused = reason(error)
        if refused:
            raise ImagePullError(
                f"The image `{name}` cannot be pulled for `{platform}`",
                evidence=refused,
                hint=f"See to the network and to `docker login`, or {instead}",
            )
        if found := self.image(name):
            return found
        raise NoImageError(f"The image `{name}` is not there after it was pulled", hint=f"Or {instead}")

    def build(
        self,
        context: IO[bytes],
        name: str,
        platform: str,
        arguments: Mapping[str, str],
        hear: Callable[[bytes], None],
        pulse: Callable[[], None],
    ) -> Image:
        """An image of that name, made of the Dockerfile in a tar archive; see `build_image`."""
        build_image(self._client, context, name, platform, arguments, hear, pulse)
        if found := self.image(name):
            return found
        raise NoImageError(f"The image `{name}` is not there after it was made", hint="See to the engine")

    @contextmanager
    def container(self, image: Image, box: Box) -> Iterator[Container]:
        """A running container; nothing of it is left after the block.

        Raises CannotStartError and ContainerError.
        """
        name = f"{box.name}-{uuid.uuid4().hex}"
        try:
            yield self._started(name, image, box)
        except BaseException as error:
            # By name: an interruption may come before anybody knows that it was made.
            self._remove_after(error, name)
            raise
        self._remove(name)

    def written(self, container: Container) -> int:
        """Bytes that were written into the container, but for volumes and memory; 0 when it is gone."""
        with told("say how large a container is"):
            found = self._client.api.containers(all=True, size=True, filters={"id": container.id})
        return int(found[0].get("SizeRw") or 0) if found else 0

    def sweep(self, labels: Mapping[str, str], is_dead: Callable[[Mapping[str, str]], bool]) -> int:
        """No container with these labels is left whose maker is dead, by its labels; how many there were."""
        wanted = [f"{name}={value}" for name, value in labels.items()]
        with told("list containers"):
            found = self._client.api.containers(all=True, filters={"label": wanted})
        dead = [each["Id"] for each in found if is_dead(each.get("Labels") or {})]
        for each in dead:
            self._remove(each)
        return len(dead)

    def _started(self, name: str, image: Image, box: Box) -> Container:
        from docker.types import Mount, Ulimit

        with told(f"make a container of `{image.name}`"):
            container = self._client.containers.create(
                image.id,
                name=name,
                entrypoint=[box.first[0]],
                command=list(box.first[1:]),
                labels=dict(box.labels),
                user=box.user,
                working_dir="/",
                network_mode="none",
                read_only=not box.writable,
                tmpfs={} if box.temporary is None else {"/tmp": box.temporary},
                mounts=[Mount(folder, None, type="volume", no_copy=True) for folder in box.folders],
                cap_drop=["ALL"],
                security_opt=["no-new-privileges"],
                pids_limit=box.processes,
                ulimits=[
                    Ulimit(name="nofile", soft=box.files, hard=box.files),
                    Ulimit(name="nproc", soft=box.processes, hard=box.processes),
                ],
                mem_limit=box.memory,
                memswap_limit=box.memory,
                nano_cpus=None if box.processors is None else int(box.processors * 1e9),
                auto_remove=True,
            )
        _start(container, image)
        return Container(container)

    def _remove_after(self, error: BaseException, name: str) -> None:
        """It is gone; where an engine is that cannot do that, `error` says more, and is told of it."""
        try:
            self._remove(name)
        except ContainerError as another:
            if isinstance(error, LbuildError):
                error.evidence = (*error.evidence, f"its container `{name}` is left: {another.evidence[0]}")

    def _remove(self, name: str) -> None:
        """It is gone."""
        from docker.errors import APIError, NotFound

        with told("remove a container"), contextlib.suppress(NotFound):
            try:
                self._client.api.remove_container(name, force=True, v=True)
            except APIError as error:
                if error.status_code != 409:
                    raise
                # It ended, and is being removed already.
                self._client.api.wait(name, timeout=_PATIENCE, condition="removed")


def _connected(environ: Mapping[str, str], instead: str) -> Any:
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
            looked_at += [f"{place}: {line}" for line in reason(error)]
        else:
            return client
    start = "Start Docker or Podman's service, or say with DOCKER_HOST where one listens"
    raise NoContainerEngineError(
        "No container engine answers",
        evidence=looked_at,
        hint=f"{start}; {instead}" if instead else start,
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

    with told(f"start a container of `{image.name}`"):
        try:
            container.start()
        except APIError as error:
            said = str(error.explanation or error)
            if "executable file not found" in said or "no such file or directory" in said:
                raise CannotStartError("it is not there") from error
            if "exec format error" in said:
                raise CannotStartError(f"it is for another machine: {image.machine}") from error
            raise
