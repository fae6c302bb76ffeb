"""What the constructs make of a project of functions, and say of mistakes: as JSON, by name."""

import json
import sys
from collections.abc import Callable
from typing import Any

from aws_cdk import App, Stack
from aws_cdk import aws_lambda as lambda_
from lbuild_cdk import LbuildError, LbuildFunction, LbuildLayer, LbuildOptions, LbuildProject

RUNTIME = lambda_.Runtime.PYTHON_3_13
said: dict[str, str] = {}


def told(name: str, make: Callable[[Stack], object], context: dict[str, Any] | None = None) -> None:
    try:
        make(Stack(App(outdir="other.out", context=context), "Stack"))
        said[name] = "nothing"
    except LbuildError as error:
        said[name] = str(error)


def fails(name: str, **changed: Any) -> None:
    given = {"entry": "one", "index": "app.py", "runtime": RUNTIME, **changed}
    told(name, lambda stack: LbuildFunction(stack, "Function", **given))


def other_stacks(stack: Stack) -> None:
    command = ["no-such-lbuild"]
    options = LbuildOptions(command=command)
    LbuildFunction(stack, "Function", entry="one", index="app.py", runtime=RUNTIME, bundling=options)
    LbuildLayer(stack, "Layer", entry="one", compatible_runtimes=[RUNTIME], bundling=options)
    LbuildProject(stack, "Project", folder=".", command=command).add_function("One", "one")


fails("missing command", bundling=LbuildOptions(command=["no-such-lbuild"]))
fails("no lbuild", bundling=LbuildOptions(command=["true"]))
fails("language", runtime=lambda_.Runtime.NODEJS_22_X)
fails("runtime", runtime=lambda_.Runtime("python3.7", lambda_.RuntimeFamily.PYTHON))
fails("entry", entry="gone")
fails("index", index="gone.py")
fails("requirement", bundling=LbuildOptions(requirements=["absent-here"]))
both = [RUNTIME, lambda_.Runtime.PYTHON_3_12]
told("layer", lambda stack: LbuildLayer(stack, "Layer", entry="one", compatible_runtimes=both))
told("other stacks", other_stacks, {"aws:cdk:bundling-stacks": ["Another"]})

app = App()
project = LbuildProject(Stack(app, "Shop"), "Project", folder=".")
project.add_function("One", "one", memory_size=256)
project.add_function("Two", "two")
told("function", lambda _: project.add_function("Three", "three"))
told("handler", lambda _: project.add_function("Bare", "bare"))
app.synth()
sys.stdout.write(json.dumps(said))
