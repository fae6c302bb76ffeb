"""C libraries built for the target by zig, for a project that links them: static, so nothing has to be
grafted.

Each is configured for one prefix, whatever machine it is built on, and installed below another folder
(DESTDIR): so its bytes name no path of this machine. It is kept per sources, commands, target and compiler.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from manylinux.backends.confinement import confined
from manylinux.backends.port import BackendError
from manylinux.backends.zig.target import as_word, multiarch, triple
from manylinux.backends.zig.toolchain import pinned

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from manylinux.backends.extras import SourceLibrary
    from manylinux.backends.zig.workplace import Workplace

PREFIX = "/opt/lbuild"
"""What libraries are configured for."""
EXPORTS = "exports.map"
_EXPORTED = "{ global: PyInit_*; local: *; };\n"
"""A version script for modules: what a library defines stays inside of the module it is linked into."""


def build_libraries(
    workplace: Workplace,
    plain: Mapping[str, str],
    path: str,
    shelf: Callable[[str, Callable[[Path], None]], AbstractContextManager[Path]],
) -> None:
    """`workplace.libraries` has all that the job's recipe asks for. Raises BackendError, and what `run`
    raises."""
    job = workplace.job
    workplace.libraries.mkdir()
    (workplace.libraries / EXPORTS).write_text(_EXPORTED, encoding="utf-8")
    for library in job.extras.libraries:
        for program in library.programs:
            if shutil.which(program, path=path) is None:
                raise BackendError(
                    f"building `{library.name}` for it takes `{program}`, which is not on the PATH"
                )
        name = f"library-{library.name}-{library.digest[:32]}-{pinned().version}-{triple(job.target)}"
        with shelf(name, _Making(workplace, plain, path, library)) as built:
            shutil.copytree(built, workplace.libraries, dirs_exist_ok=True, symlinks=True)


class _Making:
    """Fills a folder with one library."""

    def __init__(
        self, workplace: Workplace, plain: Mapping[str, str], path: str, library: SourceLibrary
    ) -> None:
        self._workplace = workplace
        self._plain = plain
        self._path = path
        self._library = library

    def __call__(self, folder: Path) -> None:
        job, name = self._workplace.job, self._library.name
        job.tell(f"building `{name}` for {triple(job.target)}, once")
        scratch = job.folder / f"library-{name}"
        (scratch / "source").mkdir(parents=True)
        sources = self._library.unpack(scratch / "source")
        root = scratch / "root"
        for command in self._library.commands:
            words = ("/bin/sh", "-ec", self._filled_in(command, root))
            closed = confined(words, self._path, job.folder, job.limits)
            job.run(closed, cwd=sources, environ=self._environ())
        made = root / PREFIX.lstrip("/")
        if not made.is_dir():
            raise BackendError(
                f"the recipe of `{name}` put nothing below `{PREFIX}` in the folder `{{root}}`"
            )
        shutil.move(made, folder)
        # What it said of sources that do not compile is about trials of its own.
        self._workplace.notes.unlink(missing_ok=True)
        shutil.rmtree(scratch, ignore_errors=True)

    def _filled_in(self, command: str, root: Path) -> str:
        target = self._workplace.job.target
        values = {
            "{prefix}": PREFIX,
            "{root}": str(root),
            "{libraries}": str(self._workplace.libraries),
            "{host}": multiarch(target),
            "{machine}": target.architecture.machine,
            "{toolchain}": str(self._workplace.tools / "toolchain.cmake"),
            "{jobs}": str(os.cpu_count() or 1),
        }
        for name, value in values.items():
            command = command.replace(name, value)
        return command

    def _environ(self) -> dict[str, str]:
        place, own = self._workplace.libraries, self._workplace
        return {
            **self._plain,
            "PATH": f"{own.bin}:{self._plain['PATH']}",
            "CC": as_word(own.bin / "cc"),
            "CXX": as_word(own.bin / "c++"),
            "AR": as_word(own.bin / "ar"),
            "RANLIB": as_word(own.bin / "ranlib"),
            "CFLAGS": "-O2 -fPIC",
            "CXXFLAGS": "-O2 -fPIC",
            "CPPFLAGS": f"-I{place}/include",
            "LDFLAGS": f"-L{place}/lib",
            "ZIG_GLOBAL_CACHE_DIR": str(own.cache),
            "ZIG_LOCAL_CACHE_DIR": str(own.job.folder / "zig-cache-of-libraries"),
        }
