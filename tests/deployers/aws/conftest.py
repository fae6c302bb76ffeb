"""A user's world whose AWS is moto's, with boto3 to look at it."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from deployers.aws import Aws
from factories.clouds import HERE, Cloud
from factories.commands import Room

_TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
_POLICY = json.dumps({"Version": "2012-10-17", "Statement": [_TRUST]})


@pytest.fixture
def cloud(room: Room, moto: Aws, tmp_path: Path) -> Iterator[Cloud]:
    """A cloud with nothing in it that has its name."""
    boto3 = pytest.importorskip("boto3")
    nowhere = tmp_path / "aws"
    variables = {
        "AWS_ENDPOINT_URL": moto.endpoint,
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
            clients[service, region] = session.client(service, region, endpoint_url=moto.endpoint)
        return clients[service, region]

    name = f"t{uuid.uuid4().hex[:12]}"
    role = client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=_POLICY)["Role"]["Arn"]
    there = replace(room, environ={**room.environ, **variables})
    yield Cloud(room=there, name=name, role=role, client=client)
    for each in clients.values():
        each.close()
