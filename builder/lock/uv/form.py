"""The tables of a `uv.lock`, version 1 of uv's own format, as far as lbuild reads them."""

import tomllib

import msgspec

from builder.errors import InvalidLockError

_VERSION = 1
_WRITE_ANEW = "Write it anew with `uv lock`, or out with `uv export --format pylock.toml -o pylock.toml`"


class Source(msgspec.Struct, frozen=True):
    """Where a package comes from: one of the fields, and what belongs to it."""

    registry: str | None = None
    """URL of an index, or path of a folder of files."""
    git: str | None = None
    """`https://host/x?rev=main&subdirectory=a#<commit>`."""
    url: str | None = None
    path: str | None = None
    directory: str | None = None
    editable: str | None = None
    virtual: str | None = None
    """A folder that is no package, but has dependencies."""
    subdirectory: str | None = None

    @property
    def project_folder(self) -> str | None:
        """The path of a project beside the lock; `.` for the lock's own."""
        return next(
            (each for each in (self.directory, self.editable, self.virtual) if each is not None), None
        )


class Dependency(msgspec.Struct, frozen=True):
    """What a package needs; version and source where the lock holds several packages of that name."""

    name: str
    version: str | None = None
    source: Source | None = None
    extra: tuple[str, ...] = ()
    marker: str | None = None


class File(msgspec.Struct, frozen=True):
    """A wheel or an sdist."""

    url: str | None = None
    path: str | None = None
    filename: str | None = None
    hash: str | None = None
    size: int | None = None


class Package(
    msgspec.Struct,
    frozen=True,
    eq=False,
    rename={"optional": "optional-dependencies", "groups": "dev-dependencies"},
):
    """One package from one source; each is equal to itself alone."""

    name: str
    source: Source
    version: str | None = None
    dependencies: tuple[Dependency, ...] = ()
    optional: dict[str, tuple[Dependency, ...]] = {}
    groups: dict[str, tuple[Dependency, ...]] = {}
    sdist: File | None = None
    wheels: tuple[File, ...] = ()


class Manifest(msgspec.Struct, frozen=True):
    """What the lock was made of beside one project."""

    members: tuple[str, ...] = ()
    requirements: tuple[Dependency, ...] = ()
    """Of a script."""


class UvLock(
    msgspec.Struct, frozen=True, rename={"packages": "package", "requires_python": "requires-python"}
):
    """The whole file."""

    version: int
    requires_python: str | None = None
    packages: tuple[Package, ...] = ()
    manifest: Manifest = Manifest()
    conflicts: list[object] = []


def read_uv_lock(data: bytes, source: str) -> UvLock:
    """The tables in `data`; `source` is what people know the file as. Raises InvalidLockError."""
    try:
        lock = msgspec.convert(tomllib.loads(data.decode("utf-8")), type=UvLock)
    except (ValueError, RecursionError) as error:  # of TOML, UTF-8 and msgspec
        raise InvalidLockError(
            f"`{source}` is no lock of uv", evidence=[str(error) or type(error).__name__], hint=_WRITE_ANEW
        ) from None
    if lock.version != _VERSION:
        raise InvalidLockError(
            f"`{source}` is of version {lock.version} of uv's format, and lbuild reads {_VERSION}",
            hint="Write it out with `uv export --format pylock.toml -o pylock.toml`",
        )
    if lock.conflicts:
        raise InvalidLockError(
            f"`{source}` holds extras or groups that conflict, which lbuild does not tell apart",
            hint="Write out what is wanted: `uv export --extra NAME --format pylock.toml -o pylock.toml`",
        )
    return lock
