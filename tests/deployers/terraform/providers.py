"""Stand-ins for two providers that no package index has: `hashicorp/external`, and a part of `hashicorp/aws`.

Terraform itself is the real one, and so is the protocol between it and a provider. `external` does what the
real one does (internal/provider/data_source.go there): nulls of the query are left away, the program gets
JSON on standard input, its standard error is the error. `aws` calls boto3, at `AWS_ENDPOINT_URL`.

Usage: providers.py external|aws
"""

import json
import subprocess
import sys
from typing import Any

from tf.iface import DataSource, Provider, Resource
from tf.runner import run_provider
from tf.schema import Attribute, Schema
from tf.types import List, Map, String

TEXT, TEXTS, TABLE = String(), List(String()), Map(String())


class External(DataSource):
    """`data "external"`."""

    def __init__(self, provider: Provider) -> None:
        pass

    @classmethod
    def get_name(cls) -> str:
        return ""

    @classmethod
    def get_schema(cls) -> Schema:
        return Schema(
            attributes=[
                Attribute("program", TEXTS, required=True),
                Attribute("working_dir", TEXT, optional=True),
                Attribute("query", TABLE, optional=True),
                Attribute("result", TABLE, computed=True),
                Attribute("id", TEXT, computed=True),
            ]
        )

    def read(self, ctx: Any, config: dict[str, Any]) -> dict[str, Any] | None:
        query = {key: value for key, value in (config["query"] or {}).items() if value is not None}
        done = subprocess.run(
            config["program"],
            input=json.dumps(query),
            capture_output=True,
            text=True,
            cwd=config.get("working_dir") or None,
            check=False,
        )
        if done.returncode != 0:
            ctx.diagnostics.add_error("External Program Execution Failed", done.stderr)
            return None
        result = json.loads(done.stdout)
        if not all(isinstance(value, str) for value in result.values()):
            ctx.diagnostics.add_error("Unexpected External Program Results", done.stdout)
            return None
        return {**config, "result": result, "id": "-"}


class _OfAws(Resource):
    """A resource that is made and removed; a change makes it anew."""

    name: str
    attributes: tuple[Attribute, ...]

    def __init__(self, provider: Provider) -> None:
        pass

    @classmethod
    def get_name(cls) -> str:
        return cls.name

    @classmethod
    def get_schema(cls) -> Schema:
        return Schema(attributes=[*cls.attributes, Attribute("arn", TEXT, computed=True)])

    def read(self, ctx: Any, current: dict[str, Any]) -> dict[str, Any]:
        return current

    def upgrade(self, ctx: Any, version: int, old: dict[str, Any]) -> dict[str, Any]:
        return old

    def update(self, ctx: Any, current: dict[str, Any], planned: dict[str, Any]) -> dict[str, Any]:
        self.delete(ctx, current)
        return self.create(ctx, planned)


def _client(service: str) -> Any:
    import boto3

    return boto3.client(service)


class Role(_OfAws):
    name = "iam_role"
    attributes = (
        Attribute("name", TEXT, required=True),
        Attribute("assume_role_policy", TEXT, required=True),
    )

    def create(self, ctx: Any, planned: dict[str, Any]) -> dict[str, Any]:
        made = _client("iam").create_role(
            RoleName=planned["name"], AssumeRolePolicyDocument=planned["assume_role_policy"]
        )
        return {**planned, "arn": made["Role"]["Arn"]}

    def delete(self, ctx: Any, current: dict[str, Any]) -> None:
        _client("iam").delete_role(RoleName=current["name"])


class LayerVersion(_OfAws):
    name = "lambda_layer_version"
    attributes = (
        Attribute("layer_name", TEXT, required=True),
        Attribute("filename", TEXT, required=True),
        Attribute("source_code_hash", TEXT, optional=True),
        Attribute("compatible_runtimes", TEXTS, optional=True),
        Attribute("compatible_architectures", TEXTS, optional=True),
    )

    def create(self, ctx: Any, planned: dict[str, Any]) -> dict[str, Any]:
        with open(planned["filename"], "rb") as file:
            made = _client("lambda").publish_layer_version(
                LayerName=planned["layer_name"],
                Content={"ZipFile": file.read()},
                CompatibleRuntimes=planned["compatible_runtimes"],
                CompatibleArchitectures=planned["compatible_architectures"],
            )
        return {**planned, "arn": made["LayerVersionArn"]}

    def delete(self, ctx: Any, current: dict[str, Any]) -> None:
        """Published versions stay."""


class Function(_OfAws):
    name = "lambda_function"
    attributes = (
        Attribute("function_name", TEXT, required=True),
        Attribute("filename", TEXT, required=True),
        Attribute("source_code_hash", TEXT, optional=True),
        Attribute("handler", TEXT, required=True),
        Attribute("runtime", TEXT, required=True),
        Attribute("architectures", TEXTS, optional=True),
        Attribute("role", TEXT, required=True),
        Attribute("layers", TEXTS, optional=True),
    )

    def create(self, ctx: Any, planned: dict[str, Any]) -> dict[str, Any]:
        with open(planned["filename"], "rb") as file:
            made = _client("lambda").create_function(
                FunctionName=planned["function_name"],
                Code={"ZipFile": file.read()},
                Handler=planned["handler"],
                Runtime=planned["runtime"],
                Architectures=planned["architectures"],
                Role=planned["role"],
                Layers=planned["layers"],
            )
        return {**planned, "arn": made["FunctionArn"]}

    def delete(self, ctx: Any, current: dict[str, Any]) -> None:
        _client("lambda").delete_function(FunctionName=current["function_name"])


class OnePrefix(Provider):
    """A provider without a configuration of its own."""

    def __init__(self, name: str, prefix: str, data: list[Any], resources: list[Any]) -> None:
        self._name, self._prefix, self._data, self._resources = name, prefix, data, resources

    def get_model_prefix(self) -> str:
        return self._prefix

    def full_name(self) -> str:
        return f"registry.terraform.io/hashicorp/{self._name}"

    def get_provider_schema(self, diags: Any) -> Schema:
        return Schema()

    def validate_config(self, diags: Any, config: dict[str, Any]) -> None:
        """Nothing can be configured."""

    def configure_provider(self, diags: Any, config: dict[str, Any]) -> None:
        """Nothing can be configured."""

    def get_data_sources(self) -> list[Any]:
        return self._data

    def get_resources(self) -> list[Any]:
        return self._resources


PROVIDERS = {
    "external": OnePrefix("external", "external", [External], []),
    "aws": OnePrefix("aws", "aws_", [], [Role, LayerVersion, Function]),
}

if __name__ == "__main__":
    run_provider(PROVIDERS[sys.argv[1]])
