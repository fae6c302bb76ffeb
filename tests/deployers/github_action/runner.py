"""A runner of GitHub's composite actions: shell steps run as there, expressions by GitHub's own code.

Of the actions that steps use there is one, actions/cache, as folders of this machine.
"""

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from deployers.node import node, node_modules_of

FILTER = Path(__file__).with_name("github.mjs")


def ask_github(request: Mapping[str, Any]) -> Any:
    """What GitHub's code answers, see `github.mjs`."""
    words = [node(), str(FILTER), str(node_modules_of("github-actions"))]
    done = subprocess.run(words, input=json.dumps(request), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """One use of the action."""

    status: int
    """Exit status of the step that failed; 0."""
    outputs: Mapping[str, str]
    log: str
    summary: str
    cache_key: str | None
    """By which the cache was looked for."""


@dataclass(slots=True, kw_only=True)
class Runner:
    """A runner with a clean machine for each job, and caches that stay."""

    action: Path
    """The folder of action.yml."""
    workspace: Path
    temp: Path
    variables: Mapping[str, str]
    caches: dict[str, Path] = field(default_factory=dict)
    """By key."""

    def use(self, **inputs: str) -> Ended:
        """`uses: ACTION` with these inputs, `-` written as `_`."""
        document = yaml.safe_load((self.action / "action.yml").read_text(encoding="utf-8"))
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        unknown = given.keys() - document["inputs"].keys()
        assert not unknown, unknown
        contexts: dict[str, Any] = {
            "inputs": {name: str(each.get("default", "")) for name, each in document["inputs"].items()}
            | given,
            "runner": {"os": "Linux", "temp": str(self.temp)},
            "steps": {},
        }
        shutil.rmtree(self.temp, ignore_errors=True)
        self.temp.mkdir(parents=True)
        log, key, saved, status = "", None, None, 0
        for step in document["runs"]["steps"]:
            if not self._is_wanted(step, contexts):
                contexts["steps"][step["id"]] = {"outputs": {}}
                continue
            if "uses" in step:
                assert step["uses"].startswith("actions/cache@")
                asked = ask_github({"evaluate": step["with"], "contexts": contexts})
                key, saved = asked["key"], Path(asked["path"])
                contexts["steps"][step["id"]] = {"outputs": {"cache-hit": self._restore(asked)}}
                continue
            status, outputs, said = self._run(step, contexts)
            log += said
            contexts["steps"][step["id"]] = {"outputs": outputs}
            if status != 0:
                break
        if status == 0 and key is not None and saved is not None and key not in self.caches:
            self.caches[key] = self.temp.with_name(f"cache-{len(self.caches)}")
            shutil.copytree(saved, self.caches[key])
        values = {name: each["value"] for name, each in document["outputs"].items()}
        told = ask_github({"evaluate": values, "contexts": contexts})
        return Ended(status=status, outputs=told, log=log, summary=self._text("summary"), cache_key=key)

    def _is_wanted(self, step: Mapping[str, Any], contexts: Mapping[str, Any]) -> bool:
        if "if" not in step:
            return True
        return bool(ask_github({"evaluate": {"if": step["if"]}, "contexts": contexts})["if"] == "true")

    def _run(self, step: Mapping[str, Any], contexts: Mapping[str, Any]) -> tuple[int, dict[str, str], str]:
        assert step["shell"] == "bash"
        texts = {**step.get("env", {}), "": step["working-directory"], "run": step["run"]}
        evaluated = ask_github({"evaluate": texts, "contexts": contexts})
        script = self.temp / "step.sh"
        script.write_text(evaluated.pop("run"), encoding="utf-8")
        folder = self.workspace / evaluated.pop("")
        files = {name: self.temp / name for name in ("output", "summary")}
        for path in files.values():
            path.touch()
        before = self._text("output")
        environ = {
            **self.variables,
            **evaluated,
            "GITHUB_ACTION_PATH": str(self.action),
            "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_OUTPUT": str(files["output"]),
            "GITHUB_STEP_SUMMARY": str(files["summary"]),
            "RUNNER_OS": "Linux",
            "RUNNER_TEMP": str(self.temp),
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, _outputs(self._text("output").removeprefix(before)), done.stdout

    def _text(self, name: str) -> str:
        path = self.temp / name
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def _restore(self, asked: Mapping[str, str]) -> str:
        """`true` for the key itself, `false` for an older cache, nothing where there is none."""
        folder = Path(asked["path"])
        shutil.rmtree(folder, ignore_errors=True)  # another machine has none
        prefixes = [asked["key"], *asked["restore-keys"].split()]
        for prefix in prefixes:
            for key in reversed(self.caches):
                if key.startswith(prefix):
                    shutil.copytree(self.caches[key], folder)
                    return "true" if key == asked["key"] else "false"
        return ""


def _outputs(text: str) -> dict[str, str]:
    """What a step wrote to GITHUB_OUTPUT: `name=value`, or `name<<END`, lines, and END."""
    found: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        name, several, end = line.partition("<<")
        if several and "=" not in name:
            body: list[str] = []
            while (following := next(lines)) != end:
                body.append(following)
            found[name] = "\n".join(body)
        else:
            name, _, found[name] = line.partition("=")
    return found
