"""`lbuild-manifest.json`: what a build of a project made, for deployers, and for the next build.

Keys are only ever added within one `schema`. Paths are as seen from the manifest's folder, sizes in bytes. It
has neither times nor anything of the machine in it: the same build writes the same bytes.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from builder.errors import InvalidManifestError

if TYPE_CHECKING:
    from pathlib import Path

NAME = "lbuild-manifest.json"
SCHEMA = 1
_NAME = re.compile(r"[A-Za-z0-9_-]{1,140}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """One project in an artefact."""

    name: str
    version: str
    file: str
    sha256: str
    """Hex, of the wheel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """What functions and layers have in common."""

    file: str
    sha256: str
    """Hex."""
    code_sha256: str
    """Base64: what Lambda reports as CodeSha256."""
    zipped: int
    unzipped: int
    files: int
    inputs: str
    """The same for the same bytes, and known without making them."""
    distributions: tuple[Distribution, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerEntry(Artefact):
    """A layer. Its name stays while its content changes; its file's name holds the content's hash."""

    compatible_runtimes: tuple[str, ...]
    compatible_architectures: tuple[str, ...]
    path: str
    """Where modules lie in it."""
    planned: bool
    """lbuild chose its content."""
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionEntry(Artefact):
    """A function."""

    runtime: str
    architecture: str
    group: str
    handler: str | None
    layers: tuple[str, ...]
    """In the order in which Lambda is to be given them."""
    unzipped_with_layers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """All of it."""

    schema: int = SCHEMA
    functions: dict[str, FunctionEntry] = field(default_factory=dict)
    layers: dict[str, LayerEntry] = field(default_factory=dict)

    def of_group(self, group: str, runtime: str, architecture: str) -> dict[str, LayerEntry]:
        """The layers that were planned for one group and target."""
        return {
            name: layer
            for name, layer in self.layers.items()
            if layer.planned
            and layer.group == group
            and layer.compatible_runtimes == (runtime,)
            and layer.compatible_architectures == (architecture,)
        }


def manifest_as_json(manifest: Manifest) -> dict[str, Any]:
    form = msgspec.to_builtins(manifest)
    assert isinstance(form, dict)
    return form


def manifest_text(manifest: Manifest) -> str:
    return json.dumps(manifest_as_json(manifest), indent=2, sort_keys=True) + "\n"


def read_manifest(path: Path) -> Manifest:
    """Raises InvalidManifestError for what is no manifest of this schema."""
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidManifestError(
            f"`{path}` is no manifest of lbuild",
            evidence=[getattr(error, "strerror", None) or str(error)],
            hint="Remove it, and layers are planned afresh",
        ) from error
    if manifest.schema != SCHEMA:
        raise InvalidManifestError(
            f"`{path}` has schema {manifest.schema}, and this lbuild knows {SCHEMA}",
            hint="Build with the lbuild that wrote it, or remove it, and layers are planned afresh",
        )
    odd = _odd(manifest)
    if odd is not None:
        raise InvalidManifestError(
            f"`{path}` is not as lbuild writes it",
            evidence=[odd],
            hint="Remove it, and layers are planned afresh",
        )
    return manifest


def _odd(manifest: Manifest) -> str | None:
    """What lbuild would not have written: its files are replaced and removed, and so must be its own."""
    for name, function in manifest.functions.items():
        if not _NAME.fullmatch(name) or function.file != f"{name}.zip":
            return f"the file of the function `{name}` is `{function.file}`"
        unknown = [layer for layer in function.layers if layer not in manifest.layers]
        if unknown:
            return f"`{name}` names a layer that is not there: `{unknown[0]}`"
    for name, layer in manifest.layers.items():
        if not _NAME.fullmatch(name) or layer.file != layer_file(name, layer.sha256):
            return f"the file of the layer `{name}` is `{layer.file}`"
    return None


def layer_file(name: str, sha256: str) -> str:
    """Where a layer lies, as seen from the output folder."""
    return f"layers/{name}-{sha256[:16]}.zip"
