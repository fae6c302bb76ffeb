"""Wheels made in memory: small, correct and the same bytes every time, unless a test asks otherwise."""

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

_EPOCH = (1980, 1, 1, 0, 0, 0)


def wheel_filename(name: str, version: str, tag: str = "py3-none-any", build: str | None = None) -> str:
    """The file name the wheel specification gives such a wheel."""
    parts = [escaped(name), version.replace("-", "_"), *([build] if build else []), tag]
    return "-".join(parts) + ".whl"


def escaped(name: str) -> str:
    """`name` as the wheel specification writes it in file names: lower case, runs of `-_.` as one `_`."""
    return "_".join(part for part in name.lower().replace("-", "_").replace(".", "_").split("_") if part)


def make_wheel(
    name: str,
    version: str,
    files: Mapping[str, bytes] | None = None,
    *,
    tag: str = "py3-none-any",
    build: str | None = None,
    requires_dist: Iterable[str] = (),
    requires_python: str | None = None,
    extras: Iterable[str] = (),
    entry_points: Mapping[str, Mapping[str, str]] | None = None,
    data_scripts: Mapping[str, bytes] | None = None,
    data: Mapping[str, bytes] | None = None,
    executables: Iterable[str] = (),
    purelib: bool | None = None,
    deflate: bool = True,
    directories: Iterable[str] = (),
    metadata: bytes | None = None,
    wheel: bytes | None = None,
    record: bytes | None = None,
    dist_info_files: Mapping[str, bytes] | None = None,
) -> bytes:
    """A wheel of `files` (default: one module) with a correct `.dist-info`.

    `entry_points` maps a group to its names and references; `data` maps paths below `.data/` (`data/etc/x`,
    `purelib/y.py`), `data_scripts` those below `.data/scripts/`, which are executable. `metadata`, `wheel`
    and `record` replace the file of that name; `dist_info_files` adds to the `.dist-info` directory.
    """
    stem = f"{escaped(name)}-{version}"
    info = f"{stem}.dist-info"
    content = dict(
        files if files is not None else {f"{escaped(name)}.py": f"version = {version!r}\n".encode()}
    )
    content |= {f"{stem}.data/{path}": body for path, body in (data or {}).items()}
    scripts = {f"{stem}.data/scripts/{path}": body for path, body in (data_scripts or {}).items()}
    content |= scripts
    content |= {f"{info}/{path}": body for path, body in (dist_info_files or {}).items()}
    if entry_points:
        content[f"{info}/entry_points.txt"] = _entry_points(entry_points)
    content[f"{info}/METADATA"] = (
        metadata if metadata is not None else _metadata(name, version, requires_dist, requires_python, extras)
    )
    content[f"{info}/WHEEL"] = wheel if wheel is not None else _wheel(tag, build, purelib)
    content[f"{info}/RECORD"] = record if record is not None else make_record(content, f"{info}/RECORD")
    return zipped(content, executables={*scripts, *executables}, deflate=deflate, directories=directories)


def write_wheel(
    folder: Path,
    name: str,
    version: str,
    files: Mapping[str, bytes] | None = None,
    *,
    tag: str = "py3-none-any",
    build: str | None = None,
    **options: object,
) -> Path:
    """The wheel `make_wheel` makes, written to `folder` under its proper name."""
    path = folder / wheel_filename(name, version, tag, build)
    content = make_wheel(name, version, files, tag=tag, build=build, **options)  # type: ignore[arg-type]  # passed on
    path.write_bytes(content)
    return path


def make_record(content: Mapping[str, bytes], record_path: str) -> bytes:
    """A RECORD that lists `content` and itself."""
    lines = [f"{path},sha256={record_digest(body)},{len(body)}" for path, body in content.items()]
    return "\n".join([*lines, f"{record_path},,", ""]).encode()


def record_digest(body: bytes) -> str:
    """The sha256 of `body` as RECORD writes it: urlsafe base64 without padding."""
    return base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode()


def zipped(
    content: Mapping[str, bytes],
    *,
    executables: Iterable[str] = (),
    deflate: bool = True,
    directories: Iterable[str] = (),
) -> bytes:
    """A zip of `content` in its order, made on Unix in 1980."""
    executable = frozenset(executables)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for folder in directories:
            entry = zipfile.ZipInfo(folder.rstrip("/") + "/", _EPOCH)
            entry.create_system, entry.external_attr = 3, 0o40755 << 16 | 0x10
            archive.writestr(entry, b"")
        for path, body in content.items():
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.create_system = 3
            entry.external_attr = (0o100755 if path in executable else 0o100644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED if deflate else zipfile.ZIP_STORED
            archive.writestr(entry, body)
    return buffer.getvalue()


def _metadata(
    name: str, version: str, requires_dist: Iterable[str], requires_python: str | None, extras: Iterable[str]
) -> bytes:
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Python: {requires_python}"] if requires_python is not None else []
    lines += [f"Provides-Extra: {extra}" for extra in extras]
    lines += [f"Requires-Dist: {requirement}" for requirement in requires_dist]
    return "\n".join([*lines, "", ""]).encode()


def _wheel(tag: str, build: str | None, purelib: bool | None) -> bytes:
    pythons, abis, platforms = (part.split(".") for part in tag.split("-"))
    pure = purelib if purelib is not None else platforms == ["any"]
    lines = ["Wheel-Version: 1.0", "Generator: lbuild-tests", f"Root-Is-Purelib: {str(pure).lower()}"]
    lines += [
        f"Tag: {python}-{abi}-{platform}" for python in pythons for abi in abis for platform in platforms
    ]
    lines += [f"Build: {build}"] if build else []
    return "\n".join([*lines, ""]).encode()


def _entry_points(groups: Mapping[str, Mapping[str, str]]) -> bytes:
    lines = []
    for group, points in groups.items():
        lines += [f"[{group}]", *(f"{name} = {reference}" for name, reference in points.items()), ""]
    return "\n".join(lines).encode()
