"""One function in one region: its code and settings as they are wished for, changed only where they differ.

Settings go first, then the code; should Lambda refuse the code, the settings become what they were. Requests
in between meet a mixture: who cannot have that calls an alias, which moves at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from builder.deployers.aws.differences import (
    OF_CODE,
    architecture_of,
    as_before,
    differences,
    removed_layers,
    settings_of,
)
from builder.deployers.aws.layers import demand_same
from builder.deployers.aws.settling import Patience, settled, succeeded
from builder.deployers.aws.values import Action, Step
from builder.errors import (
    AccessDeniedError,
    AwsRefusedError,
    NotThereError,
    ResourceConflictError,
    TooLargeError,
    UpdateFailedError,
)
from manylinux.errors import LbuildError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from builder.deployers.aws.bucket import Sent
    from builder.deployers.aws.port import Service
    from builder.deployers.aws.values import FunctionWish, Terms

_REFUSALS = (AccessDeniedError, AwsRefusedError, NotThereError, ResourceConflictError, TooLargeError)
"""After these the code is what it was. After others, such as a connection that was lost, nobody knows."""
TRIES = 3
"""Of a change that meets somebody else's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionDoor:
    """Lambda in one region, and the zip of one function."""

    service: Service
    terms: Terms
    send: Callable[[], Sent]
    """Makes the zip's bytes available to Lambda."""
    patience: Patience = field(default_factory=Patience)

    def deploy(self, wish: FunctionWish) -> Step:
        """`wish` is so.

        Raises LbuildError: NotThereError for a function that is not there, without `create`;
        UpdateFailedError, NotAsUploadedError, NotReadyError, and what `Service.ask` raises.
        """
        try:
            now = settled(self.service, wish.name, self.patience)
        except NotThereError as error:
            if not self.terms.create:
                error.hint = "Make it where its role and memory are described, or add `--create --role ARN`"
                raise
            return self._created(wish)
        if now.get("PackageType", "Zip") != "Zip":
            raise UsageError(f"The function `{wish.name}` is a container image, and takes no zip")
        changed = differences(wish, now)
        removed = removed_layers(wish, now)
        action = Action.UPDATED if changed else Action.UNCHANGED
        if self.terms.dry_run:
            return Step(
                kind="function",
                name=wish.name,
                action=action,
                arn=now["FunctionArn"],
                code_sha256=None if changed else now["CodeSha256"],
                changes=changed,
                removed=removed,
            )
        through = None
        if changed:
            now, through = self._updated(wish, now, changed)
        return replace(self._published(wish, now, action, changed, through), removed=removed)

    def _updated(
        self, wish: FunctionWish, before: Mapping[str, Any], changed: tuple[str, ...]
    ) -> tuple[Mapping[str, Any], str | None]:
        """The function with all that changed, and the bucket through which its zip went."""
        # The bytes first: nothing is changed before they are where Lambda can take them.
        where = self.send() if OF_CODE & set(changed) else None
        settings = settings_of(wish, changed)
        now = before
        if settings:
            self._change("update_function_configuration", wish, now, settings)
            now = succeeded(self.service, wish.name, self.patience)
        if where is None:
            return now, None
        code = {**where.code, "Architectures": [wish.architecture or architecture_of(before)]}
        try:
            self._change("update_function_code", wish, now, code)
            return succeeded(self.service, wish.name, self.patience), where.through
        except (UpdateFailedError, *_REFUSALS) as error:
            if settings:
                self._put_back(wish, before, changed, error)
            raise

    def _change(
        self, operation: str, wish: FunctionWish, now: Mapping[str, Any], parameters: Mapping[str, Any]
    ) -> None:
        """A change of what was seen as `now`, tried again where it meets another."""
        for left in reversed(range(TRIES)):
            revision = {"RevisionId": now["RevisionId"]} if now.get("RevisionId") else {}
            try:
                self.service.ask(operation, _called(wish), FunctionName=wish.name, **parameters, **revision)
            except ResourceConflictError:
                if not left:
                    raise
                self.patience.sleep(self.patience.pause)
                now = settled(self.service, wish.name, self.patience)
            else:
                return

    def _put_back(
        self, wish: FunctionWish, before: Mapping[str, Any], changed: tuple[str, ...], error: LbuildError
    ) -> None:
        """The settings are as they were; or `error` tells that they are not."""
        settings = settings_of(as_before(wish, before), changed)
        names = ", ".join(each for each in changed if each not in OF_CODE)
        try:
            now = settled(self.service, wish.name, self.patience)
            self._change("update_function_configuration", wish, now, settings)
            settled(self.service, wish.name, self.patience)
        except LbuildError as second:
            told = (f"and its {names} could not be put back: {second.summary}", *second.evidence)
        else:
            told = (f"its {names} were put back as they had been",)
        error.evidence = (*error.evidence, *told)

    def _created(self, wish: FunctionWish) -> Step:
        demand_complete(wish, self.terms)
        if self.terms.dry_run:
            return Step(kind="function", name=wish.name, action=Action.CREATED, changes=("code",))
        where = self.send()
        self.service.ask(
            "create_function",
            _called(wish),
            FunctionName=wish.name,
            Runtime=wish.runtime,
            Role=self.terms.role,
            Handler=wish.handler,
            Code=where.code,
            Layers=list(wish.layers or ()),
            Architectures=[wish.architecture or "x86_64"],
        )
        now = succeeded(self.service, wish.name, self.patience)
        return self._published(wish, now, Action.CREATED, ("code",), where.through)

    def _published(
        self,
        wish: FunctionWish,
        now: Mapping[str, Any],
        action: Action,
        changed: tuple[str, ...],
        through: str | None,
    ) -> Step:
        """What became of it; a version where one is asked for. Lambda makes none where nothing changed."""
        demand_same(now["CodeSha256"], wish.zip.code_sha256, _called(wish), self.service.region)
        number = None
        if self.terms.publish or self.terms.alias:
            code = wish.zip.code_sha256
            now = self.service.ask("publish_version", _called(wish), FunctionName=wish.name, CodeSha256=code)
            demand_same(now["CodeSha256"], code, _called(wish), self.service.region)
            number = str(now["Version"])
        if self.terms.alias and number:
            succeeded(self.service, wish.name, self.patience, Qualifier=number)
            self._point(wish, self.terms.alias, number)
        return Step(
            kind="function",
            name=wish.name,
            action=action,
            arn=now["FunctionArn"],
            version=number,
            code_sha256=now["CodeSha256"],
            changes=changed,
            through=through,
        )

    def _point(self, wish: FunctionWish, alias: str, number: str) -> None:
        what = f"alias `{alias}` of function `{wish.name}`"
        pointing = {"FunctionName": wish.name, "Name": alias}
        try:
            now = self.service.ask("get_alias", what, **pointing)
        except NotThereError:
            self.service.ask("create_alias", what, **pointing, FunctionVersion=number)
            return
        if now["FunctionVersion"] != number:
            self.service.ask("update_alias", what, **pointing, FunctionVersion=number)


def demand_complete(wish: FunctionWish, terms: Terms) -> None:
    """Raises UsageError where something is missing that Lambda needs of a new function."""
    needed = {"--role": terms.role, "--handler": wish.handler, "--runtime": wish.runtime}
    missing = [f"`{option}`" for option, value in needed.items() if not value]
    if missing:
        raise UsageError(
            f"The function `{wish.name}` cannot be made without {' and '.join(missing)}",
            evidence=["Lambda needs a role, a handler and a runtime of each function"],
        )


def _called(wish: FunctionWish) -> str:
    return f"function `{wish.name}`"
