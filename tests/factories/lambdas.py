"""A Lambda in memory that takes its time, changes its mind and refuses, as moto's never does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from builder.deployers.aws.settling import Patience
from builder.errors import NotThereError

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Iterator, Mapping

    from manylinux.errors import LbuildError


@dataclass(slots=True)
class MemoryLambda:
    """A `Service`. It remembers what it was asked."""

    function: dict[str, Any] | None = None
    """The configuration of the one function there is."""
    looks: int = 0
    """As many looks a change is under way."""
    refuse: dict[str, deque[LbuildError]] = field(default_factory=dict)
    """Operation to the errors that its next calls end with."""
    fails: bool = False
    """A change of code ends in failure."""
    layers: list[dict[str, Any]] = field(default_factory=list)
    """Versions, as GetLayerVersion answers."""
    corrupts: bool = False
    region: str = "eu-central-1"
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    versions: list[dict[str, Any]] = field(default_factory=list)
    aliases: dict[str, str] = field(default_factory=dict)
    _left: int = 0
    _revision: int = 0

    def ask(self, operation: str, what: str, **parameters: Any) -> Mapping[str, Any]:
        self.asked.append((operation, parameters))
        if self.refuse.get(operation):
            raise self.refuse[operation].popleft()
        answer = getattr(self, f"_{operation}")(**parameters)
        assert isinstance(answer, dict)
        return answer

    def pages(self, operation: str, what: str, key: str, **parameters: Any) -> Iterator[Mapping[str, Any]]:
        yield from self.ask(operation, what, **parameters)[key]

    def calls(self, *but: str) -> list[str]:
        """Operations in order, without looks and those of `but`."""
        looks = ("get_function_configuration", *but)
        return [operation for operation, _ in self.asked if operation not in looks]

    def last(self, operation: str) -> dict[str, Any]:
        """Parameters of the last such call."""
        return next(parameters for name, parameters in reversed(self.asked) if name == operation)

    def _get_function_configuration(self, **_: Any) -> dict[str, Any]:
        if self.function is None:
            raise NotThereError("AWS knows no function")
        if self._left:
            self._left -= 1
            return {**self.function, "LastUpdateStatus": "InProgress"}
        return dict(self.function)

    def _begin(self, **changes: Any) -> dict[str, Any]:
        assert self.function is not None
        self._revision += 1
        self._left = self.looks
        self.function |= {**changes, "RevisionId": f"r{self._revision}", "LastUpdateStatus": "Successful"}
        return dict(self.function)

    def _update_function_configuration(self, **parameters: Any) -> dict[str, Any]:
        given = {key: parameters[key] for key in ("Runtime", "Handler") if key in parameters}
        if "Layers" in parameters:
            given["Layers"] = [{"Arn": arn} for arn in parameters["Layers"]]
        return self._begin(**given)

    def _update_function_code(self, **parameters: Any) -> dict[str, Any]:
        if self.fails:
            assert self.function is not None
            why = {"LastUpdateStatusReasonCode": "InvalidImage", "LastUpdateStatusReason": "no good"}
            self._begin()
            self.function |= {"LastUpdateStatus": "Failed", **why}
            return dict(self.function)
        code = "other" if self.corrupts else parameters["ZipFile"].decode()
        return self._begin(CodeSha256=code, Architectures=parameters["Architectures"])

    def _create_function(self, **parameters: Any) -> dict[str, Any]:
        self.function = function(parameters["Code"]["ZipFile"].decode())
        self._left = self.looks
        return dict(self.function)

    def _publish_version(self, **_: Any) -> dict[str, Any]:
        assert self.function is not None
        if not self.versions or self.versions[-1]["CodeSha256"] != self.function["CodeSha256"]:
            number = str(len(self.versions) + 1)
            self.versions.append({**self.function, "Version": number, "FunctionArn": f"arn:f:{number}"})
        return dict(self.versions[-1])

    def _get_alias(self, **parameters: Any) -> dict[str, Any]:
        if parameters["Name"] not in self.aliases:
            raise NotThereError("AWS knows no alias")
        return {"FunctionVersion": self.aliases[parameters["Name"]]}

    def _create_alias(self, **parameters: Any) -> dict[str, Any]:
        self.aliases[parameters["Name"]] = parameters["FunctionVersion"]
        return {}

    _update_alias = _create_alias

    def _list_layer_versions(self, **_: Any) -> dict[str, Any]:
        listed = ("Version", "Description", "CompatibleRuntimes", "CompatibleArchitectures")
        return {"LayerVersions": [{key: each[key] for key in listed if key in each} for each in self.layers]}

    def _get_layer_version(self, **parameters: Any) -> dict[str, Any]:
        return next(each for each in self.layers if each["Version"] == parameters["VersionNumber"])

    def _publish_layer_version(self, **parameters: Any) -> dict[str, Any]:
        code = "other" if self.corrupts else parameters["Content"]["ZipFile"].decode()
        made = layer(len(self.layers) + 1, code, Description=parameters["Description"])
        self.layers.append(made)
        return made


def function(code: str = "old", **more: Any) -> dict[str, Any]:
    """What GetFunctionConfiguration answers."""
    return {
        "FunctionArn": "arn:f",
        "CodeSha256": code,
        "Runtime": "python3.12",
        "Handler": "old.handler",
        "Architectures": ["x86_64"],
        "PackageType": "Zip",
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "RevisionId": "r0",
        **more,
    }


def layer(version: int, code: str, **more: Any) -> dict[str, Any]:
    """What GetLayerVersion answers."""
    return {
        "Version": version,
        "LayerVersionArn": f"arn:l:{version}",
        "Content": {"CodeSha256": code},
        **more,
    }


@dataclass(slots=True)
class Clock:
    """Time that passes only while somebody sleeps."""

    now: float = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def patience(self) -> Patience:
        return Patience(clock=lambda: self.now, sleep=self.sleep)
