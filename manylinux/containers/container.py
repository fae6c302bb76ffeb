"""A running container: files go in and come out as tar archives, programs are run in it."""

from __future__ import annotations

import threading
import time
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from manylinux.containers.telling import told
from manylinux.errors import ContainerError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

_PIECE = 1 << 20
"""Bytes."""
_NAP = 0.1
"""Seconds between looks at the clock and the pulse."""


class Ran(NamedTuple):
    """What a process in a container ended with."""

    status: int | None
    """None for one that was ended with its container."""
    error: bytes
    """Its standard error, where nobody heard it."""


class Container:
    """A running container."""

    def __init__(self, container: Any) -> None:
        self._container = container

    @property
    def id(self) -> str:
        return str(self._container.id)

    def put(self, folder: str, archive: IO[bytes] | bytes) -> None:
        """What the tar archive holds is below `folder`, one of those that can be filled."""
        with told(f"fill `{folder}`"):
            self._container.put_archive(folder, archive)

    def pieces(self, path: str) -> Generator[bytes]:
        """A tar archive of what is at `path`; its names begin with the last part of `path`.

        Who does not want all of it must close this: the engine can do nothing else with the container before.
        """
        api = self._container.client.api
        with told(f"hand out `{path}`"):
            # `get_archive` has no way to stop.
            address = api._url("/containers/{0}/archive", self.id)
            with api._get(address, params={"path": path}, stream=True) as response:
                api._raise_for_status(response)
                yield from response.iter_content(_PIECE)

    def take(self, path: str, output: IO[bytes]) -> None:
        """`output` has the archive that `pieces` gives."""
        for piece in self.pieces(path):
            output.write(piece)

    def run(
        self,
        words: Sequence[str],
        hear: Callable[[bytes], None],
        seconds: float,
        *,
        hear_error: Callable[[bytes], None] | None = None,
        pulse: Callable[[], None] | None = None,
        environ: Mapping[str, str] | None = None,
        folder: str | None = None,
    ) -> Ran:
        """The program, run to its end; `hear` gets pieces of its standard output as they come.

        After so many seconds the container is ended, and the program with it. `pulse` is called several times
        a second, by a thread of its own; what it raises ends the container too, and is raised here.
        """
        api = self._container.client.api
        with told(f"run `{words[0]}`"):
            variables = dict(environ) if environ else None
            job = api.exec_create(
                self._container.id, list(words), stdin=False, environment=variables, workdir=folder
            )["Id"]
            stream = api.exec_start(job, stream=True, demux=True)
            guard = _Guard(seconds=seconds, pulse=pulse, end=self.end)
            error: list[bytes] = []
            try:
                with guard:
                    _listen(stream, hear, hear_error or error.append)
            finally:
                stream._response.close()  # its own `close` leaves the connection, and refuses over SSH
            if guard.error is not None:
                raise guard.error
            return Ran(_status(api, job), b"".join(error))

    def end(self) -> None:
        """It is killed, or was gone."""
        from docker.errors import APIError

        with told("end a container"):
            try:
                self._container.kill()
            except APIError as error:
                if error.status_code not in (404, 409):  # gone, or not running
                    raise


class _Guard:
    """Ends a container when its time is over, or when a pulse says so; `error` is what the pulse raised."""

    def __init__(self, *, seconds: float, pulse: Callable[[], None] | None, end: Callable[[], None]) -> None:
        self.error: BaseException | None = None
        self._deadline = time.monotonic() + seconds
        self._pulse = pulse or (lambda: None)
        self._end = end
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="guard", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(_NAP):
            try:
                self._pulse()
            except BaseException as error:  # noqa: BLE001  # raised again where the program was waited for
                self.error = error
            if self.error is not None or time.monotonic() > self._deadline:
                try:
                    self._end()
                except ContainerError as error:
                    self.error = self.error or error
                return


def _listen(stream: Any, hear: Callable[[bytes], None], hear_error: Callable[[bytes], None]) -> None:
    for output, error in stream:
        if output:
            hear(output)
        if error:
            hear_error(error)


def _status(api: Any, job: str) -> int | None:
    from docker.errors import NotFound

    try:
        status = api.exec_inspect(job)["ExitCode"]
    except NotFound:  # the container is gone
        return None
    return None if status is None else int(status)
