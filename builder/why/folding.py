"""Equal reasons told once: versions and files alike put together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from builder.why.values import FAULTY, Cause, FileFate, PassedVersion

SOME = 3
"""As many versions are named one by one."""
LONGEST = 140
"""Characters of a reason; what is withdrawn is sometimes explained at length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """Versions that were passed over for one reason, newest first."""

    versions: tuple[PassedVersion, ...]

    @property
    def newest(self) -> PassedVersion:
        return self.versions[0]

    @property
    def count(self) -> int:
        return len(self.versions)

    @property
    def says_all(self) -> bool:
        """Whether the reason is about the version, whatever its files are."""
        return self.newest.cause in (
            Cause.SPECIFIER,
            Cause.PRE_RELEASE,
            Cause.YANKED,
            Cause.EXCLUDE_NEWER,
            Cause.REQUIRES_PYTHON,
            Cause.PREFERRED,
        )

    def __str__(self) -> str:
        names = [str(each.version) for each in self.versions]
        reason = shortened(self.newest.reason)
        if self.count > 1 and self.newest.cause is Cause.EXCLUDE_NEWER:
            reason = f"the newest {reason.removeprefix('it ')}"  # each upload has a date of its own
        if self.count > SOME:
            return f"{names[0]} ... {names[-1]} ({self.count} versions): {reason}"
        return f"{', '.join(names)}: {reason}"


def versions_folded(versions: Sequence[PassedVersion]) -> tuple[Fold, ...]:
    """In the order of the newest of each; not only neighbours, as pre-releases stand between others."""
    alike: dict[tuple[Cause, str], list[PassedVersion]] = {}
    for version in versions:
        reason = "" if version.cause is Cause.EXCLUDE_NEWER else version.reason
        alike.setdefault((version.cause, reason), []).append(version)
    return tuple(Fold(versions=tuple(each)) for each in alike.values())


def files_folded(files: Sequence[FileFate]) -> Iterator[str]:
    """`14 wheels: for other platforms`; what can be used and what is nearest to it comes first."""
    alike: dict[tuple[int, str], list[FileFate]] = {}
    for fate in files:
        kind = "wheel" if fate.filename.endswith(".whl") else "sdist"
        key = kind if fate.cause in FAULTY else f"{kind}:{fate.reason}"
        alike.setdefault((_ORDER[fate.cause], key), []).append(fate)
    for (_, key), fates in sorted(alike.items()):
        kind = key.partition(":")[0]
        reasons = {fate.reason for fate in fates}
        reason = FAULTY[fates[0].cause] if len(reasons) > 1 else shortened(fates[0].reason)
        yield f"{len(fates)} {kind}{'s' if len(fates) > 1 else ''}: {reason}"


def shortened(text: str) -> str:
    """The text on one line, cut where it would fill several."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 3].rstrip()}..."


_ORDER = {cause: place for place, cause in enumerate(Cause)}
"""`Cause` goes from what is nearest to being taken to what is farthest."""
