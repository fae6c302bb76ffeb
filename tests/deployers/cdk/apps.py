"""Apps of the AWS CDK, in TypeScript and in Python, synthesized without its command-line tool."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deployers.node import node, node_modules_of
from deployers.tools import FOLDER, ROOT, environment_of

EXAMPLES = {"typescript": ROOT / "examples" / "cdk-typescript", "python": ROOT / "examples" / "cdk-python"}
LOG = "runs.log"
"""In the folder of an app: the words of every run of lbuild, a line each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An app in a folder of its own; its construct is that of the example."""

    language: str
    folder: Path
    variables: Mapping[str, str]

    @classmethod
    def of_example(cls, language: str, folder: Path, variables: Mapping[str, str]) -> "App":
        """A copy of the example, as it stands."""
        unwanted = shutil.ignore_patterns("node_modules", "cdk.out", "dist", "__pycache__")
        shutil.copytree(EXAMPLES[language], folder, ignore=unwanted)
        return cls(language=language, folder=folder, variables=_counted(folder, variables))

    def synth(self) -> subprocess.CompletedProcess[str]:
        """Compile the app, where it is to be, and run it."""
        environ = {**self.variables, "CDK_OUTDIR": str(self.folder / "cdk.out")}
        if self.language == "typescript":
            modules = self.folder / "node_modules"
            if not modules.exists():
                modules.symlink_to(node_modules_of("cdk"))
            compiled = self._run([str(modules / ".bin" / "tsc")], environ)
            assert compiled.returncode == 0, compiled.stdout
            return self._run([node(), "dist/app.js"], environ)
        environ["JSII_RUNTIME_PACKAGE_CACHE_ROOT"] = str(FOLDER / "jsii")
        return self._run([str(environment_of("cdk") / "python"), "app.py"], environ)

    def well(self) -> str:
        """What an app that works has told on standard output."""
        done = self.synth()
        assert done.returncode == 0, done.stderr
        return done.stdout

    def template(self, stack: str = "Shop") -> dict[str, Any]:
        """What CloudFormation would get."""
        found = json.loads((self.folder / "cdk.out" / f"{stack}.template.json").read_text(encoding="utf-8"))
        assert isinstance(found, dict)
        return found

    def asset(self, code: Mapping[str, Any]) -> bytes:
        """The bytes of the code or content of a resource: `Code` of a function, `Content` of a layer."""
        return (self.folder / "cdk.out" / f"asset.{code['S3Key']}").read_bytes()

    def runs(self) -> list[str]:
        """The words of the runs of lbuild so far."""
        log = self.folder / LOG
        return log.read_text(encoding="utf-8").splitlines() if log.exists() else []

    def _run(self, words: list[str], environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words,
            cwd=self.folder,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )


def _counted(folder: Path, variables: Mapping[str, str]) -> dict[str, str]:
    """The same commands, of which `lbuild` writes down that it ran; Node.js is among them, for jsii."""
    commands = folder / "bin"
    commands.mkdir()
    real = shutil.which("lbuild", path=variables["PATH"])
    script = commands / "lbuild"
    script.write_text(f'#!/bin/sh\necho "$@" >> "{folder / LOG}"\nexec "{real}" "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    (commands / "node").symlink_to(node())
    return {**variables, "PATH": os.pathsep.join([str(commands), variables["PATH"]])}
