"""What Python's own parser finds in real source is a part of what is read without it."""

import ast
import re
import sysconfig
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import pytest

from builder.slim.imports import imports_in
from builder.slim.lexer import decoded, lexed
from builder.slim.mentions import mentions_of
from builder.slim.names import WORD_BYTES, ModuleName, ancestors, is_among_tests, module_of, resolved

_NAME = re.compile(r"\.*[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_LARGEST = 50_000
"""Bytes: parsing what is larger takes most of the time and shows nothing else."""
_EVERY = 6
"""One file of so many has all its imports compared."""
ROOTS = [Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib")]


def sources(root: Path) -> Iterator[tuple[Path, bytes, ModuleName]]:
    for path in sorted(root.rglob("*.py")):
        if root.name != "site-packages" and "site-packages" in path.parts:
            continue
        content = path.read_bytes()
        module = module_of(path.relative_to(root).as_posix())
        if module is not None and len(content) <= _LARGEST:
            yield path, content, module


def parsed(content: bytes) -> ast.Module | None:
    """None where this Python cannot parse it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(content)
    except (SyntaxError, ValueError, RecursionError):
        return None


def imported(tree: ast.Module, home: str) -> Iterator[tuple[str, str]]:
    """Absolute names, and what each is bound to."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, alias.asname or ""
                top = alias.name.partition(".")[0]
                yield top, "" if alias.asname else top
        elif isinstance(node, ast.ImportFrom):
            module = resolved(home, node.level, node.module or "")
            if module is not None:
                yield module, ""
                for alias in node.names:
                    if alias.name != "*":
                        yield f"{module}.{alias.name}", alias.asname or alias.name


def chains(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """First name and rest of every attribute chain."""
    for node in ast.walk(tree):
        parts: list[str] = []
        inner: ast.expr | ast.AST = node
        while isinstance(inner, ast.Attribute):
            parts.append(inner.attr)
            inner = inner.value
        if parts and isinstance(inner, ast.Name):
            yield inner.id, ".".join(reversed(parts))


def strings(tree: ast.Module, module: ModuleName) -> Iterator[str]:
    """What strings that are dotted or relative names, or names of children, may mean."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)):
            continue
        value = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
        if len(value) > 200 or not value.isascii() or _NAME.fullmatch(value) is None:
            continue
        name = value.lstrip(".")
        if name != value:
            yield resolved(module.home, len(value) - len(name), name) or ""
        else:
            yield name
            if module.home and (module.package or is_among_tests(name)):
                yield f"{module.home}.{name}"


def with_parents(names: Iterable[str]) -> set[str]:
    """What is kept keeps the packages it lies in."""
    return {parent for name in names for parent in ancestors(name)}


def edges(tree: ast.Module, module: ModuleName) -> set[str]:
    bound: defaultdict[str, set[str]] = defaultdict(set)
    found = set(strings(tree, module))
    for name, alias in imported(tree, module.home):
        found.add(name)
        bound[alias].add(name)
    for root, rest in chains(tree):
        found.update(f"{target}.{rest}" for target in bound.get(root, ()) if root)
    return {name for name in found if is_among_tests(name)}


@pytest.mark.parametrize("root", ROOTS, ids=["standard library", "site-packages"])
def test_every_edge_to_a_test_module_is_found(root: Path) -> None:
    """Imports, strings and attribute chains of each file that has a test's name anywhere in it."""
    seen = 0
    for path, content, module in sources(root):
        inside = is_among_tests(f"{module.home}.")
        if (inside and len(content) > _LARGEST // 10) or not WORD_BYTES.search(content):
            continue
        tree = parsed(content)
        if tree is None:
            continue
        joined = {
            node.value
            for part in ast.walk(tree)
            if isinstance(part, ast.JoinedStr)
            for node in part.values
            if isinstance(node, ast.Constant)
        }
        names = with_parents(mentions_of(content, module, inside=inside).names)
        missing = edges(tree, module) - names
        missing -= {resolved(module.home, 1, str(piece).strip(".")) or "" for piece in joined}
        seen += 1

        assert not missing, path
    assert seen > 20


@pytest.mark.parametrize("root", ROOTS, ids=["standard library", "site-packages"])
def test_every_import_is_found_and_no_other(root: Path) -> None:
    """Statements only, since a string may read like a name and be none."""
    for path, content, module in islice(sources(root), 0, None, _EVERY):
        tree = parsed(content)
        if tree is None:
            continue
        taken = lexed(decoded(content))
        found = [
            f"{target}.{each.name}" if each.name not in (None, "*") else target
            for each in imports_in(taken.code)
            if (target := resolved(module.home, each.level, each.module)) is not None
        ]
        expected = with_parents(name for name, _ in imported(tree, module.home))

        assert taken.sure, path
        assert with_parents(found) == expected, path
