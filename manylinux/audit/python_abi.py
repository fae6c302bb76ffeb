"""Whether the target's interpreter takes an extension module, and has what the module wants of it.

Specs: PEP 3149 (tagged names), PEP 384 (stable ABI).
"""

from collections.abc import Iterator

from manylinux.audit.finding import Finding, Severity
from manylinux.audit.module_name import module_name
from manylinux.audit.scene import Scene
from manylinux.elf.facts import ElfFacts
from manylinux.policy.stable_abi import stable_abi

_TELL = 6
"""Of symbols that are alike, this many are named."""


def wrong_python(scene: Scene, path: str) -> Iterator[Finding]:
    """A file whose tag the import system ignores: an error where no other file makes the module."""
    name = module_name(path)
    if name is None or not name.tagged or name.ending != ".so" or name.imported_by(scene.policy):
        return
    alone = not scene.has_other_variant(path, name)
    yield scene.finding(
        "wrong-python",
        Severity.ERROR if alone else Severity.WARNING,
        path,
        f"tagged `{name.tag}`; {scene.policy.runtime} imports `cpython-3{scene.policy.minor}-"
        f"{scene.policy.triplet}`, `abi3` and no tag",
        "nothing else makes this module" if alone else "something else makes this module",
        hint=f"Take the wheel for {scene.policy.name}" if alone else None,
    )


def beyond_abi3(scene: Scene, path: str, facts: ElfFacts) -> Iterator[Finding]:
    """An `abi3` file that wants more than the stable ABI of the target's minor."""
    name = module_name(path)
    if name is None or name.tag != "abi3":
        return
    minor, known = scene.policy.minor, stable_abi()
    absent: list[str] = []
    early: list[str] = []
    unstable: list[str] = []
    for symbol in facts.python_imports:
        since = known.get(symbol)
        if since is None:
            unstable.append(symbol)
        elif since.exported > minor:
            absent.append(symbol)
        elif since.stable > minor:
            early.append(symbol)
    evidence = [
        *_told(absent, f"not in Python 3.{minor}"),
        *_told(early, f"in Python 3.{minor}, but in the stable ABI only later"),
        *_told(unstable, "not in the stable ABI"),
    ]
    if evidence:
        yield scene.finding(
            "abi3-beyond",
            Severity.ERROR if absent else Severity.WARNING,
            path,
            *evidence,
            hint=f"Take a wheel tagged cp3{minor}-abi3 or older" if absent or early else None,
        )


def _told(symbols: list[str], what: str) -> Iterator[str]:
    if symbols:
        more = f" and {len(symbols) - _TELL} more" if len(symbols) > _TELL else ""
        yield f"{what}: {', '.join(f'`{symbol}`' for symbol in symbols[:_TELL])}{more}"
