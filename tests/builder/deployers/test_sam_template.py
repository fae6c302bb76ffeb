"""What is read of one resource of a SAM template, and what is refused."""

from typing import Any

import pytest

from builder.deployers.sam.template import Overrides, Resource, read_resource
from builder.errors import DeployerConfigurationError, UnknownResourceError
from manylinux.architecture import Architecture
from manylinux.errors import LbuildError, SeveralErrors, UnknownArchitectureError, UnknownRuntimeError


def function(metadata: dict[str, Any] | None = None, **properties: Any) -> dict[str, Any]:
    table = {"CodeUri": "src", "Runtime": "python3.13", **properties}
    return {
        "Type": "AWS::Serverless::Function",
        "Metadata": metadata or {},
        "Properties": {key: value for key, value in table.items() if value is not None},
    }


def layer(metadata: dict[str, Any] | None = None, **properties: Any) -> dict[str, Any]:
    table = {"ContentUri": "deps", "CompatibleRuntimes": ["python3.12"], **properties}
    return {
        "Type": "AWS::Serverless::LayerVersion",
        "Metadata": metadata or {},
        "Properties": {key: value for key, value in table.items() if value is not None},
    }


def read(resource: object, overrides: Overrides | None = None, **template: Any) -> Resource:
    """The resource called `It`."""
    document = {"Resources": {"It": resource}, **template}
    return read_resource(document, "It", file="template.yaml", overrides=overrides)


def refused(resource: object, overrides: Overrides | None = None, **template: Any) -> LbuildError:
    with pytest.raises(LbuildError) as caught:
        read(resource, overrides, **template)
    return caught.value


def test_a_function_says_what_it_is_for() -> None:
    assert read(function(Architectures=["arm64"])) == Resource(
        name="It", layer=False, runtime="python3.13", architecture=Architecture.ARM64, content="src"
    )


def test_globals_hold_where_a_function_says_nothing() -> None:
    common = {"Function": {"Runtime": "python3.12", "Architectures": ["arm64"], "CodeUri": "all"}}
    found = read(function(Runtime=None, CodeUri=None), Globals=common)

    assert (found.runtime, found.architecture, found.content) == ("python3.12", Architecture.ARM64, "all")


def test_globals_do_not_hold_for_resources_of_cloudformation() -> None:
    """As SAM has it: `Globals` are for its own types."""
    resource = {"Type": "AWS::Lambda::Function", "Properties": {"Code": "src", "Runtime": "python3.11"}}

    assert read(resource, Globals={"Function": {"Architectures": ["arm64"]}}).architecture == "x86_64"


def test_what_nobody_says_is_what_sam_takes() -> None:
    """The template's folder, x86_64."""
    found = read(function(CodeUri=None))

    assert (found.content, found.architecture) == (".", Architecture.X86_64)


def test_a_parameter_stands_for_its_default_and_that_is_told() -> None:
    parameters = {"Python": {"Type": "String", "Default": "python3.12"}}
    found = read(function(Runtime={"Ref": "Python"}), Parameters=parameters)

    assert found.runtime == "python3.12"
    assert found.notes == ("`Runtime` of `It` is the default of the parameter `Python`, `python3.12`",)


@pytest.mark.parametrize(
    "runtime", [{"Ref": "Python"}, {"FindInMap": ["a", "b", "c"]}, {"Sub": "python${V}"}, ["x"], 3.13]
)
def test_other_expressions_are_asked_for(runtime: object) -> None:
    error = refused(function(Runtime=runtime), Parameters={"Python": {"Type": "String"}})

    assert isinstance(error, DeployerConfigurationError)
    assert "runtime that is an expression" in error.summary
    assert error.hint is not None
    assert "--runtime" in error.hint


def test_the_command_line_goes_before_the_template() -> None:
    said = Overrides(runtime="3.14", architecture="aarch64")
    found = read(function(Runtime={"Sub": "${X}"}, Architectures={"Ref": "A"}), said)

    assert (found.runtime, found.architecture) == ("python3.14", Architecture.ARM64)


def test_a_command_line_that_names_nothing_known_is_refused() -> None:
    assert isinstance(refused(function(), Overrides(runtime="python2.7")), UnknownRuntimeError)
    assert isinstance(refused(function(), Overrides(architecture="sparc")), UnknownArchitectureError)


@pytest.mark.parametrize("runtime", ["nodejs22.x", "python3.8", "provided.al2023", ""])
def test_runtimes_that_are_not_built_for(runtime: str) -> None:
    error = refused(function(Runtime=runtime))

    assert isinstance(error, UnknownRuntimeError)
    assert f"`It` of `template.yaml` has the runtime `{runtime}`" in error.summary


def test_a_layer_is_for_one_runtime() -> None:
    found = read(layer(CompatibleArchitectures=["arm64"]))

    assert (found.layer, found.runtime, found.content) == (True, "python3.12", "deps")
    assert found.architecture is Architecture.ARM64


@pytest.mark.parametrize(
    "runtimes", [None, [], ["python3.12", "python3.13"], "python3.12", [{"Ref": "X"}], ["python3.12", {}]]
)
def test_a_layer_for_none_or_many_asks_which(runtimes: object) -> None:
    assert "which one runtime" in refused(layer(CompatibleRuntimes=runtimes)).summary
    assert read(layer(CompatibleRuntimes=runtimes), Overrides(runtime="3.13")).runtime == "python3.13"


def test_a_layer_for_two_architectures_is_built_as_sam_builds_it() -> None:
    """x86_64 unless `BuildArchitecture` says otherwise."""
    both = ["arm64", "x86_64"]
    found = read(layer(CompatibleArchitectures=both))
    assert found.architecture is Architecture.X86_64
    assert "no `BuildArchitecture`" in found.notes[0]

    chosen = read(layer({"BuildArchitecture": "arm64"}, CompatibleArchitectures=both))
    assert (chosen.architecture, chosen.notes) == (Architecture.ARM64, ())


def test_a_layer_that_contradicts_itself() -> None:
    error = refused(layer({"BuildArchitecture": "x86_64"}, CompatibleArchitectures=["arm64"]))

    assert "built for x86_64 and says it is for others" in error.summary


@pytest.mark.parametrize("architectures", [["arm64", "x86_64"], [], "arm64", ["sparc"], [None], {"If": []}])
def test_a_function_is_for_one_architecture(architectures: object) -> None:
    assert "which one architecture" in refused(function(Architectures=architectures)).summary


@pytest.mark.parametrize(
    ("properties", "said"),
    [
        ({"CodeUri": "bundle.zip"}, "is built already"),
        ({"CodeUri": "s3://bucket/key"}, "is built already"),
        ({"CodeUri": {"Bucket": "b", "Key": "k"}}, "is not a folder's name"),
        ({"CodeUri": None, "InlineCode": "pass"}, "no folder to build from"),
        ({"CodeUri": None, "PackageType": "Image", "Runtime": None}, "no folder to build from"),
        ({"ImageUri": "repo"}, "no folder to build from"),
    ],
)
def test_what_is_no_folder_is_not_built(properties: dict[str, Any], said: str) -> None:
    assert said in refused(function(**properties)).summary


def test_independent_faults_are_told_together() -> None:
    error = refused(function(Runtime=None, Architectures=["sparc"], CodeUri={"Sub": "x"}))

    assert isinstance(error, SeveralErrors)
    assert len(error.errors) == 3


@pytest.mark.parametrize("resource", [{"Type": "AWS::S3::Bucket"}, {}, None, "text", ["x"], {"Type": 3}])
def test_what_is_no_function_and_no_layer(resource: object) -> None:
    assert isinstance(refused(resource), UnknownResourceError)


@pytest.mark.parametrize("document", [{}, {"Resources": []}, {"Resources": None}, {"Resources": {}}])
def test_a_template_without_resources(document: dict[str, Any]) -> None:
    with pytest.raises(UnknownResourceError) as caught:
        read_resource(document, "It", file="template.yaml")
    assert caught.value.evidence == ("its functions and layers: none",)


def test_the_nearest_name_is_offered() -> None:
    with pytest.raises(UnknownResourceError) as caught:
        read_resource({"Resources": {"Orders": function()}}, "Order", file="template.yaml")
    assert caught.value.hint == "Did you mean `Orders`?"
