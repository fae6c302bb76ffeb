"""A service of the Serverless Framework, in a folder of its own."""

import base64
import hashlib
import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deployers.node import node, node_modules_of
from deployers.tools import ROOT

PLUGIN = ROOT / "examples" / "serverless-lbuild"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a run of the framework ended with."""

    status: int
    output: str

    @property
    def printed(self) -> dict[str, str]:
        """Artefact to CodeSha256, as the plug-in tells them."""
        return dict(re.findall(r"^(\S+)\.zip  [\d.]+ MB, CodeSha256 (\S+)$", self.output, re.MULTILINE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service, with the plug-in installed as npm installs a folder."""

    folder: Path
    variables: dict[str, str]

    def __post_init__(self) -> None:
        modules = self.folder / "node_modules"
        modules.mkdir(parents=True, exist_ok=True)
        (modules / PLUGIN.name).symlink_to(PLUGIN)

    def osls(self, *words: str, **variables: str) -> Done:
        """Run osls, the real one."""
        program = node_modules_of("serverless") / "osls" / "bin" / "serverless.js"
        done = subprocess.run(
            [node(), program, *words],
            cwd=self.folder,
            env={**self.variables, "SLS_AWS_MONITORING_FREQUENCY": "200", **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=300,
        )
        return Done(status=done.returncode, output=done.stdout)

    def well(self, *words: str) -> Done:
        """Run osls; it ends well."""
        done = self.osls(*words)
        assert done.status == 0, done.output
        return done

    def write(self, name: str, *lines: str) -> None:
        """A text file of the service."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def packaged(self) -> dict[str, bytes]:
        """The archives that are to be deployed."""
        found = sorted((self.folder / ".serverless").glob("*.zip"))
        return {path.stem: path.read_bytes() for path in found}

    def resource(self, name: str) -> dict[str, Any]:
        """The properties of what CloudFormation is to make."""
        template = (self.folder / ".serverless/cloudformation-template-update-stack.json").read_text()
        found = json.loads(template)["Resources"][name]["Properties"]
        assert isinstance(found, dict)
        return found

    def names(self) -> list[str]:
        """What lies in the service's folder."""
        return sorted(set(os.listdir(self.folder)) - {"node_modules"})


def code_sha256(content: bytes) -> str:
    """What Lambda reports of code that is these bytes."""
    return base64.b64encode(hashlib.sha256(content).digest()).decode()
