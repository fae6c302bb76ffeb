"""AWS as moto plays it, asked through the boto3 that moto's environment has."""

import base64
import hashlib
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ASK = """
import base64, json, sys
import boto3
service, operation, endpoint, parameters = json.load(sys.stdin)
for value in (parameters, *(each for each in parameters.values() if isinstance(each, dict))):
    for key, path in value.items():
        if key == "ZipFile" or (key == "Body" and operation == "put_object"):
            value[key] = open(path, "rb").read()
client = boto3.client(
    service, endpoint_url=endpoint, region_name="eu-central-1",
    aws_access_key_id="testing", aws_secret_access_key="testing",
)
answer = getattr(client, operation)(**parameters)
if "Body" in answer:
    answer["Body"] = base64.b64encode(answer["Body"].read()).decode()
json.dump(answer, sys.stdout, default=str)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aws:
    """One moto server."""

    endpoint: str
    python: Path
    """An interpreter with boto3."""

    def ask(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """The answer to one call of boto3. `ZipFile`, and `Body` of put_object, are given as paths."""
        asked = subprocess.run(
            [self.python, "-c", _ASK],
            input=json.dumps([service, operation, self.endpoint, parameters], default=str),
            capture_output=True,
            text=True,
            check=False,
        )
        assert asked.returncode == 0, asked.stderr
        answer = json.loads(asked.stdout)
        assert isinstance(answer, dict)
        return answer

    def bucket(self, name: str) -> str:
        """A new bucket."""
        here = {"LocationConstraint": "eu-central-1"}
        self.ask("s3", "create_bucket", Bucket=name, CreateBucketConfiguration=here)
        return name

    def download(self, bucket: str, key: str) -> bytes:
        """The bytes of an object."""
        return base64.b64decode(self.ask("s3", "get_object", Bucket=bucket, Key=key)["Body"])

    def role(self, name: str) -> str:
        """The ARN of a role that Lambda may take on; made when it is not there."""
        for role in self.ask("iam", "list_roles")["Roles"]:
            if role["RoleName"] == name:
                return str(role["Arn"])
        policy = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
        document = json.dumps(policy)
        made = self.ask("iam", "create_role", RoleName=name, AssumeRolePolicyDocument=document)
        return str(made["Role"]["Arn"])

    def code_sha256(self, function: str) -> str:
        """What Lambda reports of a function's code."""
        found = self.ask("lambda", "get_function", FunctionName=function)["Configuration"]["CodeSha256"]
        assert isinstance(found, str)
        return found


def code_sha256(content: bytes) -> str:
    """What Lambda reports of code that is these bytes."""
    return base64.b64encode(hashlib.sha256(content).digest()).decode()
