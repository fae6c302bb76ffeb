"""Whether a wheel built here runs anywhere: pure by its tags, its WHEEL file and every file's first bytes.

Specs: binary distribution format (PEP 427), platform compatibility tags (PEP 425).
"""

import zipfile
from pathlib import Path, PurePosixPath

from packaging.metadata import parse_email
from packaging.utils import NormalizedName, canonicalize_name, parse_wheel_filename
from packaging.version import Version

from builder.build.build_system import BuildSystem, RefusedError
from builder.errors import NativeBuildNeededError
from manylinux.archive.damage import damage_told
from manylinux.versions import parsed_version

_SHOWN = 10
_LARGEST_TEXT = 4 << 20
"""Bytes of METADATA or WHEEL."""
_HINT = "Require a version that has wheels for the target, or give a wheel that was built for it"
_NATIVE_SOURCES = frozenset({".c", ".cc", ".cpp", ".cxx", ".pyx", ".rs", ".f", ".f90", ".cu", ".m", ".go"})


def check_pure(wheel: Path, name: NormalizedName | None, version: Version | None) -> None:
    """The built wheel is of the project and version that were asked for, and runs on any platform.

    `None`: nothing was promised. Raises NativeBuildNeededError, and RefusedError for a backend that lies.
    """
    try:
        built_name, built_version, _, tags = parse_wheel_filename(wheel.name)
    except ValueError as error:
        raise RefusedError(f"it gave the file name `{wheel.name}`") from error
    label = f"`{built_name}` {built_version}"
    if (name or built_name, version or built_version) != (built_name, built_version):
        raise RefusedError(f"it was to build `{name}` {version}, and built {label}")
    with (
        damage_told(lambda reason: RefusedError(f"its wheel cannot be read: {reason}")),
        zipfile.ZipFile(wheel) as archive,
    ):
        native = tuple(info.filename for info in archive.infolist() if _is_native(archive, info))
        info = f"{_dist_info(archive, built_name, built_version)}/"
        purelib = parse_email(_text(archive, info + "WHEEL"))[1].get("root-is-purelib", ["?"])[0]
        _check_metadata(_text(archive, info + "METADATA"), built_name, built_version)
    reasons = [*_listed(native)]
    if foreign := sorted(
        str(tag) for tag in tags if not _is_pure_tag(tag.interpreter, tag.abi, tag.platform)
    ):
        reasons.append(
            f"built here, its wheel only loads on {', '.join(f'`{tag}`' for tag in foreign[:_SHOWN])}"
        )
    if purelib.strip().lower() != "true":
        reasons.append("its wheel has `Root-Is-Purelib: false`")
    if reasons:
        raise native_needed(label, reasons)


def refusal(project: Path) -> str | None:
    """Why the project in this folder is not even built; None when it may work. Raises RefusedError."""
    if BuildSystem.of(project).backend.partition(":")[0] == "maturin":
        return "its backend `maturin` compiles Rust"
    return None


def native_needed(label: str, reasons: list[str]) -> NativeBuildNeededError:
    """The error for a project that is not pure Python."""
    return NativeBuildNeededError(
        f"{label} is not pure Python, and nothing is to be compiled", evidence=reasons, hint=_HINT
    )


def native_sources(project: Path) -> tuple[str, ...]:
    """Files that a compiler would want: why a build that failed may have."""
    found = (path for path in sorted(project.rglob("*")) if path.suffix.lower() in _NATIVE_SOURCES)
    return tuple(path.relative_to(project).as_posix() for path in found)


def metadata_of(wheel: Path, filename: str) -> bytes:
    """METADATA of a wheel that passed `check_pure`."""
    name, version, _, _ = parse_wheel_filename(filename)
    with zipfile.ZipFile(wheel) as archive:
        return _text(archive, f"{_dist_info(archive, name, version)}/METADATA")


def _is_pure_tag(interpreter: str, abi: str, platform: str) -> bool:
    # `cp311-none-any` is what a backend writes that takes the interpreter it runs on for the target.
    return interpreter.startswith("py") and interpreter[2:].isdigit() and (abi, platform) == ("none", "any")


def _is_native(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bool:
    with archive.open(info) as content:
        start = content.read(8)
    if start.startswith(b"\x7fELF") or start[:4] in _MACH_O:
        return True
    if start.startswith(b"\xca\xfe\xba\xbe"):
        # A fat Mach-O counts its few architectures where a Java class has its version, 45 or more.
        return 0 < int.from_bytes(start[4:8], "big") < 0x2D
    # Launchers for Windows (setuptools, distlib and pip carry some) are data everywhere else.
    return start.startswith(b"MZ") and PurePosixPath(info.filename).suffix.lower() != ".exe"


_MACH_O = (b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe")


def _dist_info(archive: zipfile.ZipFile, name: NormalizedName, version: Version) -> str:
    found = {path.partition("/")[0] for path in archive.namelist() if ".dist-info/" in path}
    if len(found) != 1:
        raise RefusedError(f"its wheel has {len(found)} `.dist-info` folders")
    folder = found.pop()
    stem, _, of_version = folder.removesuffix(".dist-info").rpartition("-")
    if canonicalize_name(stem) != name or parsed_version(of_version) != version:
        raise RefusedError(f"its wheel holds `{folder}`, and is named for `{name}` {version}")
    return folder


def _check_metadata(metadata: bytes, name: NormalizedName, version: Version) -> None:
    fields, _ = parse_email(metadata)
    said = (canonicalize_name(fields.get("name", "")), parsed_version(fields.get("version", "")))
    if said != (name, version):
        raise RefusedError(f"its wheel says it is `{said[0]}` {said[1]}, and is named for `{name}` {version}")


def _text(archive: zipfile.ZipFile, path: str) -> bytes:
    with archive.open(path) as content:
        return content.read(_LARGEST_TEXT)


def _listed(native: tuple[str, ...]) -> list[str]:
    shown = [f"native: `{path}`" for path in native[:_SHOWN]]
    rest = len(native) - _SHOWN
    return [*shown, f"and {rest} more"] if rest > 0 else shown
