"""Core metadata of an sdist, known without a build where the sdist says that it is final (PEP 643)."""

from packaging.metadata import RawMetadata, parse_email
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from builder.build.build_system import RefusedError
from manylinux.versions import parsed_version
from prebuilt_index.errors import BadArchiveError, MetadataMismatchError
from prebuilt_index.wheel_archive.identity import differing_fields

_NEEDED = frozenset({"requires-dist", "requires-python", "provides-extra"})
"""Fields a resolution depends on; name and version may never be dynamic."""
_FINAL_SINCE = Version("2.2")
"""Of metadata: the first version in which fields that may change are named."""


def static_metadata(pkg_info: bytes) -> bytes | None:
    """`pkg_info` when a build cannot change what a resolution needs of it, else None."""
    fields, _ = parse_email(pkg_info)
    dynamic = {name.strip().lower() for name in fields.get("dynamic", [])}
    metadata_version = parsed_version(fields.get("metadata_version", ""))
    if metadata_version is None or metadata_version < _FINAL_SINCE:
        return None
    return None if dynamic & _NEEDED else pkg_info


def check_prepared(metadata: bytes, name: NormalizedName, version: Version) -> None:
    """What a backend prepared is of the project and version that the sdist is. Raises RefusedError."""
    fields, _ = parse_email(metadata)
    if _identity(fields) != (name, version):
        raise RefusedError(
            f"its backend prepared metadata of `{fields.get('name')}` {fields.get('version')}, "
            f"and the sdist is `{name}` {version}"
        )


def check_as_prepared(prepared: bytes, shipped: bytes, wheel: str) -> None:
    """A wheel's metadata is what the backend had prepared, which a resolution may rest on.

    Raises MetadataMismatchError with the fields that differ.
    """
    if evidence := differing_fields(prepared, shipped, "its backend"):
        raise MetadataMismatchError(
            f"The metadata of `{wheel}` is not what its backend said it would be",
            evidence=evidence,
            hint="Require another version, or tell the project's maintainers",
        )


def check_identity(pkg_info: bytes | None, filename: str, name: NormalizedName, version: Version) -> bytes:
    """The sdist's PKG-INFO, which is there and is of the project and version its file name gives.

    Raises BadArchiveError and MetadataMismatchError.
    """
    hint = "Require another version, or tell the project's maintainers"
    if pkg_info is None:
        raise BadArchiveError(
            f"The sdist `{filename}` is not one",
            evidence=("it has no `PKG-INFO` in its top folder",),
            hint=hint,
        )
    fields, _ = parse_email(pkg_info)
    if _identity(fields) != (name, version):
        raise MetadataMismatchError(
            f"The sdist `{filename}` is of another project or version than its name says",
            evidence=(f"PKG-INFO: `{fields.get('name')}` {fields.get('version')}",),
            hint=hint,
        )
    return pkg_info


def _identity(fields: RawMetadata) -> tuple[NormalizedName, Version | None]:
    return canonicalize_name(fields.get("name", "")), parsed_version(fields.get("version", ""))
