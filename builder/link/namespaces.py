"""Which `__init__.py` files only declare a legacy namespace package, and so may stand for each other.

Before PEP 420 every distribution of a namespace shipped its own copy of one of a few idioms, all with the
same effect once the portions lie in one folder. Copies that differ in style (pkgutil or pkg_resources,
quotes, comments, a licence) are no conflict. A file with no statements at all has that effect too.
"""

import ast
from enum import IntEnum

_LONGEST = 64 * 1024
"""Bytes; a declaration has a few hundred, and its licence a few thousand."""


class NamespaceStyle(IntEnum):
    """Styles of declaring a namespace, best first: what keeps working where and with what."""

    PKGUTIL = 0
    """Standard library only, and sees portions in other folders of `sys.path`."""
    PKG_RESOURCES_OR_PKGUTIL = 1
    """`try: pkg_resources except ImportError: pkgutil`."""
    PKG_RESOURCES = 2
    """Needs setuptools at run time."""
    EMPTY = 3
    """No statements: portions in other folders are not seen."""


def namespace_style(content: bytes) -> NamespaceStyle | None:
    """How `content` declares its package a namespace, or None when it does anything else."""
    if len(content) > _LONGEST:
        return None
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the last two: nested too deep
        return None
    statements = _effective(tree.body)
    if not all(_only_declares(statement) for statement in statements):
        return None
    calls = {_called(node) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    if "declare_namespace" in calls:
        both = "extend_path" in calls
        return NamespaceStyle.PKG_RESOURCES_OR_PKGUTIL if both else NamespaceStyle.PKG_RESOURCES
    if "extend_path" in calls:
        return NamespaceStyle.PKGUTIL
    return None if statements else NamespaceStyle.EMPTY


def _effective(body: list[ast.stmt]) -> list[ast.stmt]:
    """`body` without strings standing alone and `pass`."""
    return [
        statement
        for statement in body
        if not isinstance(statement, ast.Pass)
        and not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
    ]


def _only_declares(statement: ast.stmt) -> bool:
    match statement:
        case ast.Import(names=names):
            return all(alias.name in ("pkgutil", "pkg_resources") for alias in names)
        case ast.ImportFrom(module="pkgutil" | "pkg_resources", level=0):
            return True
        case ast.Expr(value=ast.Call() as call):
            return _called(call) == "declare_namespace" and _plain_arguments(call, "__name__")
        case ast.Assign(targets=[ast.Name(id="__path__")], value=ast.Call() as call):
            return _called(call) == "extend_path" and _plain_arguments(call, "__path__", "__name__")
        case ast.Try(body=body, handlers=handlers, orelse=[], finalbody=[]):
            inner = [*body, *(statement for handler in handlers for statement in handler.body)]
            return all(_only_declares(each) for each in _effective(inner))
    return False


def _called(call: ast.Call) -> str:
    """The name called when it is one of pkgutil or pkg_resources, however reached, or a bare name."""
    match call.func:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name, value=ast.Name(id="pkgutil" | "pkg_resources")):
            return name
        case ast.Attribute(
            attr=name,
            value=ast.Call(
                func=ast.Name(id="__import__"), args=[ast.Constant(value="pkgutil" | "pkg_resources")]
            ),
        ):
            return name
    return ""


def _plain_arguments(call: ast.Call, *names: str) -> bool:
    given = [argument.id for argument in call.args if isinstance(argument, ast.Name)]
    return given == list(names) and len(call.args) == len(names) and not call.keywords
