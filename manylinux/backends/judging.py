"""What is wrong with a wheel that a backend made without an error, where the build itself shows it.

Names of modules that the target's Python does not look for, code for another machine, and pure Python where
compiling has failed quietly. What else may keep a wheel from loading is the audit's affair.
"""

from __future__ import annotations

import json
import os
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from manylinux.archive.damage import damage_told
from manylinux.backends.port import BackendError, ExceededError, FellBackError
from manylinux.backends.undefined import unresolved

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from manylinux.backends.port import Job

_TAGGED = re.compile(r"\.cpython-(\d+)[a-z]*-([\w-]+)\.so$")
_MACHINES = {62: "x86_64", 183: "aarch64"}
_GENERATED = (".c", ".cc", ".cpp", ".cxx")
"""Endings of what Cython makes of a `.pyx`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compilations:
    """What the compilers of one build noted, and the sources that it had."""

    notes: Path
    """A line of JSON for each call: absolute paths of `sources`, and the `status` it ended with."""
    root: Path
    """Where the project lay, there."""
    sources: Collection[str] = ()
    """Files of the project before the build, below the root; empty: no note says anything of it."""

    @classmethod
    def of(cls, notes: Path, project: Path, root: Path | None = None) -> Compilations:
        """Those of a build of what is in the folder `project` now, and lies at `root` there."""
        files = (path.relative_to(project) for path in project.rglob("*") if path.is_file())
        return cls(notes=notes, root=root or project, sources=frozenset(map(Path.as_posix, files)))

    def happened(self) -> bool:
        """A compiler was asked for something, by whatever name."""
        return any(True for _ in self._calls())

    def failed(self) -> tuple[str, ...]:
        """Sources of the project that did not compile; trials of a configuration have their own."""
        results: dict[str, bool] = {}
        for call in self._calls():
            for source in call["sources"]:
                shown = os.path.relpath(source, self.root).replace(os.sep, "/")
                stem, suffix = os.path.splitext(shown)
                if shown in self.sources or (suffix in _GENERATED and f"{stem}.pyx" in self.sources):
                    results[shown] = results.get(shown, False) or call.get("status") == 0
        return tuple(sorted(source for source, compiled in results.items() if not compiled))

    def wanted(self) -> tuple[str, ...]:
        """Programs of the target that the build asked for an answer; they do not run here (`emulator`)."""
        return tuple(call["wanted"] for call in self._calls() if "wanted" in call)

    def _calls(self) -> Iterator[Mapping[str, Any]]:
        """Raises BackendError: the build may have written there as well."""
        for line in self.notes.read_bytes().splitlines() if self.notes.exists() else ():
            try:
                call = json.loads(line.decode(errors="surrogateescape"))
            except (ValueError, RecursionError):
                call = None
            if not _is_note(call):
                raise BackendError("the notes of its compilers cannot be read")
            yield call


def _is_note(call: object) -> bool:
    if not isinstance(call, dict) or not isinstance(call.get("sources"), list):
        return False
    return all(isinstance(each, str) and each for each in (*call["sources"], call.get("wanted", "none")))


def check_made(
    wheel: Path, job: Job, compilations: Compilations, *, versioned: bool = False
) -> tuple[str, ...]:
    """What people should know of the wheel. Raises BackendError when it would not load, or lacks its point.

    `versioned`: the linker gives every symbol of the target's glibc its version.
    """
    with readable(wheel), zipfile.ZipFile(wheel) as archive:
        if sum(info.file_size for info in archive.infolist()) > job.limits.wheel:
            raise ExceededError("wheel", f"its wheel unpacks to more than {job.limits.told('wheel')}")
        compiled = dict(_compiled(archive))
        names_host = _host_paths(archive, compiled, job)
        libraries = {path: archive.read(path) for path in compiled} if versioned else {}
    for path, machine in sorted(compiled.items()):
        _check_name(path, machine, job)
    if wanted := compilations.wanted():
        raise BackendError(
            f"its build asked the program `{Path(wanted[0]).name}`, which it had compiled for the target and "
            "cannot run here, and went on without the answer"
        )
    failed = compilations.failed()
    if not compiled:
        return (*_fallen_back(wheel.name, failed, job), *names_host)
    if open_ := unresolved(libraries):
        path, names = next(iter(open_.items()))
        glibc = ".".join(map(str, job.target.glibc))
        raise BackendError(
            f"its `{path}` uses {_listed(names)}, which neither glibc {glibc} nor the wheel has"
        )
    left_out = (f"not in the wheel, because it does not compile: {_listed(failed)}",) if failed else ()
    return (*left_out, *names_host)


def _fallen_back(wheel: str, failed: Sequence[str], job: Job) -> tuple[str, ...]:
    """What is to be told of a wheel without compiled files. Raises FellBackError where it should have some.

    That the project has extensions is no proof: they may be for another system, or for those who ask.
    """
    if failed:
        why = (
            f"its backend went on without what it could not compile, and made pure Python: {_listed(failed)}"
        )
    elif not job.project.compiles:
        return ()
    elif wheel.endswith("-any.whl"):
        return ("nothing in it is compiled, though its build files speak of extension modules",)
    else:
        why = "its backend left its extension modules out"
        why = f"{why}: `{wheel}` is for one platform, and nothing in it is compiled"
    if job.accepts_pure:
        return (f"pure Python, as is accepted: {why}",)
    raise FellBackError(why)


def readable(wheel: Path) -> AbstractContextManager[None]:
    """What `zipfile` raises inside the block, for the wheel is no archive, becomes a BackendError."""
    return damage_told(lambda reason: BackendError(f"its wheel `{wheel.name}` cannot be read: {reason}"))


def is_pure(wheel: Path) -> bool:
    """Nothing in a wheel that can be read is compiled."""
    with zipfile.ZipFile(wheel) as archive:
        return not any(True for _ in _compiled(archive))


def _compiled(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Every ELF file in the wheel, and the machine it is for."""
    for info in archive.infolist():
        with archive.open(info) as content:
            start = content.read(20)
        if start.startswith(b"\x7fELF"):
            number = int.from_bytes(start[18:20], "little")
            yield info.filename, _MACHINES.get(number, f"machine {number}")


def _check_name(path: str, machine: str, job: Job) -> None:
    wanted = job.target.architecture.machine
    if machine != wanted:
        raise BackendError(f"its `{path}` is for {machine}, not for {wanted}")
    found = _TAGGED.search(path)
    python = job.target.runtime.python.replace(".", "")
    if found and (found[1], found[2]) != (python, f"{wanted}-linux-gnu"):
        raise BackendError(
            f"its `{path}` has a name that Python {job.target.runtime.python} on {wanted} does not look for"
        )


def _host_paths(archive: zipfile.ZipFile, compiled: Collection[str], job: Job) -> tuple[str, ...]:
    """Where the build's own folder is named: the same sources would give other bytes elsewhere."""
    needle = os.fsencode(job.folder)
    found = sorted(
        path
        for path in archive.namelist()
        if (path in compiled or path.endswith((".py", ".json", "/METADATA"))) and needle in archive.read(path)
    )
    return (f"it names the folder it was built in: {_listed(found)}",) if found else ()


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:3])
    return f"{shown} and {len(names) - 3} more" if len(names) > 3 else shown
