"""Which files of a wheel are tests by where they lie: those that may go if nothing reaches them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from builder.slim.names import CONFTEST, TEST_FOLDERS, module_of
from builder.slim.values import TestFile, TestModule

_LICENCE = re.compile(r"(?:.*/)?(?:licen[cs]e|copying|notice|authors|copyright)[^/]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Tests of one wheel, sorted by path."""

    modules: tuple[TestModule, ...] = ()
    files: tuple[TestFile, ...] = ()


def is_licence(path: str) -> bool:
    return _LICENCE.fullmatch(path) is not None


def is_metadata(path: str) -> bool:
    """Below a `.dist-info`, or what an installer spreads elsewhere than where it lies."""
    return path.partition("/")[0].endswith((".dist-info", ".egg-info", ".data"))


def candidates_of(paths: Iterable[str]) -> Candidates:
    """None where a wheel holds nothing but tests: then they are what it is for."""
    modules: list[TestModule] = []
    others: list[str] = []
    plain = False
    for path in sorted(paths):
        if is_metadata(path):
            continue
        module, below = module_of(path), _test_folder(path)
        if module is not None and (below is not None or module.name.rpartition(".")[2] == CONFTEST):
            modules.append(TestModule(path=path, name=module.name, package=module.package))
        elif module is not None:
            plain = True
        elif below is not None and not is_licence(path):
            others.append(path)
    if not plain:
        return Candidates()
    return Candidates(modules=tuple(modules), files=tuple(_beside(others, modules)))


def _test_folder(path: str) -> str | None:
    """The uppermost folder on the way to `path` that is one of tests."""
    folders = path.split("/")[:-1]
    for number, folder in enumerate(folders):
        if folder in TEST_FOLDERS:
            return "/".join(folders[: number + 1])
    return None


def _beside(paths: list[str], modules: list[TestModule]) -> Iterable[TestFile]:
    """Those of `paths` below a test folder that has modules; one without any is somebody's data."""
    homes = {module.path.rpartition("/")[0] for module in modules}
    roots = {_test_folder(module.path) for module in modules}
    for path in paths:
        top = _test_folder(path)
        if top is None or top not in roots:
            continue
        home = path.rpartition("/")[0]
        while home not in homes and home != top:
            home = home.rpartition("/")[0]
        yield TestFile(path=path, home=home.replace("/", "."))
