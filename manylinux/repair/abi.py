"""The interpreters that a wheel's extension modules truly load on: a tag never promises more.

Specs: compatibility tags (PEP 425), stable ABI (PEP 384), tagged names (PEP 3149).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from manylinux.audit.module_name import is_extension, module_name
from manylinux.elf.facts import ElfFacts
from manylinux.policy.stable_abi import stable_abi

_TELL = 6
"""Of symbols that are alike, this many are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonTag:
    """The first two parts of a tag set."""

    interpreter: str
    abi: str
    reason: str | None = None
    """Why they are not those the backend wrote; None where they are."""
    path: str = ""
    """The file that is the reason."""


def honest_python(tag_set: str, files: Mapping[str, ElfFacts], minor: int) -> PythonTag:
    """The interpreter and ABI of a wheel for CPython 3.`minor`, whose files for its machine are `files`.

    `abi3` stays while the modules keep to the stable ABI of the Python it names; it moves to a newer Python
    where they need one, and becomes this Python's own ABI where they leave it. So does `none` beside
    extension modules.
    """
    interpreter, abi, _ = tag_set.split("-")
    modules = {path: facts for path, facts in sorted(files.items()) if is_extension(path, facts)}
    if not modules or abi not in ("abi3", "none"):
        return PythonTag(interpreter=interpreter, abi=abi)
    narrow = f"cp3{minor}"
    for path, facts in modules.items():
        reason = _reason(path, facts, abi, minor)
        if reason is not None:
            return PythonTag(interpreter=narrow, abi=narrow, reason=reason, path=path)
    return _since(interpreter, modules)


def _reason(path: str, facts: ElfFacts, abi: str, minor: int) -> str | None:
    """Why the file loads on this Python alone, as far as is known."""
    name = module_name(path)
    tag = name.tag if name is not None else ""
    if abi == "none":
        return "an extension module, in a wheel for any ABI"
    if tag not in ("abi3", ""):
        return f"tagged `{tag}`, in a wheel for `abi3`"
    known = stable_abi()
    unstable = [
        symbol for symbol in facts.python_imports if symbol not in known or known[symbol].stable > minor
    ]
    return f"not in the stable ABI: {_listed(unstable)}" if unstable else None


def _since(interpreter: str, modules: Mapping[str, ElfFacts]) -> PythonTag:
    """`abi3` of the oldest Python that has all the symbols, or of the one that was written.

    Of what was stable before the oldest Python of the table, it does not say since when.
    """
    known = stable_abi()
    needs = {
        path: max((known[symbol].stable for symbol in facts.python_imports), default=0)
        for path, facts in modules.items()
    }
    path = max(needs, key=lambda each: needs[each])
    oldest = min(since.stable for since in known.values())
    if needs[path] <= max(oldest, min(map(_minor, interpreter.split(".")))):
        return PythonTag(interpreter=interpreter, abi="abi3")
    late = [symbol for symbol in modules[path].python_imports if known[symbol].stable == needs[path]]
    reason = f"in the stable ABI from Python 3.{needs[path]} on: {_listed(late)}"
    return PythonTag(interpreter=f"cp3{needs[path]}", abi="abi3", reason=reason, path=path)


def _minor(interpreter: str) -> int:
    digits = interpreter.removeprefix("cp3")
    return int(digits) if digits.isdecimal() and len(digits) < 4 else 2


def _listed(symbols: Iterable[str]) -> str:
    names = sorted(symbols)
    more = f" and {len(names) - _TELL} more" if len(names) > _TELL else ""
    return ", ".join(f"`{name}`" for name in names[:_TELL]) + more
