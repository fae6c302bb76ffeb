"""Locks for tests: of a small stack, and by hand."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from packaging.utils import canonicalize_name
from packaging.version import Version

from builder.lock import Place, read_pylock, resolution_from_pylock, to_pylock, write
from builder.model import Pin, Request, Resolution
from builder.testing import MemoryIndex
from factories.requests import solve
from factories.targets import make_target
from manylinux.target import Target
from prebuilt_index.artefacts import IndexFile

PLACE = Place(source="pylock.toml", folder=Path("/here/app").absolute())
TARGET = make_target()
HASH = "a" * 64


def no_direct(request: Request) -> IndexFile:
    raise AssertionError(f"nothing to build, and yet {request}")


def stack() -> MemoryIndex:
    """A project with an extra, its dependencies, an sdist, and what nobody asks for."""
    index = MemoryIndex()
    index.add(
        "web-1.0-py3-none-any.whl",
        requires=["core>=2", "tls; extra == 'tls'"],
        extras=["tls"],
        requires_python=">=3.9",
        size=1234,
        upload_time=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    )
    index.add("core-2.0-cp313-cp313-manylinux_2_17_x86_64.whl")
    index.add("tls-3.0.tar.gz")
    index.add("extra-1.0-py3-none-any.whl")
    return index


def locked(*requests: Request | str, index: MemoryIndex | None = None) -> str:
    resolution = solve(index or stack(), *requests)
    asked = [each for each in requests if isinstance(each, Request)]
    return write(to_pylock(resolution, asked, PLACE))


def reread(
    text: str, target: Target = TARGET, extras: Iterable[str] = (), groups: Iterable[str] | None = None
) -> Resolution:
    """What a lock is for a target; nothing in it may need building."""
    pylock = read_pylock(text.encode(), "pylock.toml")
    return resolution_from_pylock(pylock, target, PLACE, no_direct, extras=extras, groups=groups)


def resolution_of(**chosen: IndexFile) -> Resolution:
    pins = (
        Pin(name=canonicalize_name(name), version=Version("1"), file=file) for name, file in chosen.items()
    )
    return Resolution(target=TARGET, pins=tuple(pins))


def package(name: str, *, marker: str = "", version: str = "1", extra: str = "") -> str:
    head = f'[[packages]]\nname = "{name}"\nversion = "{version}"'
    condition = [f'marker = "{marker}"'] if marker else []
    wheel = f'{{ url = "https://host.example/{name}-1-py3-none-any.whl", hashes = {{ sha256 = "{HASH}" }} }}'
    return "\n".join([head, *condition, extra, f"wheels = [{wheel}]", ""])


def lock_text(*packages: str, head: str = "") -> str:
    return "\n".join(['lock-version = "1.0"', 'created-by = "test"', head, *packages])
