"""One project of an index: its versions, newest first, and the best file of each, worked out on demand."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from builder.model import Preference
from builder.resolve.judging import NATIVE, Judge, Judged
from builder.resolve.releases import Releases
from manylinux.wheel_name import is_for_any_platform
from prebuilt_index.artefacts import IndexFile, ProjectPage


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked of a project's versions, all demands and constraints taken together."""

    specifier: SpecifierSet
    exact: bool = False
    """A version is named, so that yanked files may be used."""
    prereleases: bool = False
    """Pre-releases are as good as final versions."""
    hashes: frozenset[str] | None = None
    """Those allowed; None: any."""
    preferred: Version | None = None
    """To be tried first."""
    preference: Preference = Preference.WHEELS


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A version and the file to take of it."""

    version: Version
    file: IndexFile
    last_resort: bool = False
    """A wheel that its tag refuses, and that is taken only if its files prove to load."""

    to_compile: bool = False
    """An sdist that takes a compiler."""

    @property
    def wait(self) -> int:
        """How many kinds of files go first: wheels, then those of last resort, then sdists."""
        return int(self.last_resort) if self.file.is_wheel else 2


class Project:
    """The versions of one project, as one target sees them."""

    def __init__(self, page: ProjectPage, judge: Judge, releases: Releases | None = None) -> None:
        self.page = page
        self._judge = judge
        self._releases = releases or Releases(page.name, page.filenames)
        self._judged: dict[Version, tuple[Judged, ...]] = {}
        self._wheels = [filename for filename in page.filenames if filename.endswith(".whl")]

    def seen_by(self, judge: Judge) -> "Project":
        """The same page under another judge, for another target."""
        return Project(self.page, judge, self._releases)

    def versions(self) -> tuple[Version, ...]:
        """Every version, newest first."""
        return tuple(self._releases)

    def judged(self, version: Version) -> tuple[Judged, ...]:
        """Every file of a version, the best first among the usable wheels."""
        found = self._judged.get(version)
        if found is None:
            page = self.page
            files = [
                self._judge.judge(page.name, page.filenames[position], page.files, position)
                for position in self._releases.positions(version)
            ]
            found = self._judged[version] = _best_first(self._marked_to_compile(files))
        return found

    def _marked_to_compile(self, files: Sequence[Judged]) -> Sequence[Judged]:
        """The files, sdists marked, or refused, where wheels show that they have to be compiled.

        That is where every wheel of the version, or of the whole project, is for one platform. Who forbids
        wheels of the project asks for just that.
        """
        wheels = [judged.filename for judged in files if judged.is_wheel] or self._wheels
        if (
            not wheels
            or any(map(is_for_any_platform, wheels))
            or not self._judge.takes_wheels(self.page.name)
        ):
            return files
        may = self._judge.may_compile(self.page.name)
        refusal = None if may else NATIVE
        return [
            judged
            if judged.is_wheel or judged.refusal is not None
            else replace(judged, to_compile=may, refusal=refusal)
            for judged in files
        ]

    def requires_python(self, version: Version) -> str | None:
        """What the index says of a version, by the first of its files that says it."""
        return next((file.requires_python for file in self.files(version) if file.requires_python), None)

    def files(self, version: Version) -> Iterator[IndexFile]:
        """What the index lists of a version, in its order."""
        return (self.page.files[position] for position in self._releases.positions(version))

    def choices(self, wish: Wish) -> Iterator[Choice]:
        """The versions that fulfil a wish, the one to try first first.

        Pre-releases only when they were asked for or there is nothing else (PEP 440), and yanked files only
        of a version that was named and has no others (PEP 592).
        """
        for yanked in (False, True) if wish.exact else (False,):
            for fits in _kinds(wish):
                found = False
                for choice in self._in_order(wish, fits, yanked=yanked):
                    found = True
                    yield choice
                if found:
                    return

    def _in_order(self, wish: Wish, fits: Callable[[Version], bool], *, yanked: bool) -> Iterator[Choice]:
        """Usable versions: the preferred one, then newest first, but those without a wheel perhaps last.

        What has to be compiled is only there when nothing else is, unless the newest is what counts.
        """
        waiting: tuple[list[Choice], ...] = ([], [])
        to_compile: list[Choice] = []
        found = False
        preferred = self._preferred(wish, yanked=yanked)
        if preferred is not None and fits(preferred.version):
            found = True
            yield preferred
        for version in self.in_range(wish.specifier):
            if version == wish.preferred or not fits(version):
                continue
            choice = self._best(version, wish, yanked=yanked)
            if choice is None:
                continue
            if not choice.wait or wish.preference is Preference.NEWEST:
                found = True
                yield choice
            elif choice.to_compile:
                to_compile.append(choice)
            else:
                waiting[choice.wait - 1].append(choice)
        yield from chain(*waiting)
        if not found and not any(waiting):
            yield from to_compile

    def _preferred(self, wish: Wish, *, yanked: bool) -> Choice | None:
        version = wish.preferred
        if version is None or version not in self._releases:
            return None
        if not wish.specifier.contains(version, prereleases=True):
            return None
        return self._best(version, wish, yanked=yanked)

    def in_range(self, specifier: SpecifierSet) -> Iterable[Version]:
        """Versions the specifier admits, pre-releases too, newest first."""
        return specifier.filter(self._releases.near(specifier), prereleases=True)

    def _best(self, version: Version, wish: Wish, *, yanked: bool) -> Choice | None:
        """The best file of a version that may be used: a wheel if there is one, an sdist if nothing else."""
        for judged in self.judged(version):
            if judged.file is None or (judged.refusal is not None and not judged.last_resort):
                continue
            if (judged.file.yanked is not None) is not yanked:
                continue
            file = judged.file if wish.hashes is None else with_allowed_hash(judged.file, wish.hashes)
            if file is not None:
                return Choice(
                    version=version,
                    file=file,
                    last_resort=judged.last_resort,
                    to_compile=judged.to_compile,
                )
        return None


def _kinds(wish: Wish) -> tuple[Callable[[Version], bool], ...]:
    if wish.prereleases:
        return (_is_any,)
    return (_is_final, _is_prerelease)


def _is_any(_version: Version) -> bool:
    return True


def _is_final(version: Version) -> bool:
    return not version.is_prerelease


def _is_prerelease(version: Version) -> bool:
    return version.is_prerelease


def _best_first(files: Iterable[Judged]) -> tuple[Judged, ...]:
    """Wheels before those of last resort before sdists, then those of a prebuilt index, then by rank, then
    the highest build tag first; the name settles a tie."""
    ordered = sorted(files, key=lambda judged: judged.filename)
    ordered.sort(key=_build_tag, reverse=True)
    ordered.sort(
        key=lambda judged: (not judged.is_wheel, judged.last_resort, not _is_prebuilt(judged), judged.rank)
    )
    return tuple(ordered)


def _is_prebuilt(judged: Judged) -> bool:
    return judged.file is not None and judged.file.prebuilt


def _build_tag(judged: Judged) -> tuple[()] | tuple[int, str]:
    return judged.wheel.build if judged.wheel is not None else ()


def with_allowed_hash(file: IndexFile, allowed: frozenset[str]) -> IndexFile | None:
    """The file if one of `allowed` (`sha256:<hex>`) is its hash, else None.

    Where the index gives no such hash, a sole allowed one is what the download must have.
    """
    if not allowed:
        return None
    if any(f"{algorithm}:{digest}" in allowed for algorithm, digest in file.hashes.items()):
        return file
    algorithms = {text.partition(":")[0] for text in allowed}
    if len(allowed) == 1 and algorithms.isdisjoint(file.hashes):
        algorithm, _, digest = next(iter(allowed)).partition(":")
        return replace(file, hashes={**file.hashes, algorithm: digest})
    return None
