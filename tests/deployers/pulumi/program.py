"""Run a Pulumi program with mocks in place of the engine, and say what it asked for.

Usage: program.py MAIN.py   the resources as JSON on standard output
"""

import json
import runpy
import sys
from pathlib import Path
from typing import Any

import pulumi

RESOURCES: list[dict[str, Any]] = []


class Mocks(pulumi.runtime.Mocks):
    """Every resource is made at once."""

    def new_resource(self, args: Any) -> tuple[str, dict[str, Any]]:
        inputs = {
            key: {"archive": value.path} if isinstance(value, pulumi.FileArchive) else value
            for key, value in args.inputs.items()
        }
        RESOURCES.append({"type": args.typ, "name": args.name, "inputs": inputs})
        return f"{args.name}-id", {**args.inputs, "arn": f"arn:of:{args.name}"}

    def call(self, args: Any) -> dict[str, Any]:
        return {}


@pulumi.runtime.test
def run(main: Path) -> Any:
    """The program, and all that it waits for."""
    sys.path.insert(0, str(main.parent))
    return runpy.run_path(str(main))["function"].arn


if __name__ == "__main__":
    pulumi.runtime.set_mocks(Mocks(), preview=False)
    run(Path(sys.argv[1]))
    json.dump(RESOURCES, sys.stdout)
