"""The image that builds run in: the one that is wished for, pulled, or made of it once and found again.

Images that are made carry the digest of what they are made of in their name, `lbuild-build:DIGEST`, and the
label `lbuild.prepared`.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING, Any

from manylinux.backends.port import BackendError
from manylinux.containers.platforms import platform_of
from manylinux.errors import ContainerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from manylinux.backends.docker.wish import ImageWish
    from manylinux.containers.engine import Engine, Image
    from manylinux.target import Target

_RECIPE = 1
"""Raise it when the same packages would be installed in another way."""
_WAYS = {
    "dnf": "dnf install -y {packages} && dnf clean all",
    "microdnf": "microdnf install -y {packages} && microdnf clean all",
    "yum": "yum install -y {packages} && yum clean all",
    "apt-get": "apt-get update && apt-get install -y --no-install-recommends {packages} "
    "&& rm -rf /var/lib/apt/lists/*",
}
"""By package manager, the first that an image has counts: how packages are installed."""
INSTEAD = "name one that is there by `image` in `[tool.lbuild.build]` or in the recipe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparing:
    """Finds the image for a target, or makes it."""

    engine: Engine
    wish: ImageWish
    target: Target
    hear: Callable[[bytes], None]
    """What the engine prints meanwhile."""
    note: Callable[[str], None]
    """What takes long is told."""
    pulse: Callable[[], None]

    @property
    def platform(self) -> str:
        return platform_of(self.target.architecture)

    def image(self) -> Image:
        """Raises BackendError, ImagePullError, ImageBuildError, ContainerError."""
        base = self._of_dockerfile() if self.wish.dockerfile else self._named()
        if base.machine and base.machine != self.platform.partition("/")[2]:
            raise BackendError(f"its image `{base.name}` is for {base.machine}, and {self.target.id} is not")
        return self._with_packages(base) if self.wish.packages or self.wish.managed else base

    def _named(self) -> Image:
        name = self.wish.name(self.target)
        assert name is not None  # else it would have refused
        found = self.engine.image(name)
        if found is not None and found.machine == self.platform.partition("/")[2]:
            return found
        self.note(f"pulling `{name}` for {self.platform}")
        return self.engine.pull(name, self.platform, self.pulse, instead=INSTEAD)

    def _of_dockerfile(self) -> Image:
        name = self.prepared_name(self.wish.content)
        if found := self.engine.image(name):
            return found
        assert self.wish.dockerfile is not None
        with _context(self.wish.dockerfile) as context:
            return self._made(name, context, f"of `{self.wish.dockerfile}`")

    def _with_packages(self, base: Image) -> Image:
        name = self.prepared_name(base.id)
        if found := self.engine.image(name):
            return replace(found, base=base)
        told = " or ".join(dict.fromkeys(filter(None, (self._words(manager) for manager in _WAYS))))
        file = _of_file(self.installing(base.id).encode())
        return replace(self._made(name, file, f"of `{base.name}` with {told}"), base=base)

    def installing(self, base: str) -> str:
        """A Dockerfile that adds the packages to an image, whatever package manager that has."""
        branches = []
        for manager, way in _WAYS.items():
            words = self._words(manager)
            done = way.format(packages=words) if words else f"echo 'no packages for {manager}' >&2; exit 1"
            branches.append(f"if command -v {manager}; then {done}")
        branches.append('{ echo "this image has neither dnf, microdnf, yum nor apt-get" >&2; exit 1; }; fi')
        chosen = "; \\\n    el".join(branches[:-1]) + "; \\\n    else " + branches[-1]
        return (
            f"FROM {base}\nUSER root\nRUN set -e; export DEBIAN_FRONTEND=noninteractive; \\\n    {chosen}\n"
        )

    def _words(self, manager: str) -> str:
        return " ".join(self.wish.packages_for(manager))

    def _made(self, name: str, context: IO[bytes], of: str) -> Image:
        self.note(f"preparing the image `{name}` {of}")
        arguments = {"PYTHON": self.target.runtime.python, "ARCH": self.target.architecture.value}
        return self.engine.build(context, name, self.platform, arguments, self.hear, self.pulse)

    def prepared_name(self, base: str) -> str:
        """The name of what is made of `base`: a digest of sources, or an image."""
        packages: list[Any] = sorted(self.wish.packages)
        if self.wish.managed:
            packages.append({name: sorted(each) for name, each in self.wish.managed.items()})
        content = json.dumps(
            [_RECIPE, base, packages, self.target.runtime.python, self.platform], sort_keys=True
        )
        return f"lbuild-build:{hashlib.sha256(content.encode()).hexdigest()[:32]}"


def content_digest(dockerfile: Path) -> str:
    """Of a Dockerfile, or of a folder that has one: paths, modes and bytes. Raises OSError."""
    with _context(dockerfile) as context:
        return hashlib.sha256(context.read()).hexdigest()


@contextmanager
def _context(dockerfile: Path) -> Iterator[IO[bytes]]:
    """What the engine gets: the same bytes for the same content. Raises OSError."""
    if not dockerfile.is_dir():
        yield _of_file(dockerfile.read_bytes())
        return

    def settled(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = member.mtime = 0
        member.uname = member.gname = ""
        return member

    with tempfile.TemporaryFile() as file:
        with tarfile.open(fileobj=file, mode="w") as archive:
            for folder, folders, names in os.walk(dockerfile):
                folders.sort()
                for name in sorted(names):
                    path = os.path.join(folder, name)
                    archive.add(path, os.path.relpath(path, dockerfile), recursive=False, filter=settled)
        file.seek(0)
        yield file


def _of_file(content: bytes) -> IO[bytes]:
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w") as archive:
        member = tarfile.TarInfo("Dockerfile")
        member.size, member.mode = len(content), 0o644
        archive.addfile(member, io.BytesIO(content))
    output.seek(0)
    return output


def missing(engine: Engine, wish: ImageWish, target: Target, *, offline: bool) -> str | None:
    """Why there is no image, and will be none; None when there is one, or it can be had."""
    name = wish.name(target)
    if name is None and wish.dockerfile is None:
        return f"knows no image for {target.runtime.id}: {INSTEAD}"
    if not offline:
        return None
    probe = Preparing(
        engine=engine, wish=wish, target=target, hear=lambda _: None, note=_refuse, pulse=lambda: None
    )
    try:
        probe.image()
    except _NotHereError as error:
        return f"needs the network once, and `--offline` is in force: {error}"
    except (BackendError, ContainerError) as error:
        return str(error)
    return None


class _NotHereError(Exception):
    """The text says what would have to be done."""


def _refuse(line: str) -> None:
    raise _NotHereError(line)
