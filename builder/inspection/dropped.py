"""What lbuild left out of a bundle, as the report of its build tells it: by rule and by distribution."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from builder.errors import NoReportError
from builder.model import Drop
from builder.report.left_out import Sum, drops_by

_HINT = "Give the output of `lbuild REQUIREMENTS -o BUNDLE --json` for this bundle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """All that was left out."""

    drops: tuple[Drop, ...]
    """Largest first."""
    excluded: Mapping[str, str] = field(hash=False)
    """Project that is not in the bundle at all to the reason."""

    @property
    def size(self) -> int:
        return sum(drop.size for drop in self.drops)

    @property
    def by_rule(self) -> tuple[Sum, ...]:
        """Largest first."""
        return drops_by(self.drops, lambda drop: drop.rule)

    @property
    def by_owner(self) -> tuple[Sum, ...]:
        """Largest first."""
        return drops_by(self.drops, lambda drop: drop.owner)


def parse_report(text: str, source: str, sha256: str) -> Mapping[str, Any]:
    """The report in `text`, read from `source`. Raises NoReportError: it is none, or of another bundle."""
    try:
        form = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NoReportError(
            f"`{source}` is no report", evidence=[f"not JSON: {error}"], hint=_HINT
        ) from error
    bundle = form.get("bundle") if isinstance(form, dict) else None
    found = bundle.get("sha256") if isinstance(bundle, dict) else None
    if not isinstance(found, str):
        raise NoReportError(
            f"`{source}` is no report of a build", evidence=["it has no `bundle.sha256`"], hint=_HINT
        )
    if found != sha256:
        raise NoReportError(
            f"`{source}` is the report of another bundle",
            evidence=[f"sha256 of its bundle: {found}", f"sha256 of this one:   {sha256}"],
            hint=_HINT,
        )
    return form  # type: ignore[no-any-return]  # a dict, as seen above


def dropped_of(form: Mapping[str, Any], source: str) -> Dropped:
    """What the report `form` says was left out. Raises NoReportError when it cannot be read so."""
    try:
        drops = [
            Drop(owner=str(row["owner"]), path=str(row["path"]), rule=str(row["rule"]), size=int(row["size"]))
            for row in form["dropped"]
        ]
        excluded = {str(project): str(reason) for project, reason in dict(form["excluded"]).items()}
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise NoReportError(
            f"`{source}` does not tell what was left out",
            evidence=[f"`dropped` and `excluded` are not as lbuild writes them: {error!r}"],
            hint=_HINT,
        ) from error
    return Dropped(drops=tuple(sorted(drops, key=lambda drop: (-drop.size, drop.path))), excluded=excluded)
