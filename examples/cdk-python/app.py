"""Three functions of two bundles, and a layer."""

from pathlib import Path

from aws_cdk import App, CfnOutput, Stack
from aws_cdk import aws_lambda as lambda_
from lbuild_cdk import LbuildFunction, LbuildLayer

FUNCTIONS = Path(__file__).parent / "functions"

app = App()
stack = Stack(app, "Shop")
runtime = lambda_.Runtime.PYTHON_3_13

page = LbuildFunction(
    stack,
    "Page",
    entry=FUNCTIONS / "page",
    index="app.py",
    runtime=runtime,
    architecture=lambda_.Architecture.ARM_64,
)
# The same source for the same target: one bundle, built once.
LbuildFunction(
    stack,
    "Preview",
    entry=FUNCTIONS / "page",
    index="app.py",
    handler="preview",
    runtime=runtime,
    architecture=lambda_.Architecture.ARM_64,
)

layer = LbuildLayer(stack, "Deps", entry=FUNCTIONS / "deps", compatible_runtimes=[runtime])
work = LbuildFunction(
    stack, "Work", entry=FUNCTIONS / "work", index="app.py", runtime=runtime, layers=[layer]
)

for name, made in {"page": page, "work": work, "layer": layer}.items():
    if made.code_sha256:
        CfnOutput(stack, f"{name}CodeSha256", value=made.code_sha256)
app.synth()
