"""Which modules are loaded when some are imported: nearest first, and alike on every host. Pure."""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping

from builder.slim.imports import imports_in, targets
from builder.slim.lexer import decoded, lexed
from builder.slim.names import ModuleName, ancestors, module_of

_LATER = re.compile(r"(?:async[ \t]+)?def\b|if\b[ \t(]*(?:\w+\.)?TYPE_CHECKING\b")
"""Begins what an import of the module does not run: functions, and what only type checkers read."""
_CLOSING = (")", "]", "}")


def reachable(roots: Iterable[str], paths: Iterable[str], read: Callable[[str], bytes]) -> tuple[str, ...]:
    """Those of `paths`, sources below one folder of sys.path, that importing the `roots` among them loads.

    Imports by statement count, those in functions do not; what compiled modules import is not known.
    """
    modules = {found.name: (path, found) for path in paths if (found := module_of(path)) is not None}
    return tuple(_walked(roots, modules, read))


def loaded_by(content: bytes, module: ModuleName) -> Iterator[str]:
    """Absolute names that importing `module` may import, in order."""
    for found in imports_in(_run_at_once(lexed(decoded(content)).code)):
        yield from targets(found, module.home)


def _walked(
    roots: Iterable[str], modules: Mapping[str, tuple[str, ModuleName]], read: Callable[[str], bytes]
) -> Iterator[str]:
    seen: set[str] = set()
    queue: deque[str] = deque()

    def meet(name: str) -> None:
        # Packages are imported before what is in them.
        for each in reversed(ancestors(name)):
            if each in modules and each not in seen:
                seen.add(each)
                queue.append(each)

    for root in roots:
        if (found := module_of(root)) is not None:
            meet(found.name)
    while queue:
        path, module = modules[queue.popleft()]
        yield path
        for name in loaded_by(read(path), module):
            meet(name)


def _run_at_once(code: str) -> str:
    """The lines that an import runs, going by their indentation."""
    kept = []
    later: int | None = None
    for line in code.split("\n"):
        text = line.strip()
        if not text:
            continue
        indent = len(line.expandtabs()) - len(line.expandtabs().lstrip())
        if later is not None and (indent > later or text.startswith(_CLOSING)):
            continue
        later = indent if _LATER.match(text) else None
        if later is None:
            kept.append(line)
    return "\n".join(kept)
