"""A cloud of one test: its room, its AWS, and boto3 to look at what is there."""

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from factories.commands import Outcome, Room

_TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
_POLICY = json.dumps({"Version": "2012-10-17", "Statement": [_TRUST]})

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


@contextmanager
def opened_cloud(room: Room, endpoint: str) -> Iterator[Cloud]:
    """A cloud with nothing in it that has its name."""
    import boto3

    nowhere = room.folder.parent / "aws"
    variables = {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": HERE,
        "AWS_DEFAULT_REGION": HERE,
        "AWS_CONFIG_FILE": str(nowhere / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(nowhere / "credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "2",
    }
    session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing")
    clients: dict[tuple[str, str], Any] = {}

    def client(service: str, region: str = HERE) -> Any:
        if (service, region) not in clients:
            clients[service, region] = session.client(service, region, endpoint_url=endpoint)
        return clients[service, region]

    name = f"t{uuid.uuid4().hex[:12]}"
    role = client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=_POLICY)["Role"]["Arn"]
    there = replace(room, environ={**room.environ, **variables})
    yield Cloud(room=there, name=name, role=role, client=client)
    for each in clients.values():
        each.close()
