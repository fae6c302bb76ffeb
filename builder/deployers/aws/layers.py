"""One layer in one region: the version that has this content, published when there is none."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from builder.deployers.aws.values import Action, Step
from builder.errors import NotAsUploadedError, NotThereError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from builder.deployers.aws.bucket import Sent
    from builder.deployers.aws.port import Service
    from builder.deployers.aws.values import LayerWish, Terms

OTHERS = 20
"""Versions whose description does not name the content, looked at one by one, newest first."""


def publish_layer(wish: LayerWish, terms: Terms, functions: Service, send: Callable[[], Sent]) -> Step:
    """A version with the content and compatibility that are wished for; `send` makes the bytes available.

    Raises LbuildError: NotAsUploadedError when Lambda has other bytes than were sent.
    """
    found = _published(wish, functions)
    if found is not None:
        return _step(wish, found, Action.UNCHANGED)
    if terms.dry_run:
        return Step(kind="layer", name=wish.name, action=Action.PUBLISHED, changes=("code",))
    where = send()
    compatible = {
        "CompatibleRuntimes": list(wish.runtimes),
        "CompatibleArchitectures": list(wish.architectures),
    }
    answer = functions.ask(
        "publish_layer_version",
        f"layer `{wish.name}`",
        LayerName=wish.name,
        Description=description(wish, terms),
        Content=where.code,
        **{key: value for key, value in compatible.items() if value},
    )
    demand_same(
        answer["Content"]["CodeSha256"], wish.zip.code_sha256, f"layer `{wish.name}`", functions.region
    )
    return _step(wish, answer, Action.PUBLISHED, where.through)


def description(wish: LayerWish, terms: Terms) -> str:
    """What lists of versions show: the digest is how a later run knows the content without looking into each.

    256 characters at most, as Lambda has it.
    """
    digest = f"sha256:{wish.zip.sha256}"
    return f"{(terms.description or 'lbuild')[: 255 - len(digest)]} {digest}"


def demand_same(answered: object, ours: str, what: str, region: str) -> None:
    """Raises NotAsUploadedError unless Lambda has the bytes that lbuild printed the digest of."""
    if answered != ours:
        raise NotAsUploadedError(
            f"Lambda has other bytes for {what} in {region} than were sent",
            evidence=[f"CodeSha256 is {answered}", f"it has to be {ours}"],
            hint="Run it again; if that does not help, look at what stands between here and AWS",
        )


def _published(wish: LayerWish, functions: Service) -> Mapping[str, Any] | None:
    """The newest version with this content and at least this compatibility."""
    for number in _candidates(wish, functions):
        try:
            version = functions.ask(
                "get_layer_version",
                f"version {number} of layer `{wish.name}`",
                LayerName=wish.name,
                VersionNumber=number,
            )
        except NotThereError:
            continue  # deleted since it was listed
        if version["Content"]["CodeSha256"] == wish.zip.code_sha256:
            return version
    return None


def _candidates(wish: LayerWish, functions: Service) -> Iterator[int]:
    """Versions worth a look: first those whose description names the digest."""
    pages = functions.pages(
        "list_layer_versions", f"layer `{wish.name}`", "LayerVersions", LayerName=wish.name
    )
    try:
        fitting = [each for each in pages if _is_compatible(each, wish)]
    except NotThereError:
        return
    fitting.sort(key=lambda each: -int(each["Version"]))
    named = [each for each in fitting if wish.zip.sha256 in each.get("Description", "")]
    yield from (int(each["Version"]) for each in named)
    yield from islice((int(each["Version"]) for each in fitting if each not in named), OTHERS)


def _is_compatible(version: Mapping[str, Any], wish: LayerWish) -> bool:
    return set(wish.runtimes) <= set(version.get("CompatibleRuntimes", ())) and set(
        wish.architectures
    ) <= set(version.get("CompatibleArchitectures", ()))


def _step(wish: LayerWish, answer: Mapping[str, Any], action: Action, through: str | None = None) -> Step:
    return Step(
        kind="layer",
        name=wish.name,
        action=action,
        arn=answer["LayerVersionArn"],
        version=str(answer["Version"]),
        code_sha256=answer["Content"]["CodeSha256"],
        changes=() if action is Action.UNCHANGED else ("code",),
        through=through,
    )
