"""Sources compiled by the Python of a container image, for who has none of the runtime's version.

Bytecode is the same on every machine, so the image is one for the engine's own. Sources go in as one file and
bytecode comes out as one stream, both of frames; the container has no network and no file of this machine.

Bucket and key: `Bucket.INTERPRETERS`; the image's id and the minor version. An image never changes under its
id, so that a warm build starts no container.
"""

from __future__ import annotations

import io
import json
from contextlib import ExitStack
from typing import TYPE_CHECKING

from builder.bytecode.compiling import LARGEST, MEMORY, TOO_LARGE, compiled
from builder.bytecode.interpreter import unfit
from builder.bytecode.kept import PROGRAM
from builder.bytecode.values import Compiled, Refused
from builder.errors import CompilerError
from builder.interpreter.remembered import as_record, from_record
from builder.trial.archives import packed_files
from builder.trial.in_container import WORKPLACE, ImageWish, opened_workshop, wished_image
from manylinux.containers.engine import Engine
from manylinux.elf.frames import read_frame, write_frame
from prebuilt_index.store import Bucket

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from builder.interpreter.values import Interpreter
    from manylinux.containers.container import Container
    from manylinux.containers.engine import Image
    from manylinux.runtime import Runtime
    from prebuilt_index.store import Store

OPTION = "--compile-in"
_SECONDS = 900.0
"""For the sources of one wheel."""
_SOURCES = "sources"
_INSTEAD = f"without `{OPTION}` a Python of this machine compiles"


class ContainerPython:
    """The Python of one image, its container started when there is something to compile; to be closed.

    As `Compilers`, which see, but for `prepare`: what a container compiles, it compiles many at a time.
    """

    def __init__(
        self,
        runtime: Runtime,
        image: str | None,
        store: Store,
        environ: Mapping[str, str],
        note: Callable[[str], None],
        *,
        offline: bool,
    ) -> None:
        """Raises NoContainerEngineError, NoImageError, ImagePullError, NoInterpreterError, ContainerError."""
        self._wish = ImageWish(name=image, architecture=None, offline=offline, option=OPTION)
        self._python = runtime.python
        self._made: dict[str, Compiled | Refused] = {}
        self._container: Container | None = None
        self._open = ExitStack()
        try:
            self._engine = self._open.enter_context(Engine(environ, _INSTEAD))
            self._image = wished_image(self._engine, runtime, self._wish, note)
            self.interpreter = self._remembered(store, self._image)
        except BaseException:
            self._open.close()
            raise

    def prepare(self, sources: Mapping[str, bytes]) -> None:
        """These will be asked for next, and are compiled now. Raises ContainerError and CompilerError."""
        left = dict(sources)
        for path in [path for path, source in left.items() if len(source) > LARGEST]:
            self._made[path] = TOO_LARGE
            del left[path]
        while left:
            answers = self._answers(left)
            for path, answer in zip(list(left), answers, strict=False):
                self._made[path] = answer
                del left[path]
            if left:
                # The next one ended the process, or took the rest of the time; the others are tried again.
                path = next(iter(left))
                self._made[path] = Refused(reason="it ends the process that compiles it", settled=False)
                del left[path]

    def compile(self, path: str, source: bytes) -> Compiled | Refused:
        """As `Compilers.compile`; of what was not prepared, one at a time."""
        if path not in self._made:
            self.prepare({path: source})
        return self._made.pop(path)

    def close(self) -> None:
        """Nothing of it is left."""
        self._open.close()

    def _remembered(self, store: Store, image: Image) -> Interpreter:
        key = json.dumps(["image", image.id, self._python])
        record = store.get(Bucket.INTERPRETERS, key)
        found = None if record is None else from_record(record)
        if found is None:
            found = self._started()[1]
            store.put(Bucket.INTERPRETERS, key, as_record(found))
        if why := unfit(found):
            raise CompilerError(
                f"The Python of the image `{image.name}` does not compile for the runtime",
                evidence=[why],
                hint=f"Name another image with `{OPTION}`",
            )
        return found

    def _started(self) -> tuple[Container, Interpreter]:
        opened = opened_workshop(self._engine, self._image, self._python, self._wish)
        self._container, interpreter = self._open.enter_context(opened)
        return self._container, interpreter

    def _answers(self, sources: Mapping[str, bytes]) -> Sequence[Compiled | Refused]:
        """What is said of the first of `sources`: of all, where none ends the process."""
        container = self._container or self._started()[0]
        requests = io.BytesIO()
        for path, source in sources.items():
            write_frame(requests, path.encode("utf-8", "surrogateescape") + b"\0" + source)
        container.put(WORKPLACE, packed_files({_SOURCES: requests.getvalue()}))
        program = PROGRAM.read_text(encoding="utf-8")
        words = [str(self.interpreter.path), "-I", "-S", "-B", "-c", program, str(MEMORY)]
        pieces: list[bytes] = []
        ran = container.run([*words, f"{WORKPLACE}/{_SOURCES}"], pieces.append, _SECONDS)
        if ran.status is None:
            self._container = None  # it was ended with what ran in it
        said = io.BytesIO(b"".join(pieces))
        greeting = self.interpreter.magic.to_bytes(2, "little") + self.interpreter.build.encode()
        if read_frame(said) != greeting:
            raise CompilerError(
                f"The Python of the image `{self._image.name}` cannot compile the bundle's modules",
                evidence=ran.error.decode("utf-8", "replace").splitlines()[-3:] or ["it does not answer"],
                hint=f"Name another image with `{OPTION}`",
            )
        return [compiled(answer) for answer in iter(lambda: read_frame(said), None)]
