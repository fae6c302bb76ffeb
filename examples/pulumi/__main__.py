"""A function on arm64, with its compiled package in a layer."""

import json

import pulumi
import pulumi_aws as aws
from lbuild_pulumi import bundle

target = {"runtime": "python3.13", "architecture": "arm64"}
deps = bundle("src/requirements-layer.txt", output="build/deps.zip", layer=True, **target)
api = bundle("src/requirements.txt", source="src", output="build/api.zip", **target)

role = aws.iam.Role(
    "api",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                }
            ],
        }
    ),
)
layer = aws.lambda_.LayerVersion(
    "deps",
    layer_name="lbuild-example-deps",
    code=deps.archive,
    source_code_hash=deps.code_sha256,
    compatible_runtimes=[deps.runtime],
    compatible_architectures=[deps.architecture],
)
function = aws.lambda_.Function(
    "api",
    code=api.archive,
    source_code_hash=api.code_sha256,
    runtime=api.runtime,
    architectures=[api.architecture],
    handler="app.handler",
    role=role.arn,
    layers=[layer.arn],
)

pulumi.export("code_sha256", {"api": api.code_sha256, "deps": deps.code_sha256})
