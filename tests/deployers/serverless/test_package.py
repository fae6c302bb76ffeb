"""What serverless-lbuild makes of configurations that people have, with the real osls."""

import json
import os

import pytest

from deployers.aws import Aws
from deployers.serverless.conftest import MakeService
from deployers.serverless.service import code_sha256
from factories.commands import members, offer
from servers.index_server import IndexServer

REFERENCE = "      - {Ref: PythonRequirementsLambdaLayer}"


def published(moto: Aws) -> list[str]:
    """CodeSha256 of every version of every layer that Lambda has; moto names them anew."""
    found = []
    for layer in moto.ask("lambda", "list_layers")["Layers"]:
        name = layer["LayerName"]
        for each in moto.ask("lambda", "list_layer_versions", LayerName=name)["LayerVersions"]:
            asked = {"LayerName": name, "VersionNumber": each["Version"]}
            found.append(moto.ask("lambda", "get_layer_version", **asked)["Content"]["CodeSha256"])
    return found


def test_functions_share_the_service_s_bundle(make_service: MakeService) -> None:
    """One archive a target; the framework's patterns hold, and what lbuild leaves out stays out."""
    service = make_service(
        "package: {patterns: ['!secret/**', '!notes.md']}",
        "custom: {lbuild: {bytecode: none}}",
        "functions:",
        "  one: {handler: handler.one}",
        "  two: {handler: handler.two}",
    )
    service.write("secret/key", "k")
    service.write("notes.md", "n")
    service.write(".venv/pyvenv.cfg", "home = /")
    service.write(".venv/lib/module.py", "x")
    service.well("package")

    assert list(service.packaged()) == ["shop"]
    names = set(members(service.folder / ".serverless/shop.zip"))
    modules = {name for name in names if "dist-info" not in name}
    assert modules == {"handler.py", "requirements.txt", "tool.py", "base/__init__.py"}
    keys = {service.resource(f"{name}LambdaFunction")["Code"]["S3Key"] for name in ("One", "Two")}
    assert {key.rpartition("/")[2] for key in keys} == {"shop.zip"}
    assert sorted(os.listdir(service.folder / ".lbuild")) == ["out"]


def test_a_package_is_deployed_from_elsewhere(make_service: MakeService, moto: Aws) -> None:
    """`package --package` and `deploy --package`: what was packaged is deployed, and lbuild is not asked."""
    service = make_service(
        "functions:", "  one: {handler: handler.one}", name="packed", AWS_ENDPOINT_URL=moto.endpoint
    )
    told = service.well("package", "--package", "elsewhere").printed
    service.write("requirements.txt", "gone")
    done = service.well("deploy", "--package", "elsewhere", "--stage", "dev")

    assert done.printed == {}
    assert moto.code_sha256("packed-dev-one") == told["packed"]


def test_a_layer_has_the_requirements(make_service: MakeService, moto: Aws) -> None:
    """As serverless-python-requirements names it; functions that name it have nothing but their source."""
    service = make_service(
        "custom:",
        "  pythonRequirements:",
        "    layer: {description: ours}",
        "    noDeploy: [base]",
        "functions:",
        "  one:",
        "    handler: handler.one",
        "    layers:",
        REFERENCE,
        name="layered",
        AWS_ENDPOINT_URL=moto.endpoint,
    )
    told = service.well("deploy").printed

    layer = service.resource("PythonRequirementsLambdaLayer")
    assert (layer["LayerName"], layer["Description"]) == ("layered-dev-python-requirements", "ours")
    assert (layer["CompatibleRuntimes"], layer["CompatibleArchitectures"]) == (["python3.13"], ["x86_64"])
    files = set(members(service.folder / ".serverless/pythonRequirements.zip"))
    assert "python/tool.py" in files
    assert "python/base/__init__.py" not in files
    assert set(members(service.folder / ".serverless/layered.zip")) == {"handler.py", "requirements.txt"}
    assert moto.code_sha256("layered-dev-one") == told["layered"]
    assert service.resource("OneLambdaFunction")["Layers"] == [{"Ref": "PythonRequirementsLambdaLayer"}]
    assert published(moto).count(told["pythonRequirements"]) == 1


def test_a_service_may_be_a_layer_and_nothing_else(make_service: MakeService, moto: Aws) -> None:
    """For functions of other services."""
    service = make_service(
        "custom: {pythonRequirements: {layer: true}, lbuild: {bytecode: none}}",
        name="alone",
        AWS_ENDPOINT_URL=moto.endpoint,
    )
    told = service.well("package").printed

    assert list(told) == ["pythonRequirements"]
    assert told["pythonRequirements"] == code_sha256(service.packaged()["pythonRequirements"])


def test_planned_layers_are_deployed_and_stay(
    make_service: MakeService, moto: Aws, index: IndexServer
) -> None:
    """`shareLayers`: what functions have in common is a layer; an edit publishes no new version of it."""
    offer(index, "heavy", "1.0", {"heavy/__init__.py": b"", "heavy/data.bin": os.urandom(1_500_000)})
    service = make_service(
        "package: {individually: true}",
        "custom: {lbuild: {shareLayers: true}}",
        "functions:",
        "  one: {handler: app.handler, module: one}",
        "  two: {handler: app.handler, module: two}",
        name="planned",
        AWS_ENDPOINT_URL=moto.endpoint,
    )
    for name in ("one", "two"):
        service.write(f"{name}/requirements.txt", "heavy")
        service.write(f"{name}/app.py", "import heavy")
    told = service.well("deploy").printed
    (layer,) = told.keys() - {"one", "two"}
    assert layer == "shared-py313-x86_64-heavy"
    resource = "SharedDashpy313Dashx86Underscore64DashheavyLambdaLayer"
    for name in ("one", "two"):
        assert moto.code_sha256(f"planned-dev-{name}") == told[name]
        assert service.resource(f"{name.capitalize()}LambdaFunction")["Layers"] == [{"Ref": resource}]
    assert published(moto).count(told[layer]) == 1
    key = service.resource(resource)["Content"]["S3Key"]

    service.write("one/app.py", "import heavy", "print(1)")
    again = service.well("deploy").printed
    assert {name for name in told if told[name] != again[name]} == {"one"}
    assert service.resource(resource)["Content"]["S3Key"] == key  # nothing that CloudFormation would publish

    manifest = (service.folder / ".lbuild/out/lbuild-manifest.json").read_bytes()
    alone = service.well("deploy", "function", "--function", "one").printed
    # Nobody knows which layers it has now: its bundle needs none.
    assert "heavy/data.bin" in members(service.folder / ".lbuild/alone/one.zip")
    assert moto.code_sha256("planned-dev-one") == alone["one"]
    assert (service.folder / ".lbuild/out/lbuild-manifest.json").read_bytes() == manifest


def test_a_named_layer_and_vendored_modules(make_service: MakeService) -> None:
    """`vendor` lies beside the app's own code; the folder itself is no part of it."""
    service = make_service(
        "custom: {pythonRequirements: {vendor: ./vendored, slim: false}, lbuild: {bytecode: none}}",
        "functions:",
        "  one: {handler: handler.one}",
    )
    service.write("vendored/extra/__init__.py", "value = 2")
    service.well("package")

    names = set(members(service.folder / ".serverless/shop.zip"))
    assert "extra/__init__.py" in names
    assert not any(name.startswith("vendored/") for name in names)
    assert "base/tests/test_it.py" in names  # slim: false


def test_functions_of_other_languages_stay_with_the_framework(make_service: MakeService) -> None:
    """Its own archive has nothing of lbuild's folder."""
    service = make_service(
        "functions:",
        "  one: {handler: handler.one}",
        "  web: {handler: index.web, runtime: nodejs22.x}",
    )
    service.write("index.js", "exports.web = async () => 1")
    service.well("package")
    service.well("package")

    packaged = service.packaged()
    assert sorted(packaged) == ["shop", "shop-python"]
    names = set(members(service.folder / ".serverless/shop.zip"))
    assert "index.js" in names
    assert not any(name.startswith((".lbuild", ".serverless")) for name in names)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            ["custom: {lbuild: {command: no-such-lbuild}}"],
            ["`no-such-lbuild` was not found", "hint: Install it with `pip install lambda-lbuild`"],
        ),
        (
            ["custom: {lbuild: {sharelayer: true}}"],
            ["has no key `sharelayer`", "Did you mean `shareLayers`?"],
        ),
        (["custom: {lbuild: {requirements: absent-here}}"], ["absent-here", "hint: "]),
        (["custom: {lbuild: {args: [--no-such-option]}}"], ["There is no option `--no-such-option`"]),
        (["custom: {lbuild: {command: [cat, /dev/null]}}"], ["`cat` ended with status 1", "Is it lbuild?"]),
    ],
)
def test_what_goes_wrong_is_told_in_words(
    make_service: MakeService, lines: list[str], said: list[str]
) -> None:
    """Summary, evidence and hint, no stack trace, and nothing to deploy."""
    service = make_service(*lines, "functions:", "  one: {handler: handler.one}")
    before = service.names()
    done = service.osls("package")

    assert done.status == 1
    for words in said:
        assert words in done.output
    assert "    at " not in done.output
    assert service.packaged() == {}
    assert set(service.names()) - {".lbuild", ".serverless"} == set(before)
    assert not (service.folder / ".lbuild/serverless-lbuild-sources").exists()


def test_a_runtime_that_lbuild_does_not_know(make_service: MakeService) -> None:
    """Told by lbuild, where the framework does not refuse it before."""
    lines = ("configValidationMode: warn", "functions:", "  one: {handler: handler.one, runtime: python3.7}")
    service = make_service(*lines)
    done = service.osls("package")

    assert done.status == 1
    assert "python3.7" in done.output
    assert "functions.shop" in done.output
    assert "    at " not in done.output


def test_both_plug_ins_at_once_are_refused(make_service: MakeService) -> None:
    """Each would package, the second over the first."""
    service = make_service(
        "functions:",
        "  one: {handler: handler.one}",
        plugins="serverless-lbuild, serverless-python-requirements",
    )
    other = service.folder / "node_modules" / "serverless-python-requirements"
    other.mkdir()
    (other / "package.json").write_text(
        json.dumps({"name": other.name, "version": "6.1.2", "main": "index.js"})
    )
    (other / "index.js").write_text("module.exports = class {};")
    done = service.osls("package")

    assert done.status == 1
    assert "Take serverless-python-requirements out of `plugins`" in done.output
    assert "    at " not in done.output


def test_a_failed_package_leaves_the_last_output_of_lbuild(make_service: MakeService) -> None:
    """So layers stay where they are when the next one works."""
    service = make_service("functions:", "  one: {handler: handler.one}")
    service.well("package")
    before = (service.folder / ".lbuild/out/lbuild-manifest.json").read_bytes()
    service.write("requirements.txt", "absent-here")

    assert service.osls("package").status == 1
    assert (service.folder / ".lbuild/out/lbuild-manifest.json").read_bytes() == before
