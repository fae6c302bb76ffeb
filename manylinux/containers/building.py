"""Images made by an engine from a Dockerfile: as root and with a network, apart from the sealed builds."""

from __future__ import annotations

import queue
import re
import threading
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from manylinux.containers.telling import reason, told
from manylinux.errors import ImageBuildError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

_NAP = 0.2
"""Seconds between pulses."""
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_RED = "\x1b[91m"
"""How Docker paints each piece of what commands print to standard error."""
_LABEL = "lbuild.prepared"
_TOLD = 8
"""Lines of the end that an error quotes."""


def build_image(
    client: Any,
    context: IO[bytes],
    name: str,
    platform: str,
    arguments: Mapping[str, str],
    hear: Callable[[bytes], None],
    pulse: Callable[[], None],
) -> None:
    """The engine has an image `name`, made of the Dockerfile in `context`, a tar archive.

    Raises ImageBuildError, ContainerError, and what `pulse` and `hear` raise: then the engine stops when this
    process ends.
    """
    from docker.errors import DockerException

    with told(f"prepare the image `{name}`"):
        try:
            events = client.api.build(
                fileobj=context,
                custom_context=True,
                tag=name,
                platform=platform,
                buildargs=dict(arguments),
                labels={_LABEL: "1"},
                rm=True,
                forcerm=True,
                decode=True,
            )
            _hear_all(name, _pulsed(events, pulse), hear)
        except DockerException as error:
            raise _failed(name, reason(error)) from error


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that the engine says."""

    text: str
    is_red: bool = False
    """Whether a command printed it to standard error."""
    is_last: bool = False
    """Whether it is the engine's last word, an error."""


def _hear_all(name: str, events: Iterable[Any], hear: Callable[[bytes], None]) -> None:
    said: list[_Line] = []
    for line in _lines(events):
        hear(f"{line.text}\n".encode())
        said += [line] if line.text.strip() else []
        if line.is_last:
            raise _failed(name, _quoted(said))


def _quoted(said: Sequence[_Line]) -> list[str]:
    """The end, with the end of standard error: an engine may tell that before what was printed first."""
    red = [number for number, line in enumerate(said) if line.is_red][-(_TOLD // 2) :]
    others = [number for number in range(len(said)) if number not in red][len(red) - _TOLD :]
    return [said[number].text for number in sorted((*red, *others))]


def _lines(events: Iterable[Any]) -> Iterator[_Line]:
    """What the engine says, line by line.

    What commands print it tells in pieces, of which a line may have several; pieces of standard error are
    red, and come between those of standard output.
    """
    begun = {True: "", False: ""}
    for event in events:
        piece = str(event.get("stream", ""))
        red = _RED in piece
        *lines, begun[red] = (begun[red] + _COLOURS.sub("", piece)).split("\n")
        yield from (_Line(line.rstrip("\r"), is_red=red) for line in lines)
        if told := str(event.get("status") or event.get("error") or "").splitlines():
            yield from _left(begun)
            *first, last = told
            yield from map(_Line, first)
            yield _Line(last, is_last="error" in event)
    yield from _left(begun)


def _left(begun: dict[bool, str]) -> list[_Line]:
    """Lines that were begun, and will not go on."""
    found = [_Line(line, is_red=red) for red, line in begun.items() if line]
    begun.update({True: "", False: ""})
    return found


def _pulsed(events: Iterable[Any], pulse: Callable[[], None]) -> Iterator[Any]:
    """`events`, waited for by another thread; an engine may be silent for minutes."""
    arrived: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()

    def listen() -> None:
        try:
            for event in events:
                arrived.put((event, None))
            arrived.put((None, None))
        except BaseException as error:  # noqa: BLE001  # raised again where it is waited for
            arrived.put((None, error))

    threading.Thread(target=listen, name="image", daemon=True).start()
    while True:
        pulse()
        try:
            event, error = arrived.get(timeout=_NAP)
        except queue.Empty:
            continue
        if error is not None:
            raise error
        if event is None:
            return
        yield event


def _failed(name: str, evidence: Iterable[str]) -> ImageBuildError:
    return ImageBuildError(
        f"The image `{name}` for builds cannot be prepared",
        evidence=evidence,
        hint="Look at `image`, `dockerfile` and `packages` in `[tool.lbuild.build]` or in the recipe",
    )
