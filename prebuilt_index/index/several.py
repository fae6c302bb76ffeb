"""Several indexes as one: the first that knows a project wins, and only a true 404 lets the next one speak.

An index that fails, refuses or talks nonsense stops everything. To go on would let a public project stand in
for a private one of the same name while its server is down.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256

from packaging.utils import NormalizedName

from prebuilt_index.artefacts import IndexFile, ProjectPage, ProjectStatus
from prebuilt_index.errors import ProjectNotFoundError, QuarantinedProjectError
from prebuilt_index.index.close_names import close_names
from prebuilt_index.index.prebuilt import joined, marked
from prebuilt_index.index.source import Addition, Source, Stamp
from prebuilt_index.simple.entries import LazyFiles

NEVER = float("inf")
"""Epoch seconds at which nothing ends."""


class Indexes:
    """`sources` in order of precedence; `pins` name the only index of a project; `find_links` add files.

    As in pip, the files of `find_links` stand before those of the index. The first of `prebuilt` that lists a
    project adds its files, see the module of that name. A pinned project takes its index's files alone.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        *,
        pins: Mapping[NormalizedName, Source],
        find_links: Sequence[Addition] = (),
        prebuilt: Sequence[Source] = (),
    ) -> None:
        self._sources = tuple(sources)
        self._pins = dict(pins)
        self._find_links = tuple(find_links)
        self._prebuilt = tuple(prebuilt)

    def page(self, project: NormalizedName) -> ProjectPage:
        """All files of `project`. Raises ProjectNotFoundError, QuarantinedProjectError, NetworkError."""
        (built, until), own = self._built(project), self._own(project)
        # Somebody who publishes a project after a failed run does not wait until the "no" is no longer fresh.
        if own is None and not _lists_files(built) and self.doubt(project):
            (built, until), own = self._built(project), self._own(project)
        if own is None and not _lists_files(built):
            raise self._not_found(project)
        page = own
        if built is not None:
            digest = _joined([built.digest, own.digest if own else ""])
            page = joined(built, own, digest) if own else replace(built, digest=digest)
        assert page is not None
        until = min(until, own.fresh_until if own else self._stamp(project).fresh_until)
        return replace(page, fresh_until=until)

    def _own(self, project: NormalizedName) -> ProjectPage | None:
        """What the project's own index and `find_links` have; None when they do not know it."""
        found, until = self._found(project, self._asked(project))
        if found is not None and found.status is ProjectStatus.QUARANTINED:
            raise _quarantined(found)
        if found is not None and self._pins.get(project) in self._prebuilt:
            found = marked(found)
        files = tuple(file for links in self._added(project) for file in links.files(project))
        page = self._merged(project, found, files) if files else found
        return None if page is None else replace(page, fresh_until=self._until(project, until))

    def _built(self, project: NormalizedName) -> tuple[ProjectPage | None, float]:
        """The page of the first prebuilt index that lists the project, and until when that is so."""
        found, until = self._found(project, self._asked_for_built(project))
        if found is not None and found.status is ProjectStatus.QUARANTINED:
            raise _quarantined(found)
        return (None if found is None else marked(found)), until

    def doubt(self, project: NormalizedName) -> bool:
        """Whether what an index said of `project` was remembered, and is not used any more."""
        doubted = [source.doubt(project) for source in self._asked(project)]
        doubted += [source.doubt(project) for source in self._asked_for_built(project)]
        doubted += [links.doubt() for links in self._added(project)]
        return any(doubted)

    def _found(self, project: NormalizedName, sources: Iterable[Source]) -> tuple[ProjectPage | None, float]:
        """The page of the first of the indexes that knows `project`, and until when that is so."""
        found, until = None, NEVER
        for source in sources:
            found = source.page(project)
            # That an index does not know a project holds no longer than what the next one says.
            until = min(until, found.fresh_until if found else source.stamp(project).fresh_until)
            if found is not None:
                break
        return found, until

    def stamp(self, project: NormalizedName) -> Stamp:
        """The digest that `page` would give, even of a quarantined project, and until when it holds."""
        own = self._stamp(project)
        until, built = NEVER, ""
        for source in self._asked_for_built(project):
            stamp = source.stamp(project)
            until = min(until, stamp.fresh_until)
            if stamp.known:
                built = stamp.digest
                break
        if until == NEVER:
            return own
        digest = _joined([built, own.digest]) if built else own.digest
        return Stamp(known=own.known or bool(built), digest=digest, fresh_until=min(own.fresh_until, until))

    def _stamp(self, project: NormalizedName) -> Stamp:
        """The stamp of what `_own` gives."""
        until, digests, known = NEVER, [], False
        for source in self._asked(project):
            stamp = source.stamp(project)
            until = min(until, stamp.fresh_until)
            if stamp.known:
                digests.append(stamp.digest)
                known = True
                break
        added = [links for links in self._added(project) if links.files(project)]
        digests += [links.digest(project) for links in added]
        # As in `_own`: only what is merged has a digest of its own.
        digest = _joined(digests) if added else "".join(digests)
        return Stamp(known=known or bool(added), digest=digest, fresh_until=self._until(project, until))

    def _until(self, project: NormalizedName, until: float) -> float:
        """The earliest end of what indexes and additions say, also of those without a file of the project."""
        until = min((until, *(links.fresh_until() for links in self._added(project))))
        return 0.0 if until == NEVER else until

    def _asked(self, project: NormalizedName) -> Iterator[Source]:
        pinned = self._pins.get(project)
        return iter(self._sources if pinned is None else (pinned,))

    def _asked_for_built(self, project: NormalizedName) -> tuple[Source, ...]:
        return () if project in self._pins else self._prebuilt

    def _added(self, project: NormalizedName) -> tuple[Addition, ...]:
        return () if project in self._pins else self._find_links

    def _merged(
        self, project: NormalizedName, found: ProjectPage | None, files: tuple[IndexFile, ...]
    ) -> ProjectPage:
        digests = [links.digest(project) for links in self._find_links if links.files(project)]
        base = found or ProjectPage(name=project, files=(), filenames=())
        # Positions, not files: those of a large page are still to be built, and few ever are.
        places = [(part, number) for part in (files, base.files) for number in range(len(part))]
        return replace(
            base,
            files=LazyFiles(places, lambda place: place[0][place[1]]),
            filenames=(*(file.filename for file in files), *base.filenames),
            index=base.index or files[0].index,
            digest=_joined([base.digest, *digests] if found else digests),
        )

    def _not_found(self, project: NormalizedName) -> ProjectNotFoundError:
        sources, added = tuple(self._asked(project)), self._added(project)
        sources += self._asked_for_built(project)
        asked = [source.url for source in sources] + [place.url for place in added]
        listed = [name for source in sources for name in source.names()]
        listed += [name for place in added for name in place.names()]
        close = close_names(project, listed)
        names = " or ".join(f"`{name}`" for name in close)
        return ProjectNotFoundError(
            f"no index knows the project `{project}`",
            evidence=[f"asked: {url}" for url in asked] or ["asked: none (`--no-index`, no `--find-links`)"],
            hint=f"Perhaps {names} is meant"
            if close
            else "Check the spelling, and that the index URL is right",
        )


def _lists_files(page: ProjectPage | None) -> bool:
    return page is not None and bool(page.filenames)


def _quarantined(page: ProjectPage) -> QuarantinedProjectError:
    reason = page.status_reason or "the index gives no reason"
    return QuarantinedProjectError(
        f"the project `{page.name}` is quarantined",
        evidence=[f"reason: {reason}", f"index: {page.index}"],
        hint="Do without it until its index has looked into it",
    )


def _joined(digests: Sequence[str]) -> str:
    return sha256("\n".join(digests).encode(), usedforsecurity=False).hexdigest()
