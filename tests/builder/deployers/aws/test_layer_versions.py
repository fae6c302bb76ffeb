"""Which version of a layer has the content, found without looking into all of them."""

from pathlib import Path
from typing import Any

import pytest

from builder.deployers.aws.bucket import Sent
from builder.deployers.aws.layers import OTHERS, description, publish_layer
from builder.deployers.aws.values import Action, LayerWish, Step, Terms, Zip
from builder.errors import NotAsUploadedError
from factories.lambdas import MemoryLambda, layer

SHA256 = "ab" * 32
ZIP = Zip(path=Path("layer.zip"), sha256=SHA256, code_sha256="ours", size=4, unpacked=4)


def publish(service: MemoryLambda, **wish: Any) -> Step:
    return publish_layer(
        LayerWish(name="deps", zip=ZIP, **wish), Terms(), service, lambda: Sent(code={"ZipFile": b"ours"})
    )


def test_what_was_published_is_found_at_once() -> None:
    others = [layer(number, f"other{number}", Description="by hand") for number in range(2, 60)]
    service = MemoryLambda(layers=[*reversed(others), layer(1, "ours", Description=f"deps sha256:{SHA256}")])

    step = publish(service)

    assert (step.action, step.version) == (Action.UNCHANGED, "1")
    assert service.calls() == ["list_layer_versions", "get_layer_version"]


def test_a_description_alone_is_not_believed() -> None:
    service = MemoryLambda(layers=[layer(1, "other", Description=f"sha256:{SHA256}")])

    assert publish(service).action is Action.PUBLISHED


def test_of_others_only_the_newest_are_looked_at() -> None:
    near = [layer(number, f"other{number}") for number in range(2, OTHERS + 1)]
    found = MemoryLambda(layers=[layer(1, "ours"), *near])
    missed = MemoryLambda(layers=[layer(1, "ours"), *near, layer(OTHERS + 1, "one more")])

    assert publish(found).action is Action.UNCHANGED
    assert publish(missed).action is Action.PUBLISHED
    assert missed.calls().count("get_layer_version") == OTHERS


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ({}, Action.UNCHANGED),
        ({"runtimes": ("python3.13",)}, Action.UNCHANGED),
        ({"runtimes": ("python3.12",)}, Action.PUBLISHED),
        ({"runtimes": ("python3.13", "python3.12")}, Action.PUBLISHED),
        ({"runtimes": ("python3.13",), "architectures": ("arm64",)}, Action.PUBLISHED),
    ],
)
def test_compatibility(wish: dict[str, Any], expected: Action) -> None:
    service = MemoryLambda(layers=[layer(1, "ours", CompatibleRuntimes=["python3.13", "python3.14"])])

    assert publish(service, **wish).action is expected


def test_other_bytes_than_were_sent() -> None:
    with pytest.raises(NotAsUploadedError):
        publish(MemoryLambda(corrupts=True))


def test_the_digest_always_fits_into_the_description() -> None:
    told = description(LayerWish(name="deps", zip=ZIP), Terms(description="x" * 400))

    assert len(told) == 256
    assert told.endswith(f" sha256:{SHA256}")
