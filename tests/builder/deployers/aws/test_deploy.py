"""Deployments in several regions: what is begun, what is left alone, what is told."""

import hashlib
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from builder.deployers.aws.bucket import sent
from builder.deployers.aws.deploy import deploy
from builder.deployers.aws.text import outcome_as_json, outcome_text
from builder.deployers.aws.values import (
    Action,
    Deployment,
    FunctionWish,
    LayerWish,
    RegionOutcome,
    Terms,
    Zip,
)
from builder.errors import (
    AccessDeniedError,
    ExpiredTokenError,
    NotAsUploadedError,
    NotThereError,
    TooLargeError,
)
from builder.ports import Silent
from factories.lambdas import Clock, MemoryLambda, function
from manylinux.errors import LbuildError


@dataclass(slots=True)
class MemoryBucket:
    """S3 with one bucket."""

    region: str = "eu-central-1"
    objects: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    """Key to content and digest."""
    refuse: dict[str, LbuildError] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def ask(self, operation: str, what: str, **parameters: Any) -> dict[str, Any]:
        self.asked.append(operation)
        if operation in self.refuse:
            raise self.refuse[operation]
        if operation == "head_bucket":
            return {"BucketRegion": self.region}
        if operation == "put_object":
            self.objects[parameters["Key"]] = (parameters["Body"].read(), parameters["ChecksumSHA256"])
            return {}
        if parameters["Key"] not in self.objects:
            raise NotThereError("no object")
        content, digest = self.objects[parameters["Key"]]
        return {"ContentLength": len(content), "ChecksumSHA256": digest}

    def pages(self, operation: str, what: str, key: str, **parameters: Any) -> Any:
        raise NotImplementedError


@dataclass(slots=True)
class MemoryAccount:
    """One region."""

    functions: MemoryLambda
    objects: MemoryBucket = field(default_factory=MemoryBucket)


@pytest.fixture
def zipped(tmp_path: Path) -> Zip:
    path = tmp_path / "code.zip"
    path.write_bytes(b"new")
    digest = hashlib.sha256(b"new").hexdigest()
    return Zip(path=path, sha256=digest, code_sha256="new", size=3, unpacked=3)


def wishes(zipped: Zip, *names: str) -> Deployment:
    """A layer, and functions that have it."""
    layer = LayerWish(name="deps", zip=zipped)
    return Deployment(
        layers=(layer,),
        functions=tuple(FunctionWish(name=name, zip=zipped, layers=("deps",)) for name in names),
    )


def run(deployment: Deployment, **accounts: MemoryAccount) -> tuple[RegionOutcome, ...]:
    return deploy(deployment, accounts, Terms(), Silent(), Clock().patience())


def test_a_function_gets_the_version_that_was_published(zipped: Zip) -> None:
    account = MemoryAccount(MemoryLambda(function()))

    (outcome,) = run(wishes(zipped, "api"), here=account)

    assert [step.action for step in outcome.steps] == [Action.PUBLISHED, Action.UPDATED]
    assert account.functions.last("update_function_configuration")["Layers"] == ["arn:l:1"]


def test_a_zip_that_changed_since_it_was_hashed_is_not_sent(zipped: Zip) -> None:
    account = MemoryAccount(MemoryLambda(function()))
    deployment = wishes(zipped, "api")
    zipped.path.write_bytes(b"half")

    (outcome,) = run(deployment, here=account)

    assert [type(error) for error in outcome.errors] == [NotAsUploadedError]
    assert not {"publish_layer_version", "update_function_code"} & set(account.functions.calls())


def test_what_is_known_to_fail_is_not_begun(zipped: Zip) -> None:
    account = MemoryAccount(MemoryLambda())

    (outcome,) = run(wishes(zipped, "api"), here=account)

    found = {step.name: (step.action, step.reason) for step in outcome.steps}
    assert found == {
        "deps": (Action.LEFT, "nothing was begun in this region"),
        "api": (Action.FAILED, ""),
    }
    assert account.functions.calls() == ["list_layer_versions"]


def test_what_is_there_is_looked_at_once(zipped: Zip) -> None:
    account = MemoryAccount(MemoryLambda(function()))
    run(wishes(zipped, "api"), here=account)
    account.functions.asked.clear()

    (outcome,) = run(wishes(zipped, "api"), here=account)

    assert [(step.action, step.code_sha256) for step in outcome.steps] == [(Action.UNCHANGED, "new")] * 2
    assert [name for name, _ in account.functions.asked] == [
        "list_layer_versions",
        "get_layer_version",
        "get_function_configuration",
    ]


def test_without_its_layer_a_function_is_left_alone(zipped: Zip) -> None:
    denied = AccessDeniedError("AWS denies access to layer `deps`")
    account = MemoryAccount(MemoryLambda(function(), refuse={"publish_layer_version": deque([denied])}))
    other = FunctionWish(name="other", zip=zipped)
    deployment = wishes(zipped, "api")
    deployment = Deployment(layers=deployment.layers, functions=(*deployment.functions, other))

    (outcome,) = run(deployment, here=account)

    found = {step.name: (step.action, step.reason) for step in outcome.steps}
    assert found == {
        "deps": (Action.FAILED, ""),
        "api": (Action.LEFT, "its layer `deps` is not there"),
        "other": (Action.UPDATED, ""),
    }
    assert outcome.errors == (denied,)
    assert account.functions.calls("list_layer_versions", "publish_layer_version") == ["update_function_code"]


def test_expired_credentials_end_a_region_and_no_other(zipped: Zip) -> None:
    expired = ExpiredTokenError("The credentials for AWS have expired")
    bad = MemoryAccount(MemoryLambda(function(), refuse={"list_layer_versions": deque([expired])}))
    good = MemoryAccount(MemoryLambda(function()))

    outcomes = run(wishes(zipped, "api"), bad=bad, good=good)

    assert [step.action for step in outcomes[0].steps] == [Action.FAILED, Action.LEFT]
    assert [step.action for step in outcomes[1].steps] == [Action.PUBLISHED, Action.UPDATED]
    assert bad.functions.calls() == ["list_layer_versions"]
    lines = list(outcome_text(outcomes, dry_run=False))
    assert lines == [
        "bad   layer     deps  failed",
        "bad   function  api   left alone                        the credentials do not work",
        "good  layer     deps  published              version 1  new",
        "good  function  api   updated: code, layers             new",
    ]
    told = outcome_as_json(outcomes, dry_run=False)["regions"][0]["steps"][0]["error"]
    assert told["code"] == "expired-token"


def test_an_interruption_lets_finish_and_begins_nothing_more(
    zipped: Zip, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, begun = Event(), Event()
    monkeypatch.setattr("builder.deployers.aws.deploy.Event", lambda: stop)

    class Interrupted(MemoryLambda):
        def ask(self, operation: str, what: str, **parameters: Any) -> Any:
            assert begun.wait(30)
            raise KeyboardInterrupt

    class Slow(MemoryLambda):
        def ask(self, operation: str, what: str, **parameters: Any) -> Any:
            if operation == "update_function_configuration":
                begun.set()
                assert stop.wait(30)
            return super().ask(operation, what, **parameters)

    slow = MemoryAccount(Slow(function()))
    functions = [FunctionWish(name=name, zip=zipped, handler=f"{name}.handler") for name in ("one", "two")]

    with pytest.raises(KeyboardInterrupt):
        run(Deployment(functions=tuple(functions)), first=MemoryAccount(Interrupted()), second=slow)

    assert slow.functions.calls() == ["update_function_configuration", "update_function_code"]
    assert slow.functions.last("update_function_configuration")["FunctionName"] == "one"


def test_files_of_all_regions_are_judged_before_anything_is_sent(zipped: Zip) -> None:
    account = MemoryAccount(MemoryLambda(function()))
    large = Zip(path=zipped.path, sha256="00", code_sha256="x", size=52_428_800, unpacked=1)

    with pytest.raises(TooLargeError):
        run(Deployment(functions=(FunctionWish(name="api", zip=large),)), here=account)

    assert account.functions.asked == []


def test_looking_need_not_be_allowed(zipped: Zip) -> None:
    """Who may only write learns so from S3, which says 403 of what is not there."""
    denied = AccessDeniedError("AWS denies access")
    bucket = MemoryBucket(refuse={"head_bucket": denied, "head_object": denied})
    gone: list[int] = []

    where = sent(zipped, Terms(bucket="b-{region}", prefix="p/"), bucket, 1, gone.append)

    assert where.through == f"s3://b-eu-central-1/p/{zipped.sha256}.zip"
    assert where.code == {"S3Bucket": "b-eu-central-1", "S3Key": f"p/{zipped.sha256}.zip"}
    assert bucket.objects[where.code["S3Key"]] == (b"new", "new")
    assert sum(gone) == 3


def test_what_is_in_the_bucket_is_not_sent_again(zipped: Zip) -> None:
    bucket = MemoryBucket()
    terms = Terms(bucket="b")

    sent(zipped, terms, bucket, 1, lambda _: None)
    sent(zipped, terms, bucket, 1, lambda _: None)

    assert bucket.asked.count("put_object") == 1
