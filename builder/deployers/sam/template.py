"""What a SAM template says of one function or layer; nothing is read here but the mapping.

SAM gives a recipe of `BuildMethod: makefile` a folder, `ARTIFACTS_DIR`, and neither runtime nor architecture
(aws-lambda-builders, workflows/custom_make): they are read where SAM itself reads them, `Globals` included.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeGuard

from builder.errors import DeployerConfigurationError, UnknownResourceError
from builder.project.beginning.documents import inner, text
from builder.project.tables import nearest
from manylinux.architecture import Architecture
from manylinux.errors import LbuildError, SeveralErrors, UnknownRuntimeError
from manylinux.runtimes import find_runtime

if TYPE_CHECKING:
    from collections.abc import Mapping

FUNCTIONS = ("AWS::Serverless::Function", "AWS::Lambda::Function")
LAYERS = ("AWS::Serverless::LayerVersion", "AWS::Lambda::LayerVersion")
_GLOBALS = {FUNCTIONS[0]: "Function", LAYERS[0]: "LayerVersion"}
"""`Globals` hold for SAM's own resources, and for none of CloudFormation's."""
_CONTENT = {
    FUNCTIONS[0]: "CodeUri",
    FUNCTIONS[1]: "Code",
    LAYERS[0]: "ContentUri",
    LAYERS[1]: "Content",
}
_INLINE = ("InlineCode", "ImageUri")
_ARCHIVES = (".zip", ".jar")
"""What `sam build` passes by, for it is built already (samcli/lib/providers)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A function or a layer that is to be built."""

    name: str
    """Its logical ID."""
    layer: bool
    runtime: str
    """Lambda's name of it, such as `python3.13`."""
    architecture: Architecture
    content: str
    """The folder, from the template's."""
    notes: tuple[str, ...] = ()
    """What was chosen although the template leaves it open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """What the command line says, which goes before the template."""

    runtime: str | None = None
    architecture: str | None = None


def read_resource(
    document: Mapping[str, Any], name: str, *, file: str, overrides: Overrides | None = None
) -> Resource:
    """The resource of logical ID `name` in the template called `file`.

    Raises UnknownResourceError, DeployerConfigurationError and UnknownRuntimeError, or several of them.
    """
    return _Reading(document, name, file, overrides or Overrides()).resource()


class _Reading:
    """One resource being read; faults that do not hang together are told together."""

    def __init__(self, document: Mapping[str, Any], name: str, file: str, overrides: Overrides) -> None:
        self._document = document
        self._name = name
        self._file = file
        self._overrides = overrides
        self._notes: list[str] = []
        self._faults: list[LbuildError] = []

    def resource(self) -> Resource:
        kind = self._kind()
        layer = kind in LAYERS
        own = inner(self._document, "Resources", self._name, "Properties")
        common = inner(self._document, "Globals", _GLOBALS.get(kind, ""))
        properties = {**common, **own}
        content = self._content(kind, properties)
        runtime = self._layer_runtime(properties) if layer else self._runtime(properties.get("Runtime"))
        architecture = (
            self._layer_architecture(properties) if layer else self._function_architecture(properties)
        )
        SeveralErrors.raise_any(self._faults)
        return Resource(
            name=self._name,
            layer=layer,
            runtime=runtime,
            architecture=architecture,
            content=content,
            notes=tuple(self._notes),
        )

    def _kind(self) -> str:
        resources = inner(self._document, "Resources")
        buildable = sorted(name for name, each in resources.items() if _type(each) in FUNCTIONS + LAYERS)
        if self._name not in resources:
            known = ", ".join(f"`{each}`" for each in buildable) or "none"
            raise UnknownResourceError(
                f"`{self._file}` has no resource `{self._name}`",
                evidence=[f"its functions and layers: {known}"],
                hint=nearest(self._name, buildable),
            )
        kind = _type(resources[self._name])
        if kind not in FUNCTIONS + LAYERS:
            raise UnknownResourceError(
                f"`{self._name}` of `{self._file}` is no function and no layer",
                evidence=[f"its type is `{kind or 'not said'}`"],
                hint="Name the resource that the recipe builds: `build-NAME` is for `NAME`",
            )
        return kind

    def _content(self, kind: str, properties: Mapping[str, Any]) -> str:
        key = _CONTENT[kind]
        inline = next((each for each in _INLINE if each in properties), None)
        if properties.get("PackageType") == "Image" or inline is not None:
            raise self._wrong(
                "has no folder to build from",
                f"it has `{inline}`" if inline else "its `PackageType` is `Image`",
                f"Give it `{key}`, a folder",
            )
        value = self._plain(key, properties.get(key, "."))
        if value is None:
            self._faults.append(
                self._wrong(
                    f"has a `{key}` that is not a folder's name",
                    f"it is {_shown(properties[key])}",
                    f"Write `{key}` as a folder, from the template's",
                )
            )
        elif value.startswith(("s3://", "https://")) or value.endswith(_ARCHIVES):
            raise self._wrong(
                "is built already",
                f"its `{key}` is `{value}`",
                f"Let `{key}` be a folder, or take the recipe away: `sam build` passes archives by",
            )
        return value or "."

    def _runtime(self, written: object) -> str:
        if self._overrides.runtime is not None:
            return find_runtime(self._overrides.runtime).id
        runtime = self._plain("Runtime", written)
        if runtime is None:
            self._faults.append(
                self._wrong(
                    "does not say its runtime" if written is None else "has a runtime that is an expression",
                    "there is no `Runtime`, in its properties or in `Globals`"
                    if written is None
                    else f"`Runtime` is {_shown(written)}",
                    "Name it in the recipe, as `--runtime python3.13`",
                )
            )
            return ""
        return self._known(runtime)

    def _known(self, runtime: str) -> str:
        try:
            return find_runtime(runtime).id
        except UnknownRuntimeError as error:
            self._faults.append(
                UnknownRuntimeError(
                    f"`{self._name}` of `{self._file}` has the runtime `{runtime}`, for which lbuild "
                    "does not build",
                    evidence=error.evidence,
                    hint=error.hint,
                )
            )
            return ""

    def _layer_runtime(self, properties: Mapping[str, Any]) -> str:
        if self._overrides.runtime is not None:
            return find_runtime(self._overrides.runtime).id
        written = properties.get("CompatibleRuntimes")
        listed = [self._plain("CompatibleRuntimes", each) for each in written] if _is_list(written) else []
        runtimes = [each for each in listed if each is not None]
        if len(runtimes) == 1 == len(listed):
            return self._known(runtimes[0])
        self._faults.append(
            self._wrong(
                "does not say which one runtime it is built for",
                f"`CompatibleRuntimes` is {_shown(written)}",
                "Name one in the recipe, as `--runtime python3.13`: compiled files load on one alone",
            )
        )
        return ""

    def _function_architecture(self, properties: Mapping[str, Any]) -> Architecture:
        return self._architecture("Architectures", properties.get("Architectures"))

    def _layer_architecture(self, properties: Mapping[str, Any]) -> Architecture:
        metadata = inner(self._document, "Resources", self._name, "Metadata")
        compatible = properties.get("CompatibleArchitectures")
        if "BuildArchitecture" not in metadata and _is_list(compatible) and len(compatible) > 1:
            self._notes.append(
                f"`{self._name}` says it is for {_shown(compatible)}, and has no `BuildArchitecture`: "
                "built for x86_64, as SAM does"
            )
            compatible = None
        built = [metadata["BuildArchitecture"]] if "BuildArchitecture" in metadata else compatible
        found = self._architecture("BuildArchitecture", built)
        if _is_list(compatible) and found.value not in compatible:
            self._faults.append(
                self._wrong(
                    f"is built for {found.value} and says it is for others",
                    f"`CompatibleArchitectures` is {_shown(compatible)}",
                    "Let `BuildArchitecture` in its `Metadata` be one of them",
                )
            )
        return found

    def _architecture(self, key: str, written: object) -> Architecture:
        """That of a list of one; SAM's default is x86_64."""
        if self._overrides.architecture is not None:
            return Architecture.parse(self._overrides.architecture)
        if written is None:
            return Architecture.X86_64
        values = [self._plain(key, each) for each in written] if _is_list(written) else []
        if len(values) == 1 and values[0] in list(Architecture):
            return Architecture(values[0])
        self._faults.append(
            self._wrong(
                "does not say which one architecture it is for",
                f"`{key}` is {_shown(written)}",
                "Name it in the recipe, as `--arch arm64`",
            )
        )
        return Architecture.X86_64

    def _plain(self, key: str, written: object) -> str | None:
        """A string, or the default of the parameter that is referred to; None for other expressions."""
        name = text(inner({"": written}, "").get("Ref"))
        if name is None or set(inner({"": written}, "")) != {"Ref"}:
            return text(written)
        default = text(inner(self._document, "Parameters", name).get("Default"))
        if default is not None:
            self._notes.append(
                f"`{key}` of `{self._name}` is the default of the parameter `{name}`, `{default}`"
            )
        return default

    def _wrong(self, what: str, evidence: str, hint: str) -> DeployerConfigurationError:
        return DeployerConfigurationError(
            f"`{self._name}` of `{self._file}` {what}", evidence=[evidence], hint=hint
        )


def _type(resource: object) -> str | None:
    return text(inner({"": resource}, "").get("Type"))


def _is_list(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)


def _shown(value: object) -> str:
    """A value for people, on one line."""
    if value is None:
        return "not there"
    if isinstance(value, str):
        return f"`{value}`"
    if isinstance(value, list):
        return ", ".join(map(_shown, value)) or "empty"
    if isinstance(value, dict):
        return f"an expression, `{next(iter(value), '')}`"
    return f"`{value}`"
