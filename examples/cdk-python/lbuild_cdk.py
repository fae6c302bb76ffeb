"""Python functions and layers of an AWS CDK app, bundled by the `lbuild` command during synthesis.

No Docker is needed, and the same content is one asset. Copy this file; it needs aws-cdk-lib and the standard
library alone.

`LbuildFunction` takes the arguments of `PythonFunction`, `LbuildLayer` those of `PythonLayerVersion`.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from aws_cdk import Stack, Stage
from aws_cdk import aws_lambda as lambda_
from constructs import Construct, IConstruct

REQUIREMENTS = ("requirements.txt", "pylock.toml", "uv.lock", "poetry.lock", "Pipfile.lock", "pyproject.toml")
"""Requirements that are looked for in an entry, in this order."""
SCHEMA = 1
"""The version of lbuild's reports that is understood here."""


class LbuildError(Exception):
    """lbuild could not do what was asked; the message says which construct asked, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LbuildOptions:
    """How a bundle is made, beside what the function or layer says."""

    requirements: Sequence[str] | None = None
    """What lbuild takes on its command line, files as seen from the entry; None: what the entry has."""
    constraints: Sequence[str] = ()
    """Constraints files, as seen from the entry."""
    exclude: Sequence[str] = ()
    """Projects that are left out."""
    exclude_runtime_packages: bool = False
    """Leave out boto3 and its family where the runtime's fit."""
    slim: str | None = None
    """`none`, `safe` or `small`; None: as the app's pyproject.toml or lbuild.toml says, else `safe`."""
    bytecode: str | None = None
    """`none`, `auto`, `all` or `only`; None: `auto`, as many compiled modules as there is room for."""
    args: Sequence[str] = ()
    """Further options of lbuild."""
    command: Sequence[str] = ("lbuild",)
    """The command and the words before its options."""

    def words(self, entry: Path) -> list[str]:
        """As the command line has them."""
        if self.requirements is None:
            wanted = [str(entry / name) for name in REQUIREMENTS if (entry / name).exists()][:1]
        else:
            wanted = [_word(each, entry) for each in self.requirements]
        return [
            *wanted,
            *(word for each in self.constraints for word in ("--constraint", str(entry / each))),
            *(word for each in self.exclude for word in ("--exclude", each)),
            *(["--exclude-runtime-packages"] if self.exclude_runtime_packages else []),
            *(["--slim", self.slim] if self.slim else []),
            *(["--bytecode", self.bytecode] if self.bytecode else []),
            *self.args,
        ]


class LbuildFunction(lambda_.Function):
    """A Lambda function with its requirements, for its runtime and architecture.

    `entry` is the folder of its source, `index` the file in it that has the handler, `handler` its name;
    further arguments are those of `aws_lambda.Function`. `code_sha256` is what Lambda will report, None while
    only other stacks are bundled.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        entry: str | os.PathLike[str],
        runtime: lambda_.Runtime,
        index: str = "index.py",
        handler: str = "handler",
        architecture: lambda_.Architecture = lambda_.Architecture.X86_64,
        bundling: LbuildOptions = LbuildOptions(),
        **options: Any,
    ) -> None:
        place = f"{scope.node.path}/{id}"
        if not (Path(entry) / index).is_file():
            raise LbuildError(f"{place}: there is no `{index}` in `{os.fspath(entry)}`")
        code, code_sha256 = _bundle(scope, place, Path(entry), runtime, architecture, bundling, layer=False)
        module = index.removesuffix(".py").replace("/", ".")
        super().__init__(
            scope,
            id,
            code=code,
            runtime=runtime,
            architecture=architecture,
            handler=f"{module}.{handler}",
            **options,
        )
        self.code_sha256 = code_sha256


class LbuildLayer(lambda_.LayerVersion):
    """A layer of requirements, below `python/`, for one runtime and one architecture.

    `entry` is the folder with the requirements; its modules come into the layer too. Further arguments are
    those of `aws_lambda.LayerVersion`.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        entry: str | os.PathLike[str],
        compatible_runtimes: Sequence[lambda_.Runtime],
        compatible_architectures: Sequence[lambda_.Architecture] = (lambda_.Architecture.X86_64,),
        bundling: LbuildOptions = LbuildOptions(),
        **options: Any,
    ) -> None:
        place = f"{scope.node.path}/{id}"
        if len(compatible_runtimes) != 1 or len(compatible_architectures) != 1:
            raise LbuildError(
                f"{place}: a layer is for one runtime and one architecture; make another one for others"
            )
        (runtime,), (architecture,) = compatible_runtimes, compatible_architectures
        code, code_sha256 = _bundle(scope, place, Path(entry), runtime, architecture, bundling, layer=True)
        super().__init__(
            scope,
            id,
            code=code,
            compatible_runtimes=[runtime],
            compatible_architectures=[architecture],
            **options,
        )
        self.code_sha256 = code_sha256


class LbuildProject(Construct):
    """The functions of a project of lbuild, with the layers that they share: built together, by one run.

    `folder` is that of lbuild.toml, or of a pyproject.toml with `[tool.lbuild]`.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        folder: str | os.PathLike[str],
        args: Sequence[str] = (),
        command: Sequence[str] = ("lbuild",),
    ) -> None:
        super().__init__(scope, id)
        self._folder = Path(folder)
        self._layers: dict[str, lambda_.LayerVersion] = {}
        self._made: dict[str, Any] | None = None
        if Stack.of(self).bundling_required:
            self._made = _run(command, ["build", *args], self._folder, self.node.path)
            if not self._made.get("manifest") or "output" not in self._made:
                raise LbuildError(f"{self.node.path}: `lbuild build` told of no manifest")

    def add_function(self, id: str, name: str, **options: Any) -> lambda_.Function:
        """The function of this name; runtime, architecture, handler, code and layers are the project's."""
        if self._made is None:
            return lambda_.Function(
                self, id, code=_unbuilt(self), runtime=lambda_.Runtime.PYTHON_3_13, handler="-", **options
            )
        functions = self._made["manifest"]["functions"]
        where = f"{self.node.path}/{id}"
        if name not in functions:
            known = ", ".join(functions)
            raise LbuildError(f"{where}: the project has no function `{name}`\n  there are: {known}")
        entry = functions[name]
        if entry["handler"] is None:
            raise LbuildError(
                f"{where}: `{name}` has no handler\nhint: Name it with `handler` in lbuild.toml"
            )
        layers = [*(self._layer(each) for each in entry["layers"]), *options.pop("layers", [])]
        return lambda_.Function(
            self,
            id,
            code=self._code(entry),
            runtime=lambda_.Runtime(entry["runtime"], lambda_.RuntimeFamily.PYTHON),
            architecture=_architecture(entry["architecture"]),
            handler=entry["handler"],
            layers=layers,
            **options,
        )

    def _layer(self, name: str) -> lambda_.LayerVersion:
        if name not in self._layers:
            assert self._made is not None
            entry = self._made["manifest"]["layers"][name]
            self._layers[name] = lambda_.LayerVersion(
                self,
                name,
                code=self._code(entry),
                compatible_runtimes=[
                    lambda_.Runtime(each, lambda_.RuntimeFamily.PYTHON)
                    for each in entry["compatible_runtimes"]
                ],
                compatible_architectures=[_architecture(each) for each in entry["compatible_architectures"]],
            )
        return self._layers[name]

    def _code(self, entry: Mapping[str, Any]) -> lambda_.Code:
        assert self._made is not None
        return lambda_.Code.from_asset(str(self._folder / self._made["output"] / entry["file"]))


_built: "WeakKeyDictionary[IConstruct, dict[tuple[str, ...], tuple[Path, str]]]" = WeakKeyDictionary()
"""What was built for each app, by the words of the run: what two functions share is built once."""


def _bundle(
    scope: Construct,
    place: str,
    entry: Path,
    runtime: lambda_.Runtime,
    architecture: lambda_.Architecture,
    options: LbuildOptions,
    *,
    layer: bool,
) -> tuple[lambda_.Code, str | None]:
    """The code, and what Lambda will report of it."""
    if not entry.is_dir():
        raise LbuildError(f"{place}: `{entry}` is no folder")
    if runtime.family != lambda_.RuntimeFamily.PYTHON:
        raise LbuildError(f"{place}: `{runtime.name}` is no runtime of Python")
    if not Stack.of(scope).bundling_required:
        return _unbuilt(scope), None
    whole = entry.resolve()
    words = ["--source", str(whole), "--runtime", runtime.name, "--arch", architecture.name]
    words = ["bundle", *words, *options.words(whole), *(["--layer"] if layer else [])]
    folder = _folder_of(scope)
    known = _built.setdefault(scope.node.root, {})
    key = (*options.command, *words, str(folder))
    if key not in known:
        known[key] = _build(options.command, words, folder, place)
    file, code_sha256 = known[key]
    return lambda_.Code.from_asset(str(file)), code_sha256


def _folder_of(scope: Construct) -> Path:
    """Where bundles lie until the CDK has copied them."""
    stage = Stage.of(scope)
    assert stage is not None
    return Path(stage.asset_outdir) / "lbuild"


def _unbuilt(scope: Construct) -> lambda_.Code:
    """Code that nobody looks at: of `cdk list`, or of a command about other stacks."""
    folder = _folder_of(scope) / "unbuilt"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "unbuilt.txt").write_text("This command did not need the code.\n", encoding="utf-8")
    return lambda_.Code.from_asset(str(folder))


def _build(command: Sequence[str], words: Sequence[str], folder: Path, place: str) -> tuple[Path, str]:
    """One run; the file is named by its content, for the CDK remembers files by their name."""
    folder.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="new-", dir=folder))
    try:
        output = scratch / "bundle.zip"
        bundle = _run(command, [*words, "--output", str(output)], Path.cwd(), place).get("bundle")
        if not bundle or not bundle["code_sha256"]:
            raise LbuildError(f"{place}: lbuild told of no bundle")
        file = folder / f"{bundle['sha256']}.zip"
        output.replace(file)
        return file, bundle["code_sha256"]
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _word(word: str, entry: Path) -> str:
    """Files and folders of the entry by their whole paths; other words as they are."""
    return str(entry / word) if (entry / word).exists() else word


def _run(command: Sequence[str], words: Sequence[str], cwd: Path, place: str) -> dict[str, Any]:
    """The report of a run of lbuild, whose warnings and errors go to standard error."""
    sys.stderr.write(f"Bundling {place} with lbuild...\n")
    try:
        ended = subprocess.run(
            [*command, *words, "--json", "--quiet"],
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            check=False,
        )
    except OSError as error:
        missing = isinstance(error, FileNotFoundError) and cwd.is_dir()
        why = f"`{command[0]}` was not found" if missing else f"`{command[0]}` cannot be run: {error}"
        hint = "Install it with `pip install lambda-lbuild`, or say `command`"
        raise LbuildError(f"{place}: {why}\nhint: {hint}") from None
    try:
        report = json.loads(ended.stdout)
    except ValueError:
        report = None
    if isinstance(report, dict) and "error" in report:
        raise LbuildError(f"{place}: {_told(report['error'])}")
    if ended.returncode != 0 or not isinstance(report, dict):
        silent = "" if isinstance(report, dict) else ", and made no report"
        raise LbuildError(f"{place}: `{command[0]}` ended with status {ended.returncode}{silent}")
    if report.get("schema") != SCHEMA:
        raise LbuildError(
            f"{place}: the report of `{command[0]}` has schema {report.get('schema')}, not {SCHEMA}"
        )
    return report


def _told(failure: Mapping[str, Any]) -> str:
    lines = []
    for each in failure.get("errors") or [failure]:
        lines += [each["summary"], *(f"  {line}" for line in each.get("evidence", ()))]
        lines += [f"hint: {each['hint']}"] if each.get("hint") else []
    return "\n".join(lines)


def _architecture(name: str) -> lambda_.Architecture:
    return lambda_.Architecture.ARM_64 if name == "arm64" else lambda_.Architecture.X86_64
