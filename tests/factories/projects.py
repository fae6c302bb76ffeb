"""Source trees and sdists made on the spot, with a backend of their own that needs nothing installed."""

import gzip
import io
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from builder.build import PureBuilder
from builder.build.door import NativeDoor

PYPROJECT = """[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "{name}"
version = "{version}"
"""

BACKEND = """
import base64, hashlib, os, pathlib, sys, time, zipfile

NAME, VERSION = {name!r}, {version!r}

def wheel(folder, name=NAME, version=VERSION, tag="py3-none-any", purelib="true", files=None):
    stem = name + "-" + version
    content = dict(files or {{name + ".py": pathlib.Path("module.py").read_bytes()}})
    metadata = f"Metadata-Version: 2.1\\nName: {{name}}\\nVersion: {{version}}\\n"
    content[stem + ".dist-info/METADATA"] = metadata.encode()
    content[stem + ".dist-info/WHEEL"] = (
        f"Wheel-Version: 1.0\\nGenerator: backend\\nRoot-Is-Purelib: {{purelib}}\\nTag: {{tag}}\\n".encode()
    )
    record = ""
    for path, body in content.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode()
        record += f"{{path}},sha256={{digest}},{{len(body)}}\\n"
    content[stem + ".dist-info/RECORD"] = (record + stem + ".dist-info/RECORD,,\\n").encode()
    filename = f"{{stem}}-{{tag}}.whl"
    with zipfile.ZipFile(os.path.join(folder, filename), "w") as archive:
        for path, body in content.items():
            archive.writestr(zipfile.ZipInfo(path), body)
    return filename

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
{body}
"""
HONEST = "return wheel(wheel_directory)"


def project_files(name: str, version: str, body: str = HONEST) -> dict[str, bytes]:
    """A project of one module; `body` is what its backend does to build a wheel."""
    indented = "\n".join(f"    {line}" for line in body.splitlines())
    return {
        "pyproject.toml": PYPROJECT.format(name=name, version=version).encode(),
        "backend.py": BACKEND.format(name=name, version=version, body=indented).encode(),
        "module.py": b"answer = 42\n",
    }


def write_project(folder: Path, name: str, version: str, body: str = HONEST) -> Path:
    """Such a project in the new `folder`."""
    for path, content in project_files(name, version, body).items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return folder


def pkg_info(name: str, version: str, *, metadata_version: str = "2.1", extra: str = "") -> bytes:
    """Core metadata as an sdist ships it."""
    return f"Metadata-Version: {metadata_version}\nName: {name}\nVersion: {version}\n{extra}".encode()


def tar_gz(files: Mapping[str, bytes], links: Mapping[str, str] | None = None) -> bytes:
    """A `.tar.gz` of `files`, and of symbolic links by path, the same bytes every time."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, content in files.items():
            member = tarfile.TarInfo(path)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for path, target in (links or {}).items():
            member = tarfile.TarInfo(path)
            member.type, member.linkname = tarfile.SYMTYPE, target
            archive.addfile(member)
    return gzip.compress(buffer.getvalue(), mtime=0)


def write_sdist(
    folder: Path, name: str, version: str, body: str = HONEST, *, info: bytes | None = None
) -> Path:
    """The sdist of such a project; `info` replaces its PKG-INFO."""
    files = {**project_files(name, version, body), "PKG-INFO": info or pkg_info(name, version)}
    path = folder / f"{name}-{version}.tar.gz"
    path.write_bytes(tar_gz({f"{name}-{version}/{each}": content for each, content in files.items()}))
    return path


class MakeBuilder(Protocol):
    """Makes builders that share one store."""

    def __call__(
        self,
        *,
        timeout: float = 60.0,
        output: int = 1 << 20,
        environ: dict[str, str] | None = None,
        native: NativeDoor | None = None,
    ) -> PureBuilder: ...
