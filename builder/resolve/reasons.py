"""Why a version, or a file, was not taken: the one reason that helps most, in words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from packaging.version import Version

from builder.model import Preference
from builder.resolve.judging import Judge, Judged, Refusal, Rule, clause
from builder.resolve.projects import Project, Wish, with_allowed_hash
from manylinux.refusal import Fault
from manylinux.target import Target

_OTHERS: Mapping[int, str] = {
    Fault.SYSTEM: "built for other systems",
    Fault.INTERPRETER: "built for other interpreters",
    Fault.PYTHON: "built for other Pythons",
}
"""What stands for several reasons of one kind."""
_BY_CONTENT = (Rule.UNUSABLE, Rule.EXCLUDED, Rule.UPLOAD_TIME)
"""What refuses a file that would load."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Neighbouring versions that were not taken for one reason."""

    newest: Version
    oldest: Version
    count: int
    refusal: Refusal

    def __str__(self) -> str:
        if self.count == 1:
            return f"{self.newest}: {self.refusal.reason}"
        between = "and" if self.count == 2 else "to"
        count = f" ({self.count} versions)" if self.count > 2 else ""
        return f"{self.oldest} {between} {self.newest}{count}: {self.refusal.reason}"


class Reasons:
    """Finds reasons for one target."""

    def __init__(self, target: Target, judge: Judge) -> None:
        self._target = target
        self._judge = judge

    def of_version(self, project: Project, version: Version, wish: Wish) -> Refusal | None:
        """Why no file of a version was taken, be it that there is only an sdist; None: no reason."""
        judged = project.judged(version)
        usable = [each for each in judged if each.refusal is None]
        if any(each.is_wheel for each in usable) or (usable and not any(each.is_wheel for each in judged)):
            return self._of_usable(usable, wish)
        return (
            self._of_python(project, version)
            or self._of_content(judged)
            or self._of_tags(judged)
            or self._of_usable(usable, wish)
            or _first(judged)
        )

    def _of_usable(self, usable: Sequence[Judged], wish: Wish) -> Refusal | None:
        """Why files that load are not taken all the same."""
        files = [each.file for each in usable if each.file is not None]
        if files and not wish.exact and all(file.yanked is not None for file in files):
            reasons = sorted({file.yanked for file in files if file.yanked})
            return Refusal(
                rule=Rule.YANKED, reason=f"it is yanked: {reasons[0]}" if reasons else "it is yanked"
            )
        hashes = wish.hashes
        if files and hashes is not None and not any(with_allowed_hash(file, hashes) for file in files):
            return Refusal(rule=Rule.HASH, reason="none of its usable files has a hash that is asked for")
        if files and wish.preference is Preference.WHEELS and not any(file.is_wheel for file in files):
            return Refusal(
                rule=Rule.ONLY_SDIST, reason="it has only an sdist, and a version with a wheel goes first"
            )
        return None

    def _of_python(self, project: Project, version: Version) -> Refusal | None:
        """Files of one version share their Requires-Python, whatever else refuses them."""
        requires_python = project.requires_python(version)
        if self._judge.satisfies_python(requires_python):
            return None
        refusal = self._judge.needs_other_python(requires_python or "")
        return Refusal(rule=refusal.rule, reason=f"it {refusal.reason}")

    def _of_content(self, judged: Sequence[Judged]) -> Refusal | None:
        for each in judged:
            if each.refusal is not None and each.refusal.rule in _BY_CONTENT:
                return Refusal(rule=each.refusal.rule, reason=f"it {each.refusal.reason}")
        return None

    def _of_tags(self, judged: Sequence[Judged]) -> Refusal | None:
        wheels = [
            each.wheel for each in judged if each.wheel and each.refusal and each.refusal.rule is Rule.TAGS
        ]
        nearest = self._judge.nearest(wheels)
        if nearest is None:
            return None
        runtime, (major, minor) = self._target.runtime, self._target.glibc
        if nearest.fault is Fault.GLIBC and -minor < nearest.nearness < 0:
            needed = f"{major}.{minor - nearest.nearness}"
            reason = f"{runtime.id} has glibc {major}.{minor}, its wheels need {needed}"
        else:
            reason = f"its {'wheel' if len(wheels) == 1 else 'nearest wheel'} {clause(nearest)}"
        return Refusal(rule=Rule.TAGS, reason=reason)

    def of_files(self, project: Project, version: Version, wish: Wish) -> Iterator[str]:
        """Why each file of a version was refused: nearest first, files alike counted together."""
        alike: dict[tuple[int, str], list[str]] = {}
        for judged in project.judged(version):
            fault, reason = self._of_file(judged, wish)
            kind = "wheel" if judged.is_wheel else "sdist"
            key = kind if fault in _OTHERS else f"{kind}: {reason}"
            alike.setdefault((fault, key), []).append(reason)
        for (fault, what), reasons in sorted(alike.items(), reverse=True):
            kind = what.partition(":")[0]
            reason = _OTHERS[fault] if len(set(reasons)) > 1 else reasons[0]
            yield f"{len(reasons)} {kind}{'s' if len(reasons) > 1 else ''}: {reason}"

    def _of_file(self, judged: Judged, wish: Wish) -> tuple[int, str]:
        """How near the file comes, as a Fault or above all of them, and why it was refused."""
        if judged.refusal is None:
            refusal = self._of_usable([judged], wish)
            return Fault.GLIBC + 1, refusal.reason.removeprefix("it ") if refusal else "can be used"
        if judged.refusal.rule is Rule.TAGS and judged.wheel is not None:
            nearest = self._judge.nearest([judged.wheel])
            if nearest is not None:
                return nearest.fault, nearest.text
        return Fault.GLIBC + 1, judged.refusal.reason

    def of_hashes(self, project: Project, version: Version, wish: Wish) -> tuple[list[str], list[str]]:
        """The hashes that are asked for, and those the index gives of the files they refuse."""
        expected = sorted(wish.hashes or ())
        algorithms = {text.partition(":")[0] for text in expected}
        given = []
        for judged in project.judged(version):
            if judged.file is not None and judged.refusal is None:
                hashes = judged.file.hashes
                told = " and ".join(f"{each}:{hashes[each]}" for each in sorted(algorithms & hashes.keys()))
                given.append(f"the index gives {told or 'none of that kind'} for `{judged.filename}`")
        return [f"expected {text}" for text in expected] or ["no hash is asked for in every place"], given

    def groups(self, project: Project, versions: Iterable[Version], wish: Wish) -> list[Group]:
        """Versions that were not taken, newest first, neighbours with one reason put together."""
        found: list[Group] = []
        for version in versions:
            refusal = self.of_version(project, version, wish)
            if refusal is None:
                continue
            last = found[-1] if found else None
            if last is not None and _is_alike(last.refusal, refusal):
                found[-1] = replace(last, oldest=version, count=last.count + 1)
            else:
                found.append(Group(newest=version, oldest=version, count=1, refusal=refusal))
        return found


def _is_alike(one: Refusal, other: Refusal) -> bool:
    """Whether one line can stand for both; each upload has a date of its own."""
    return one == other or (one.rule is other.rule is Rule.UPLOAD_TIME)


def _first(judged: Sequence[Judged]) -> Refusal | None:
    return next((each.refusal for each in judged if each.refusal is not None), None)
