"""What a failed build's log says of the cause, where it is one that many builds fail by."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_LOOKED_AT = 1 << 20
"""Bytes of the log's end."""
_DOCKER = "`--build docker` builds in an image, to which `packages` in `[tool.lbuild.build]` adds libraries"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a build failed, and what to do."""

    what: str
    hint: str
    is_of_disk: bool = False
    """There was no space: no fault of the project's."""


def recognized(log: Path) -> Cause | None:
    """The cause, if the log of a build shows one that is known."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _LOOKED_AT))
            text = file.read(_LOOKED_AT).decode(errors="replace")
    except OSError:
        return None
    return cause_in(text)


def cause_in(text: str) -> Cause | None:
    """The first cause that is found in a build's output."""
    if found := re.search(r"fatal error: '?([\w./+-]+\.h(?:pp)?)'?(?: file not found|: No such file)", text):
        return _header(found[1])
    if "No space left on device" in text:
        return FULL_DISK
    for pattern, what, hint in _KNOWN:
        if found := re.search(pattern, text, re.IGNORECASE):
            return Cause(what=what.format(*filter(None, found.groups())), hint=hint)
    return None


def _header(header: str) -> Cause:
    if header == "Python.h":
        return Cause(
            what="the header `Python.h` is missing",
            hint="Install the headers of that Python: `python3.X-dev` on Debian, `python3.X-devel` on Fedora",
        )
    if header == "omp.h":
        return Cause(what="it needs OpenMP, which zig does not have", hint="Use `--build docker`")
    for prefix, (debian, fedora) in _packages().items():
        if header == prefix or header.startswith(f"{prefix}/") or header.rpartition("/")[2] == prefix:
            return Cause(
                what=f"the header `{header}` is missing; Amazon Linux: `{fedora}`, Debian: `{debian}`",
                hint=f"{_DOCKER}; or require a version that has wheels for the target",
            )
    gone = _OLD_PYTHON.get(header)
    if gone:
        return Cause(
            what=f"it includes `{header}`, which {gone}", hint="Require a newer version of the project"
        )
    return Cause(what=f"the header `{header}` is missing", hint=f"If a system library has it, {_DOCKER}")


@cache
def _packages() -> dict[str, tuple[str, str]]:
    """Header, or the folder it is in, to the packages that have it: Debian's and Amazon Linux's."""
    text = Path(__file__).with_name("headers.toml").read_text(encoding="utf-8")
    return {header: (row[0], row[1]) for header, row in tomllib.loads(text)["headers"].items()}


_OLD_PYTHON = {"longintrepr.h": "Python 3.11 and newer do not have", "code.h": "newer Pythons do not have"}
FULL_DISK = Cause(
    what="the disk is full",
    hint="Free space: TMPDIR names the folder that builds work in; containers lie where their engine is",
    is_of_disk=True,
)
_KNOWN = (
    (
        r"/compilers/(?:cc|gcc): .*not found",
        "the image has no C compiler",
        "Add one to it by `packages` in `[tool.lbuild.build]` or in the recipe, or name another image",
    ),
    (
        r"(?:^|\n)MemoryError|virtual memory exhausted|Cannot allocate memory|std::bad_alloc",
        "it wanted more memory than a build may have",
        "Allow it more: `PROJECT = {limits = {memory = ...}}` in `[tool.lbuild.build]`, or in a recipe",
    ),
    (
        r"(?:Permission denied|Read-only file system): '(?!/lbuild/)(/[^']+)'",
        "it writes outside of its own folder: `{0}`",
        "Tell the project's maintainers, or require another version",
    ),
    (
        r"make sure the (.+?) development packages are installed",
        "it needs {0}, as development packages of the system",
        f"{_DOCKER}; or require a version that has wheels for the target",
    ),
    (r"lbuild: (gfortran|f77|f95|flang\S*) of this machine", "it compiles Fortran", "Use `--build docker`"),
    (
        r"lbuild: (\S+) of this machine is not the target's",
        "it asks `{0}` for a library of the system",
        f"{_DOCKER}; or require a version that has wheels for the target",
    ),
    (
        r"lbuild: (`[^`]+`) belongs to this machine",
        "it links {0}, which is of this machine",
        f"{_DOCKER}; or require a version that has wheels for the target",
    ),
    (
        r"unable to find (?:dynamic system )?library ['\"]([^'\"]+)['\"]",
        "it links the system's library `{0}`",
        f"{_DOCKER}; or require a version that has wheels for the target",
    ),
    (
        r"can't find Rust compiler|(?:rustc|cargo): (?:command )?not found|directory: '(?:cargo|rustc)'",
        "it compiles Rust, and there is no toolchain",
        "Install one with `rustup`, or use `--build docker`",
    ),
    (
        r"failed to get `([^`]+)` as a dependency of package|no matching package named `([^`]+)` found",
        "its crate `{0}` is not in the sdist, and builds have no network to fetch it",
        "Give sources with `cargo vendor`'s folder, or require a version that has wheels for the target",
    ),
    (r"Unknown compiler\(s\): \[\['?gfortran", "it compiles Fortran", "Use `--build docker`"),
    (
        r"failure in name resolution|Name or service not known|Network is unreachable|not resolve host",
        "it wants the network while it builds; builds have none, so that same sources give same wheels",
        "Require a version that has wheels for the target, or give a wheel that was built for it",
    ),
    (
        r"no member named '(ob_digit|tp_print|f_code|co_code|ob_exc\w*|exc_type)'",
        "it uses `{0}`, which this version of Python does not have any more",
        "Require a newer version of the project, or choose an older runtime with `--runtime`",
    ),
    (
        r"ModuleNotFoundError: No module named '(distutils|imp|pkg_resources)'",
        "it imports `{0}`, which this version of Python, or of setuptools, does not have any more",
        "Require a newer version of the project, or choose an older runtime with `--runtime`",
    ),
    (
        r"ModuleNotFoundError: No module named '(\w+)'",
        "it imports `{0}` while it builds and does not say so in `build-system.requires`",
        "Tell the project's maintainers, or require another version",
    ),
)
