"""What goes of the wheels of one bundle, and what of their tests stays and why.

What a user asks to keep stays, whatever else is said, and so does what a test module that is kept reaches;
what a user asks to leave out goes, whatever the rules say.

Pure, but that test modules which something reaches are read through a function handed in.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from builder.slim import rules
from builder.slim.asking import Asked, Place
from builder.slim.graph import ENTRY_POINT, KEPT, Reached, ReadCandidate, named_folders, reached
from builder.slim.names import suffix_of
from builder.slim.profile import SlimProfile
from builder.slim.values import (
    HAS_PROGRAMS,
    NAMES_STUBS,
    Decision,
    SharedObject,
    SpareFile,
    TestFile,
    WheelScan,
)

_WHATEVER_NAMED = frozenset({rules.TRANSLATION_SOURCES, rules.SERVICE_EXAMPLES})
"""Code that reads these makes other files of them, which no bundle is for."""
_NOTHING = Asked()


def decide(
    scans: Sequence[WheelScan],
    source: WheelScan | None,
    profile: SlimProfile,
    read_candidate: ReadCandidate,
    shared_objects: Mapping[Place, SharedObject] | None = None,
    asked: Asked = _NOTHING,
) -> Decision:
    """What goes of the wheels of `scans`, in their order, and what of their tests stays.

    `read_candidate` is called for test modules that something reaches, a handful in most bundles.
    `shared_objects` are facts of all compiled files of the bundle; copies of which they say nothing stay.
    """
    active = profile.rules
    if not active:
        return Decision(dropped=asked.dropped, kept={})
    walk = reached(scans, source, read_candidate, asked.kept)
    in_app = frozenset(source.named) if source is not None else frozenset()
    dropped: dict[Place, str] = dict(asked.dropped)
    kept = {place: reason for place, reason in walk.modules.items() if place not in dropped}
    libraries = {
        place: facts for place, facts in (shared_objects or {}).items() if place not in asked.dropped
    }
    for number, scan in enumerate(scans):
        named = frozenset(scan.named) | walk.named.get(number, frozenset()) | in_app
        folders = tuple(f"{name.replace('.', '/')}/" for name in named_folders(scan.entry_points))
        for path, rule, reason in _judged(number, scan, named, walk, libraries):
            if (number, path) in asked.dropped:
                continue
            if (number, path) in asked.kept:
                reason = KEPT
            elif reason is None and path.startswith(folders):
                reason = ENTRY_POINT
            if reason is not None:
                if rule in (rules.TEST_MODULES, rules.TEST_DATA):
                    kept[number, path] = reason
            elif rule in active:
                dropped[number, path] = rule
    return Decision(dropped=dropped, kept=kept)


def _judged(
    number: int,
    scan: WheelScan,
    named: frozenset[str],
    walk: Reached,
    shared_objects: Mapping[Place, SharedObject],
) -> Iterator[tuple[str, str, str | None]]:
    """Each file that might go, by which rule, and what keeps it."""
    for module in scan.modules:
        yield module.path, rules.TEST_MODULES, walk.modules.get((number, module.path))
    for file in scan.files:
        yield file.path, rules.TEST_DATA, _keeper(file, walk, named, walk.named.get(number, frozenset()))
    sources = [file for file in scan.spare if file.rule == rules.SOURCES]
    together = HAS_PROGRAMS in named or any(_is_named(file, named) for file in sources)
    for spare in scan.spare:
        if spare.rule == rules.SOURCES:
            stays = together
        elif spare.rule == rules.STUBS:
            stays = NAMES_STUBS in named
        else:
            stays = spare.rule not in _WHATEVER_NAMED and _is_named(spare, named)
        yield spare.path, spare.rule, "a string" if stays else None
    for path in _spare_copies(number, scan, named, shared_objects):
        yield path, rules.LIBRARY_COPIES, None


def _keeper(file: TestFile, walk: Reached, named: frozenset[str], in_tests: frozenset[str]) -> str | None:
    """What keeps a file of tests that is no module.

    One in a folder within that of a module that stays does so where a test module names the folder.
    """
    if _last(file.path) in named:
        return "a string"
    if (reason := walk.folders.get(file.home)) is not None:
        return reason
    folder, deeper, _ = file.path[len(file.home) + 1 :].partition("/")
    return walk.beside.get(file.home) if not deeper or folder in in_tests else None


def _is_named(file: SpareFile, named: frozenset[str]) -> bool:
    suffix = suffix_of(file.path)
    return not named.isdisjoint((_last(file.path), f"*.{suffix}", f".{suffix}"))


def _spare_copies(
    number: int, scan: WheelScan, named: frozenset[str], shared_objects: Mapping[Place, SharedObject]
) -> Iterator[str]:
    """Of libraries with equal content all but those that something needs or names, and at least one."""
    groups: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for copy in scan.copies:
        groups[copy.path.rpartition("/")[0], copy.content].append(copy.path)
    if not groups:
        return
    needed = {name for facts in shared_objects.values() for name in facts.needed}
    for group in groups.values():
        facts = [shared_objects.get((number, path)) for path in group]
        known = [fact for fact in facts if fact is not None and not fact.is_module]
        if len(known) < len(group):
            continue
        wanted = needed | named | {fact.soname for fact in known}
        staying = [path for path in group if _last(path) in wanted] or group[:1]
        yield from (path for path in group if path not in staying)


def _last(path: str) -> str:
    return path.rpartition("/")[2]
