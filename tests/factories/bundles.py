"""Verified wheels, targets and plans for tests of linking."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from packaging.utils import NormalizedName

from builder.link.contents import read_content
from builder.link.plan import plan_bundle
from builder.model import BundlePath, BundlePlan, LayoutKind, LinkOptions, SourceFile
from factories.wheels import write_wheel
from manylinux.architecture import Architecture
from manylinux.runtimes import find_runtime
from manylinux.target import Target
from prebuilt_index.wheel_archive import VerifiedWheel
from prebuilt_index.wheel_archive.verify import verify_wheel


def make_target(runtime: str = "python3.13", architecture: str = "x86_64") -> Target:
    return Target(runtime=find_runtime(runtime), architecture=Architecture(architecture))


def verified_wheel(
    folder: Path, name: str, files: Mapping[str, bytes] | None = None, version: str = "1.0", **options: object
) -> VerifiedWheel:
    """A wheel of `files` on disk, as verification describes it; `options` are those of `make_wheel`."""
    path = write_wheel(folder, name, version, files, **options)  # type: ignore[arg-type]  # passed on
    return verify_wheel(path, path.name, hashlib.sha256(path.read_bytes()).hexdigest())


def make_source(
    folder: Path, files: Mapping[str, bytes], executables: Sequence[str] = ()
) -> tuple[SourceFile, ...]:
    """Source files on disk below `folder`, as a walk would describe them."""
    found = []
    for path, content in files.items():
        location = folder / path
        location.parent.mkdir(parents=True, exist_ok=True)
        location.write_bytes(content)
        found.append(
            SourceFile(
                path=BundlePath(path), location=location, size=len(content), executable=path in executables
            )
        )
    return tuple(found)


def plan(
    wheels: Sequence[VerifiedWheel],
    source: Sequence[SourceFile] = (),
    *,
    runtime: str = "python3.13",
    layout: LayoutKind = LayoutKind.FUNCTION,
    scripts: bool = False,
    prefer: Sequence[str] = (),
    made: Mapping[str, bytes] | None = None,
) -> BundlePlan:
    """The plan of a bundle whose content is read from disk."""
    options = LinkOptions(
        layout=layout, scripts=scripts, prefer=tuple(NormalizedName(name) for name in prefer)
    )
    return plan_bundle(wheels, source, make_target(runtime), options, read_content, made=made or {})
