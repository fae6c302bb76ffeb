"""What the import system makes of a compiled file's name.

Specs: PEP 3149 (tagged names), PEP 384 (`abi3`), CPython's `_imp.extension_suffixes`.
"""

from dataclasses import dataclass

from manylinux.elf.facts import ElfFacts
from manylinux.policy.policy import Policy

_TAGS = ("cpython-", "pypy", "graalpy", "cp3")
_ENDINGS = (".so", ".pyd")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleName:
    """An extension module's file name, taken apart."""

    module: str
    """Its path without the suffix, the same for every variant of one module."""
    tag: str
    """Between the first dot and the ending: `cpython-313-x86_64-linux-gnu`, `abi3` or nothing."""
    ending: str

    @property
    def tagged(self) -> bool:
        """Whether the tag is an interpreter's, so that the file can be nothing but an extension module."""
        return self.tag == "abi3" or self.tag.startswith(_TAGS)

    def imported_by(self, policy: Policy) -> bool:
        """Whether the target's interpreter would try to load a file of this name."""
        return self.ending == ".so" and self.tag in ("", "abi3", f"cpython-3{policy.minor}-{policy.triplet}")


def module_name(path: str) -> ModuleName | None:
    """The module that a file of this name could be; None when it cannot be one."""
    folder, slash, name = path.rpartition("/")
    for ending in _ENDINGS:
        stem, _, tag = name.removesuffix(ending).partition(".")
        if name.endswith(ending) and stem:
            return ModuleName(module=f"{folder}{slash}{stem}", tag=tag, ending=ending)
    return None


def is_extension(path: str, facts: ElfFacts) -> bool:
    """Whether Python would load the file: by its tag, or because it has an initializer."""
    name = module_name(path)
    return name is not None and (name.tagged or bool(facts.python_exports))


def package_of(path: str) -> str:
    """What is on top of the import path: `numpy.libs/x.so` is of `numpy.libs`, `_yaml.abi3.so` of `_yaml`.

    A layer's `python/` and its `lib/python3.X/site-packages/` are no part of it.
    """
    parts = path.strip("/").split("/")
    for prefix in (("var", "task"), ("opt",)):
        if path.startswith("/") and tuple(parts[: len(prefix)]) == prefix:
            parts = parts[len(prefix) :]
    if "site-packages" in parts[:-1]:
        parts = parts[parts.index("site-packages") + 1 :]
    elif parts[0] == "python" and len(parts) > 1:
        parts = parts[1:]
    return parts[0] if len(parts) > 1 else parts[0].partition(".")[0]
