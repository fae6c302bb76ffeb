"""One function in one region, with a Lambda that takes its time and refuses."""

from collections import deque
from pathlib import Path
from typing import Any

import pytest

from builder.deployers.aws.bucket import Sent
from builder.deployers.aws.functions import FunctionDoor
from builder.deployers.aws.values import Action, FunctionWish, Step, Terms, Zip
from builder.errors import (
    AwsRefusedError,
    NotAsUploadedError,
    NotReadyError,
    NotThereError,
    ResourceConflictError,
    UpdateFailedError,
)
from factories.lambdas import Clock, MemoryLambda, function
from manylinux.errors import NetworkError, UsageError

ZIP = Zip(path=Path("bundle.zip"), sha256="00", code_sha256="new", size=3, unpacked=3)


def deploy(
    service: MemoryLambda, terms: Terms | None = None, clock: Clock | None = None, **wish: Any
) -> Step:
    door = FunctionDoor(
        service=service,
        terms=terms or Terms(),
        send=lambda: Sent(code={"ZipFile": b"new"}),
        patience=(clock or Clock()).patience(),
    )
    return door.deploy(FunctionWish(name="api", zip=ZIP, **wish))


def test_code_alone() -> None:
    service = MemoryLambda(function())

    step = deploy(service)

    assert (step.action, step.changes, step.code_sha256) == (Action.UPDATED, ("code",), "new")
    assert service.calls() == ["update_function_code"]
    assert service.last("update_function_code") == {
        "FunctionName": "api",
        "ZipFile": b"new",
        "Architectures": ["x86_64"],
        "RevisionId": "r0",
    }


def test_nothing_is_sent_where_nothing_differs() -> None:
    service = MemoryLambda(function("new", Layers=[{"Arn": "a"}, {"Arn": "b"}]))

    step = deploy(service, layers=("a", "b"), runtime="python3.12", architecture="x86_64")

    assert (step.action, step.changes) == (Action.UNCHANGED, ())
    assert service.calls() == []


def test_settings_go_before_the_code_each_on_what_was_seen() -> None:
    service = MemoryLambda(function(Layers=[{"Arn": "b"}, {"Arn": "a"}]), looks=2)
    clock = Clock()

    step = deploy(service, clock=clock, layers=("a", "b"), handler="new.handler", architecture="arm64")

    assert step.changes == ("code", "architecture", "handler", "layers")
    assert service.calls() == ["update_function_configuration", "update_function_code"]
    settings = service.last("update_function_configuration")
    assert settings == {
        "FunctionName": "api",
        "Handler": "new.handler",
        "Layers": ["a", "b"],
        "RevisionId": "r0",
    }
    assert service.last("update_function_code")["RevisionId"] == "r1"
    assert service.last("update_function_code")["Architectures"] == ["arm64"]
    assert clock.now == 4, "two looks in vain after each of two changes"


def test_layers_that_it_loses_are_told() -> None:
    arn = "arn:aws:lambda:eu-central-1:{}:layer:{}:{}"
    ours, insights = arn.format("1", "deps", "1"), arn.format("2", "LambdaInsights", "53")
    service = MemoryLambda(function("new", Layers=[{"Arn": ours}, {"Arn": insights}]))

    kept = deploy(service, Terms(dry_run=True), layers=(arn.format("1", "deps", "2"), insights))
    lost = deploy(service, Terms(dry_run=True), layers=("deps",))
    done = deploy(service, layers=(arn.format("1", "deps", "2"),))
    untouched = deploy(service)

    assert (kept.changes, kept.removed) == (("layers",), ())
    assert (lost.removed, done.removed) == ((insights,), (insights,))
    assert untouched.removed == ()


def test_settings_alone_send_no_code() -> None:
    service = MemoryLambda(function("new"))

    assert deploy(service, runtime="python3.13").changes == ("runtime",)
    assert service.calls() == ["update_function_configuration"]


def test_code_that_is_refused_leaves_the_settings_as_they_were() -> None:
    refusal = AwsRefusedError("AWS does not take function `api`", evidence=["Could not unzip"])
    service = MemoryLambda(
        function(Layers=[{"Arn": "old"}]), refuse={"update_function_code": deque([refusal])}
    )

    with pytest.raises(AwsRefusedError) as caught:
        deploy(service, layers=("new",), runtime="python3.13", handler="new.handler")

    assert caught.value.evidence == (
        "Could not unzip",
        "its runtime, handler, layers were put back as they had been",
    )
    assert service.function is not None
    after = {key: service.function[key] for key in ("CodeSha256", "Runtime", "Handler", "Layers")}
    assert after == {
        "CodeSha256": "old",
        "Runtime": "python3.12",
        "Handler": "old.handler",
        "Layers": [{"Arn": "old"}],
    }


def test_settings_that_cannot_be_put_back_are_told() -> None:
    refusal, second = AwsRefusedError("no code"), NetworkError("gone", evidence=["reset by peer"])

    class Worse(MemoryLambda):
        def ask(self, operation: str, what: str, **parameters: Any) -> Any:
            if operation == "update_function_code":
                self.refuse["update_function_configuration"] = deque([second])
            return super().ask(operation, what, **parameters)

    service = Worse(function(), refuse={"update_function_code": deque([refusal])})

    with pytest.raises(AwsRefusedError) as caught:
        deploy(service, runtime="python3.13")

    assert caught.value.evidence == ("and its runtime could not be put back: gone", "reset by peer")


def test_after_a_lost_connection_nothing_is_guessed() -> None:
    service = MemoryLambda(function(), refuse={"update_function_code": deque([NetworkError("cut")])})

    with pytest.raises(NetworkError):
        deploy(service, runtime="python3.13")

    assert service.calls() == ["update_function_configuration", "update_function_code"]
    assert deploy(service, runtime="python3.13").changes == ("code",), "run again, it does the rest"


def test_a_change_that_lambda_cannot_make_work() -> None:
    service = MemoryLambda(function(), fails=True)

    with pytest.raises(UpdateFailedError) as caught:
        deploy(service, handler="new.handler")

    assert caught.value.evidence[0] == "InvalidImage: no good"
    assert service.function is not None
    assert service.function["Handler"] == "old.handler"


def test_after_a_failure_the_code_is_sent_again() -> None:
    service = MemoryLambda(function("new", LastUpdateStatus="Failed"))

    assert deploy(service).action is Action.UPDATED
    assert deploy(service).action is Action.UNCHANGED


def test_what_takes_too_long() -> None:
    clock = Clock()

    with pytest.raises(NotReadyError, match="after 300 seconds"):
        deploy(MemoryLambda(function(), looks=1000), clock=clock)

    assert clock.now == 300


def test_somebody_elses_change_is_waited_for() -> None:
    conflict = ResourceConflictError("function `api` is being changed by somebody else")
    service = MemoryLambda(function(), refuse={"update_function_code": deque([conflict, conflict])})

    assert deploy(service).action is Action.UPDATED
    assert service.calls() == ["update_function_code"] * 3
    with pytest.raises(ResourceConflictError):
        deploy(MemoryLambda(function(), refuse={"update_function_code": deque([conflict] * 3)}))


def test_other_bytes_than_were_sent() -> None:
    with pytest.raises(NotAsUploadedError) as caught:
        deploy(MemoryLambda(function(), corrupts=True))

    assert caught.value.evidence == ("CodeSha256 is other", "it has to be new")


def test_a_container_image_takes_no_zip() -> None:
    with pytest.raises(UsageError, match="container image"):
        deploy(MemoryLambda(function(PackageType="Image")))


def test_a_function_that_is_not_there() -> None:
    service = MemoryLambda(looks=1)
    create = Terms(create=True, role="arn:role")

    with pytest.raises(NotThereError):
        deploy(service)
    with pytest.raises(UsageError, match="without `--handler` and `--runtime`"):
        deploy(service, create)
    step = deploy(service, create, handler="app.handler", runtime="python3.13", layers=("a",))

    assert (step.action, step.code_sha256) == (Action.CREATED, "new")
    made = service.last("create_function")
    assert (made["Role"], made["Layers"], made["Architectures"]) == ("arn:role", ["a"], ["x86_64"])


def test_a_version_for_each_content_and_an_alias_that_follows() -> None:
    service = MemoryLambda(function())
    live = Terms(alias="live")

    first = deploy(service, live)
    again = deploy(service, live)
    assert service.function is not None
    service.function["CodeSha256"] = "between"
    service.ask("publish_version", "somebody else's version")
    last = deploy(service, live)

    assert [step.version for step in (first, again, last)] == ["1", "1", "3"]
    assert service.aliases == {"live": "3"}
    assert [name for name in service.calls() if "alias" in name] == [
        "get_alias",
        "create_alias",
        "get_alias",
        "get_alias",
        "update_alias",
    ]


def test_a_dry_run_asks_for_nothing_but_what_is_there() -> None:
    service = MemoryLambda(function())

    step = deploy(service, Terms(dry_run=True, alias="live"), handler="new.handler")

    assert (step.action, step.changes) == (Action.UPDATED, ("code", "handler"))
    assert service.calls() == []
