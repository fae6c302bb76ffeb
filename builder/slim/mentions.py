"""What test modules one file of Python source can reach, whoever runs it: an over-approximation.

Read are imports at any depth, attribute chains that begin with an imported name, and strings: dotted names,
names of a child of the package, relative names, names with a part filled in later, and code.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from builder.slim.imports import imports_in, targets
from builder.slim.lexer import FIELD, decoded, lexed
from builder.slim.names import WORD, WORD_BYTES, ModuleName, ancestors, is_among_tests, resolved

_CHAIN = re.compile(r"(?<![\w.])[^\W\d]\w*+(?:[\s\\]*+\.[\s\\]*+[^\W\d]\w*+)++")
_ATTRIBUTE = re.compile(r"\.[\s\\]*+(?:tests?|_tests|conftest)\b")
_BLANK = re.compile(r"[\s\\]+")
_HOLE = re.compile(rf"{FIELD}|%(?:\(\w*\))?[srd]|\{{[^{{}}]*+\}}")
_NAME = re.compile(r"(\.*+)((?:[^\W\d]\w*+\.)*+(?:[^\W\d]\w*+)?+)(?::[\w.]*+)?+")
_CODE_LINE = re.compile(r"(?:^|;)[ \t]*+(?:from|import)\b[^\n;]*+", re.MULTILINE)
_WORDS = re.compile(r"[^\s\"'`()\[\]{},;=]++")
_LONGEST_NAME = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentions:
    """Absolute dotted names, sorted; some of them only might be names of modules."""

    names: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    """Beginnings of names, such as `numpy.tests.`, whose rest is made at run time."""


NOTHING = Mentions()


def mentions_of(content: bytes, module: ModuleName, *, inside: bool = False) -> Mentions:
    """The names among tests that the source of `module` mentions; `inside`: it is a test module itself."""
    if not inside and WORD_BYTES.search(content) is None:
        return NOTHING
    text = decoded(content)
    taken = lexed(text)
    names: set[str] = set()
    families: set[str] = set()
    names.update(_imported(taken.code, module.home, inside))
    if inside or _ATTRIBUTE.search(taken.code) or any(map(is_among_tests, names)):
        names.update(_chained(taken.code, module.home))
    strings = taken.strings if taken.sure else tuple(_WORDS.findall(text))
    for string in set(strings):
        if inside or ("test" in string and WORD.search(string)):
            _read_string(string, module, names, families)
    return Mentions(
        names=tuple(sorted(filter(is_among_tests, names))),
        families=tuple(sorted(family for family in families if is_among_tests(family))),
    )


def _imported(code: str, home: str, inside: bool) -> Iterator[str]:
    for found in imports_in(code, None if inside else WORD):
        yield from targets(found, home)
        if found.level == 0 and home:
            # A folder put on sys.path, and Python 2, find a neighbour by its bare name.
            yield f"{home}.{found.module}"
            if found.name is not None:
                yield f"{home}.{found.module}.{found.name}"


def _chained(code: str, home: str) -> Iterator[str]:
    """Attributes of what imports bound: `np.tests.x` after `import numpy as np`."""
    bound: dict[str, set[str]] = {}
    everything: set[str] = set()
    for found in imports_in(code):
        module = resolved(home, found.level, found.module)
        if module is None:
            continue
        if found.name == "*":
            everything.add(module)
        elif found.name is not None:
            bound.setdefault(found.bound, set()).add(f"{module}.{found.name}")
        else:
            direct = found.bound == found.module.partition(".")[0]
            bound.setdefault(found.bound, set()).add(found.bound if direct else module)
    for chain in {_BLANK.sub("", found[0]) for found in _CHAIN.finditer(code)}:
        root, _, rest = chain.partition(".")
        yield from (f"{target}.{rest}" for target in bound.get(root, ()))
        if WORD.search(rest):
            yield from (f"{module}.{chain}" for module in everything)


def _read_string(string: str, module: ModuleName, names: set[str], families: set[str]) -> None:
    if "import" in string:
        for line in _CODE_LINE.findall(string):
            names.update(_imported(line, module.home, inside=True))
    stripped = string.strip()
    if len(stripped) > _LONGEST_NAME or " " in stripped:
        return
    if "/" in stripped:
        stripped = stripped.removesuffix(".py").replace("/", ".").strip(".")
    pieces = _HOLE.split(stripped)
    for number, piece in enumerate(pieces):
        found = _NAME.fullmatch(piece)
        if found is None:
            continue
        dots, name = len(found[1]), found[2]
        open_end = number + 1 < len(pieces)
        for whole in _readings(module, dots, name.strip("."), rootless=number > 0):
            names.add(whole)
            if open_end:
                families.add(f"{whole}." if name.endswith(".") else whole)


def _readings(module: ModuleName, dots: int, name: str, *, rootless: bool) -> Iterator[str]:
    """What a string that holds `name` after `dots` dots may mean in `module`."""
    if not name:
        return
    if dots:
        if (whole := resolved(module.home, dots, name)) is not None:
            yield whole
        if dots == 1:
            yield from (f"{package}.{name}" for package in ancestors(module.home)[1:])
        return
    if not rootless:
        yield name
    if module.home and (module.package or WORD.search(name)):
        yield f"{module.home}.{name}"
    if "." in name:
        yield from (f"{package}.{name}" for package in ancestors(module.home)[1:])
