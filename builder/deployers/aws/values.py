"""What is to be on Lambda, and what became of it in each region."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from manylinux.errors import LbuildError


@dataclass(frozen=True, slots=True, kw_only=True)
class Zip:
    """A file to upload; sizes in bytes."""

    path: Path
    sha256: str
    """Hex."""
    code_sha256: str
    """Base64: what Lambda has to answer."""
    size: int
    unpacked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerWish:
    """A layer version that is to be there."""

    name: str
    """On Lambda."""
    zip: Zip
    runtimes: tuple[str, ...] = ()
    architectures: tuple[str, ...] = ()
    """What it is compatible with; empty where nobody said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionWish:
    """A function as it is to be. What is None stays as it is on Lambda."""

    name: str
    """On Lambda."""
    zip: Zip
    runtime: str | None = None
    architecture: str | None = None
    handler: str | None = None
    layers: tuple[str, ...] | None = None
    """ARNs of layer versions (`{region}` in one stands for the region), or names of layers of the same
    deployment, in Lambda's order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What is to be in every region."""

    layers: tuple[LayerWish, ...] = ()
    functions: tuple[FunctionWish, ...] = ()

    @property
    def zips(self) -> tuple[Zip, ...]:
        """Every file once."""
        every = [*(layer.zip for layer in self.layers), *(function.zip for function in self.functions)]
        return tuple({each.sha256: each for each in every}.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How it is to be brought there."""

    bucket: str | None = None
    """For zips that are too large to be sent directly; `{region}` in it stands for the region."""
    prefix: str = "lbuild/"
    """Of their keys."""
    description: str = ""
    """Of layer versions."""
    create: bool = False
    """Functions that are not there are made."""
    role: str | None = None
    """ARN of the role of those."""
    publish: bool = False
    """A version of each function."""
    alias: str | None = None
    """What points to that version afterwards."""
    dry_run: bool = False


class Action(StrEnum):
    """What became of one layer or function."""

    PUBLISHED = "published"
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    """There as it is to be: nothing was uploaded or changed."""
    FAILED = "failed"
    LEFT = "left"
    """Not tried, because something else failed before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One layer or function in one region."""

    kind: str
    """`layer` or `function`."""
    name: str
    action: Action
    arn: str | None = None
    """Of the layer version; of the function, with its version where one was published."""
    version: str | None = None
    code_sha256: str | None = None
    """As Lambda answered it; None where it was not asked."""
    changes: tuple[str, ...] = ()
    """What differed: `code`, `layers`, `runtime`, `handler`, `architecture`."""
    removed: tuple[str, ...] = ()
    """ARNs of layers that the function had, and has no version of any more."""
    through: str | None = None
    """`s3://BUCKET/KEY` where the zip went that way."""
    reason: str = ""
    """Why it was left alone."""
    error: LbuildError | None = field(default=None, compare=False)

    @property
    def sends(self) -> bool:
        """Whether a zip has to be there for it."""
        return self.action is Action.CREATED or bool({"code", "architecture"} & set(self.changes))


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionOutcome:
    """What became of a deployment in one region."""

    region: str
    steps: tuple[Step, ...]

    @property
    def errors(self) -> tuple[LbuildError, ...]:
        return tuple(step.error for step in self.steps if step.error is not None)
