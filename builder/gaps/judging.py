"""What a project's page has for each target. Pure: the page in, fates out.

The newest version counts as pip would choose it: no pre-release while there are others, none that is yanked
whole, none whose Requires-Python leaves the target out. Spec: PEP 440, PEP 592, Requires-Python (PEP 345).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder.gaps.values import Fate, Kind
from builder.model import ResolveOptions
from builder.resolve.judging import Judge, Judged, Rule
from builder.resolve.releases import Releases

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from packaging.version import Version

    from manylinux.target import Target
    from manylinux.wheel_name import WheelName
    from prebuilt_index.artefacts import ProjectPage

_NAMED = 3
"""Kinds of wheels that evidence names."""


def fates(page: ProjectPage, targets: Sequence[Target]) -> tuple[Fate, ...]:
    """The fate of the project on each target."""
    releases = Releases(page.name, page.filenames)
    versions = _in_order(releases)
    return tuple(_Seen(page, releases, target).fate(versions) for target in targets)


def fate_of(page: ProjectPage, releases: Releases, target: Target, version: Version) -> Fate:
    """The fate of one version; `evidence` names the wheel where one loads."""
    return _Seen(page, releases, target).fate_of(version)


def _in_order(releases: Releases) -> tuple[Version, ...]:
    """Newest first; without pre-releases, where that leaves any."""
    every = tuple(releases)
    return tuple(version for version in every if not version.is_prerelease) or every


class _Seen:
    """One page as one target sees it."""

    def __init__(self, page: ProjectPage, releases: Releases, target: Target) -> None:
        self._page = page
        self._releases = releases
        self._target = target
        self._judge = Judge(target, ResolveOptions())

    def fate(self, versions: Sequence[Version]) -> Fate:
        for position, version in enumerate(versions):
            judged = list(self._judged(version))
            admitted = [each for each in judged if not _is_of_other_python(each)]
            if not admitted:
                continue
            kind = _kind(admitted)
            sdist = next((each.filename for each in admitted if not each.is_wheel), None)
            if kind is Kind.USABLE:
                return Fate(target=self._target, kind=kind, version=version, sdist=sdist)
            return Fate(
                target=self._target,
                kind=kind,
                version=version,
                evidence=self._evidence(admitted),
                sdist=sdist,
                older=self._older(versions[position + 1 :]),
            )
        return Fate(
            target=self._target, kind=Kind.PYTHON, evidence=f"no version is for {self._target.runtime.id}"
        )

    def fate_of(self, version: Version) -> Fate:
        judged = list(self._judged(version))
        kind = _kind(judged)
        sdist = next((each.filename for each in judged if not each.is_wheel), None)
        usable = [each for each in judged if each.is_wheel and each.refusal is None]
        evidence = min(usable, key=lambda each: each.rank).filename if usable else self._evidence(judged)
        return Fate(target=self._target, kind=kind, version=version, evidence=evidence, sdist=sdist)

    def _judged(self, version: Version) -> Iterator[Judged]:
        """Every file of a version that is not yanked, looked at."""
        for position in self._releases.positions(version):
            file = self._page.files[position]
            if file.yanked is not None:
                continue
            judged = self._judge.judge(self._page.name, file.filename, self._page.files, position)
            if judged.refusal is not None and not self._judge.satisfies_python(file.requires_python):
                # Tags are looked at before Requires-Python; here that says more.
                refusal = self._judge.needs_other_python(file.requires_python or "")
                yield Judged(filename=judged.filename, file=file, wheel=judged.wheel, refusal=refusal)
            else:
                yield judged

    def _older(self, versions: Sequence[Version]) -> Version | None:
        return next(
            (each for each in versions if _kind(list(self._judged(each))) is Kind.USABLE),
            None,
        )

    def _evidence(self, admitted: Sequence[Judged]) -> str:
        """Why no wheel loads: what the nearest one lacks, and for what the others are."""
        wheels = [each.wheel for each in admitted if each.wheel is not None]
        if not wheels:
            return "only an sdist"
        nearest = self._judge.nearest(wheels)
        assert nearest is not None  # else one of them would load
        return f"{_kinds_of(wheels)}; the nearest {_clause(nearest.text)}"


def _is_of_other_python(judged: Judged) -> bool:
    return judged.refusal is not None and judged.refusal.rule is Rule.REQUIRES_PYTHON


def _kind(judged: Sequence[Judged]) -> Kind:
    if any(each.is_wheel and each.refusal is None for each in judged):
        return Kind.USABLE
    if any(each.last_resort for each in judged):
        return Kind.LAST_RESORT
    if any(not each.is_wheel and each.refusal is None for each in judged):
        return Kind.SDIST
    return Kind.NOTHING


def _kinds_of(wheels: Sequence[WheelName]) -> str:
    """For what there are wheels: `wheels for cp39, cp310`."""
    names = sorted({each.tag_set.partition("-")[0] for each in wheels}, key=_by_number)
    shown = names if len(names) <= _NAMED else [*names[: _NAMED - 1], "...", names[-1]]
    return f"wheels for {', '.join(shown)}"


def _by_number(name: str) -> tuple[int, str]:
    digits = "".join(filter(str.isdecimal, name.partition(".")[0]))
    return len(digits), name


def _clause(text: str) -> str:
    return f"is {text}" if text.startswith("built") else text
