"""Whether a file gets the libraries it needs, and whether they are those that it was meant to get.

Specs: ld.so(8), by way of `manylinux.audit.loader`.
"""

from collections.abc import Iterator, Mapping

from manylinux.audit.advice import advice_on
from manylinux.audit.finding import Finding, Severity
from manylinux.audit.form import is_musl
from manylinux.audit.scene import Scene
from manylinux.elf.facts import ElfFacts

_TELL = 5
"""Of files that are alike, this many are named."""


def libraries(scene: Scene, path: str, facts: ElfFacts) -> Iterator[Finding]:
    """What is to be said of everything that `path` needs."""
    answers, runtime = scene.answers[path], scene.policy.runtime
    missing = [name for name, found in answers.items() if found is None]
    loaded_first = {name: each for name in missing if (each := _bundled(scene, path, name))}
    nowhere = [name for name in missing if name not in loaded_first]
    today = [
        name
        for name, found in answers.items()
        if found is not None and found not in scene.files and name in scene.policy.present
    ]
    if nowhere and not is_musl(facts):
        yield _missing(scene, path, nowhere)
    if loaded_first:
        yield _preloaded(scene, path, loaded_first)
    if today:
        yield scene.finding(
            "present-library",
            Severity.WARNING,
            path,
            *(f"needs `{name}`, which {runtime} has today and does not promise" for name in today),
            hint="Bundle it with the file, as `auditwheel repair` does",
        )


def _missing(scene: Scene, path: str, names: list[str]) -> Finding:
    known = {*scene.policy.library_path, *scene.policy.system_folders}
    folders = [folder for folder in scene.loader.search_path(path) if folder not in known]
    return scene.finding(
        "missing-library",
        Severity.ERROR,
        path,
        *(f"needs `{name}`" for name in names),
        *(line for name in names for line in _elsewhere(scene, path, name)),
        f"looked in: {', '.join((*folders, 'LD_LIBRARY_PATH', *scene.policy.system_folders))}",
        hint=advice_on(path, names),
    )


def _preloaded(scene: Scene, path: str, names: Mapping[str, list[str]]) -> Finding:
    return scene.finding(
        "preloaded",
        Severity.NOTE,
        path,
        *(
            f"needs `{name}`, which the loader does not find; {_listed(scene, bundled)} serves once loaded"
            for name, bundled in names.items()
        ),
    )


def _bundled(scene: Scene, path: str, name: str) -> list[str]:
    return [each for each in scene.sonames.get(name, ()) if each != path]


def _elsewhere(scene: Scene, path: str, name: str) -> Iterator[str]:
    """Files of that name that do not serve, and why."""
    for each in scene.named.get(name, ()):
        facts = scene.files[each]
        if each == path or not isinstance(facts, ElfFacts):
            continue
        why = f"answers to {f'`{facts.soname}`' if facts.soname else 'no name'} once loaded"
        yield f"`{scene.shown[each]}` {why if scene.fits(each) else 'is for another machine'}"


def shadowed(scene: Scene) -> Iterator[Finding]:
    """Bundled libraries in whose place files get one of the runtime's, its folders being searched first."""
    losers: dict[str, list[str]] = {}
    for path, answers in scene.answers.items():
        for name, found in answers.items():
            if found is None or found in scene.files or name not in scene.sonames:
                continue
            meant = scene.loader.without_system(path, name)
            if meant is not None and meant in scene.files:
                losers.setdefault(meant, []).append(path)
    for loser, paths in losers.items():
        yield scene.finding(
            "shadowed",
            Severity.WARNING,
            loser,
            f"{scene.policy.runtime} has a library of this name, and its folders are searched first",
            f"what gets that one: {_listed(scene, sorted(paths))}",
            hint="Give the library a name of its own, as `auditwheel repair` does, or use RPATH, not RUNPATH",
        )


def _listed(scene: Scene, paths: list[str]) -> str:
    told = ", ".join(f"`{scene.shown[path]}`" for path in paths[:_TELL])
    return told if len(paths) <= _TELL else f"{told} and {len(paths) - _TELL} more"
