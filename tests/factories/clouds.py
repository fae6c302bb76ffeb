"""A cloud of one test: its room, its AWS, and boto3 to look at what is there."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factories.commands import Outcome, Room

HERE, THERE = "eu-central-1", "us-east-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """A room, and what no other test has on AWS."""

    room: Room
    name: str
    """Before all that a test makes."""
    role: str
    client: Callable[..., Any]
    """`client("lambda", region)`: boto3's."""

    def run(self, *words: str | Path) -> Outcome:
        """`lbuild` in the room."""
        return self.room.lbuild(*words, index=False, cache=False)

    def make_function(self, name: str, region: str = HERE, **settings: Any) -> str:
        """A function with other code, and how it is called on Lambda."""
        called = f"{self.name}-{name}"
        self.client("lambda", region).create_function(
            **{
                "FunctionName": called,
                "Role": self.role,
                "Runtime": "python3.11",
                "Handler": "old.handler",
                "Code": {"ZipFile": b"old"},
                **settings,
            }
        )
        return called

    def function(self, name: str, region: str = HERE) -> dict[str, Any]:
        """What Lambda says of it."""
        found = self.client("lambda", region).get_function_configuration(FunctionName=name)
        assert isinstance(found, dict)
        return found

    def layers(self, name: str, region: str = HERE) -> list[dict[str, Any]]:
        """Its versions, newest first."""
        found = self.client("lambda", region).list_layer_versions(LayerName=name)["LayerVersions"]
        assert isinstance(found, list)
        return found

    def make_bucket(self, name: str, region: str = HERE) -> str:
        called = f"{self.name}-{name}"
        where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        self.client("s3", region).create_bucket(Bucket=called, **where)
        return called
