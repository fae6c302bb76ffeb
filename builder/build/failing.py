"""How a build that failed is told: why, the end of its log, what may help; the log is kept."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from builder.build.causes import FULL_DISK, Cause, recognized
from builder.build.purity import native_sources
from builder.errors import BuildLimitError, NoSpaceError, PureFallbackError, SdistBuildError
from manylinux.backends.port import ExceededError, FellBackError

if TYPE_CHECKING:
    from builder.build.workbench import Workbench
    from manylinux.errors import LbuildError

_QUOTED = 15
"""Lines of the log's end."""
_LONGEST_LINE = 200
_TAIL = 64 << 10
"""Bytes of the log that may hold those lines."""
_CONTROL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Colours, and whatever else a terminal would obey."""
_NO_SPACE = 1 << 20
"""Bytes; with less nothing is built."""
_ACCEPT = '`PROJECT = {pure = "accept"}` in `[tool.lbuild.build]`'


def tell_log(bench: Workbench, error: LbuildError, *, even_if_empty: bool = False) -> None:
    """The error tells where the log is, if anything was printed and it can be kept."""
    with suppress(OSError):
        if error.log is None and (even_if_empty or bench.log.stat().st_size):
            error.log = str(kept(bench))
            error.evidence = (*error.evidence, f"log: {error.log}")


def failure(bench: Workbench, error: Exception) -> LbuildError:
    """The error that tells of `error`, which ended a build on that bench."""
    evidence = [*str(error).splitlines(), *_last_lines(bench.log)]
    kind: type[LbuildError] = SdistBuildError
    failed = bench.doing
    if not _has_sources(bench.sources):
        failed, hint = "Fetching", "Check the address, the revision, your rights and the network"
    elif isinstance(error, ExceededError):
        kind, hint = BuildLimitError, _limit_hint(error.limit)
    elif cause := _disk_full(bench.folder) or recognized(bench.log):
        evidence.insert(0, cause.what)
        kind, hint = NoSpaceError if cause.is_of_disk else kind, cause.hint
    elif native := native_sources(bench.sources):
        hint = (
            f"It holds `{native[0]}`, which wants a compiler, perhaps a library too. "
            "Require a version that has wheels for the target, or give a wheel that was built for it"
        )
    elif bench.policy.offline:
        hint = "Build requirements do not come from the store: build once without `--offline`"
    else:
        hint = "See whether `pip wheel` builds it, or require another version"
    if isinstance(error, FellBackError):
        kind, hint = PureFallbackError, f"{hint}; to take it as it is: {_ACCEPT}"
    raised = kind(f"{failed} {bench.label} failed", evidence=evidence, hint=hint)
    tell_log(bench, raised, even_if_empty=isinstance(error, ExceededError))
    return raised


def _disk_full(folder: Path) -> Cause | None:
    """What an empty log cannot say, for it lies on that disk too."""
    with suppress(OSError):
        if shutil.disk_usage(folder).free < _NO_SPACE:
            return FULL_DISK
    return None


def _limit_hint(limit: str) -> str:
    another = "Require another version"
    if limit == "output":
        return another
    more = f"`PROJECT = {{limits = {{{limit} = ...}}}}` in `[tool.lbuild.build]`, or `limits` in a recipe"
    return f"{another}, or allow it more: {more}"


def _has_sources(folder: Path) -> bool:
    """Of a repository there may be the history only, or nothing."""
    return folder.is_dir() and any(each.name != ".git" for each in folder.iterdir())


def kept(bench: Workbench) -> Path:
    """Where the log lies from now on."""
    bench.policy.logs.mkdir(parents=True, exist_ok=True)
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", bench.label).strip("-.")[:80]
    descriptor, path = tempfile.mkstemp(prefix=f"{stem}-", suffix=".log", dir=bench.policy.logs)
    os.close(descriptor)
    return Path(shutil.copyfile(bench.log, path))


def _last_lines(log: Path) -> list[str]:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _TAIL))
        text = file.read(_TAIL).decode(errors="replace")
    return [line for line in map(clean, text.splitlines()) if line][-_QUOTED:]


def clean(line: str) -> str:
    """A line that a build printed, as people are shown it."""
    return _CONTROL.sub("", line).rstrip()[:_LONGEST_LINE]
