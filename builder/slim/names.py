"""Dotted names: of files, of relative imports, and which of them lie among tests."""

import re
from typing import NamedTuple

TEST_FOLDERS = frozenset({"tests", "test", "_tests"})
"""Only what lies below a folder of exactly these names may go as a test; `testing` is public interface."""
CONFTEST = "conftest"
CANDIDATE_WORDS = TEST_FOLDERS | {CONFTEST}
_CORE = "test"
"""In each of the words, and looked for first: patterns that begin with what must be there are quick."""
_WORD = rf"{_CORE}(?:(?<=\b{_CORE})s?|(?<=\b_{_CORE})s|(?<=\bconf{_CORE}))\b"
WORD = re.compile(_WORD)
WORD_BYTES = re.compile(_WORD.encode())
"""In bytes of any encoding of Python source; what has none of them names no candidate."""
_MODULE = re.compile(
    r"(?:(?P<path>.+)/)?(?P<stem>[^/.]+)(?:\.py|\.pyc|(?:\.(?:cpython-|abi3|pypy)[^/]*)?\.so)"
)


_TEMPLATES = frozenset({"tp", "in"})


class ModuleName(NamedTuple):
    """A module by its dotted name."""

    name: str
    package: bool
    """Its file is an `__init__`."""

    @property
    def home(self) -> str:
        """The package that relative names start from; empty for a module at the top."""
        return self.name if self.package else self.name.rpartition(".")[0]


def module_of(path: str) -> ModuleName | None:
    """The module that a file of site-packages is; None where no import finds it."""
    found = _MODULE.fullmatch(path)
    if found is None:
        return None
    parts = [*(found["path"].split("/") if found["path"] else ()), found["stem"]]
    if not all(part.isidentifier() for part in parts):
        return None
    package = parts[-1] == "__init__" and len(parts) > 1
    return ModuleName(".".join(parts[:-1] if package else parts), package)


def resolved(home: str, level: int, name: str) -> str | None:
    """The absolute form of `name` with `level` dots before it, in the package `home` (PEP 328)."""
    if level == 0:
        return name or None
    parts = home.split(".") if home else []
    kept = len(parts) - (level - 1)
    if kept < 0:
        return None
    return ".".join([*parts[:kept], *([name] if name else [])]) or None


def is_among_tests(name: str) -> bool:
    return not CANDIDATE_WORDS.isdisjoint(name.split("."))


def ancestors(home: str) -> list[str]:
    """`a.b.c` gives `a.b.c`, `a.b`, `a`; nothing for an empty name."""
    parts = home.split(".") if home else []
    return [".".join(parts[:count]) for count in range(len(parts), 0, -1)]


def suffix_of(path: str) -> str:
    """Lower case, without the dot; of a template such as `x.pyx.tp` the last two; empty: there is none."""
    parts = path.rpartition("/")[2].lower().split(".")[1:]
    return ".".join(parts[-2:] if parts and parts[-1] in _TEMPLATES else parts[-1:])
