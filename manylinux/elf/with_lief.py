"""What lief says of a file; the one module that imports it, which takes half a second."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import lief

from manylinux.elf.dynamic import VERDEFNUM, VERNEEDNUM, Dynamic
from manylinux.elf.source import MalformedError

_WEAK = 2
"""VER_FLG_WEAK: the loader only warns where the version is missing."""
_BASE = 1
"""VER_FLG_BASE: the definition that is the file's own name."""
_UNDEFINED = 0
"""SHN_UNDEF: the symbol is of another file."""

# It would tell stderr of every oddity.
lief.logging.disable()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """What the dynamic tables say; fields as in ElfFacts."""

    soname: str | None
    needed: tuple[str, ...]
    rpath: tuple[str, ...]
    runpath: tuple[str, ...]
    version_needs: Mapping[str, tuple[str, ...]]
    version_definitions: tuple[str, ...]
    python_imports: tuple[str, ...]
    python_exports: tuple[str, ...]


def read_tables(image: bytes, dynamic: Dynamic) -> Tables:
    """What `image`, an excerpt made after `dynamic`, says; raises MalformedError where lief cannot tell."""
    binary = lief.ELF.parse(image, _config())
    if binary is None:
        raise MalformedError("corrupt: its dynamic tables cannot be read")
    try:
        return _tables(binary, dynamic)
    except UnicodeDecodeError as error:
        # lief gives some names as bytes where they are no text, and refuses to give others.
        raise MalformedError("corrupt: a name in its dynamic table is no text") from error


def layout_fault(path: Path) -> str | None:
    """What is wrong with where segments and sections of the file at `path` lie, if anything is.

    Holds the whole file, some times over.
    """
    config = _config()
    config.count_mtd = lief.ELF.ParserConfig.DYNSYM_COUNT.AUTO
    binary = lief.ELF.parse(str(path), config)
    if binary is None:
        return "it cannot be read"
    sound, reason = lief.ELF.check_layout(binary)
    return None if sound else reason


def _tables(binary: lief.ELF.Binary, dynamic: Dynamic) -> Tables:
    entries = list(binary.dynamic_entries)
    needed = [each.name for each in entries if isinstance(each, lief.ELF.DynamicEntryLibrary)]
    sonames = [each.name for each in entries if isinstance(each, lief.ELF.DynamicSharedObject)]
    rpaths = [each.rpath for each in entries if isinstance(each, lief.ELF.DynamicEntryRpath)]
    runpaths = [each.runpath for each in entries if isinstance(each, lief.ELF.DynamicEntryRunPath)]
    imports, exports = _python_symbols(binary)
    return Tables(
        soname=_text(sonames[-1]) if sonames else None,
        needed=tuple(map(_text, needed)),
        rpath=_paths(rpaths),
        runpath=_paths(runpaths),
        version_needs=_needs(binary, dynamic),
        version_definitions=_definitions(binary, dynamic),
        python_imports=imports,
        python_exports=exports,
    )


def _config() -> lief.ELF.ParserConfig:
    config = lief.ELF.ParserConfig()
    config.parse_relocations = False
    config.parse_symtab_symbols = False
    config.parse_notes = False
    config.parse_overlay = False
    # There are no section headers to count symbols by, and relocations are not read.
    config.count_mtd = lief.ELF.ParserConfig.DYNSYM_COUNT.HASH
    return config


def _text(name: str | bytes) -> str:
    """A name as text; lief gives bytes where they are no UTF-8."""
    return name if isinstance(name, str) else name.decode("utf-8", "backslashreplace")


def _paths(lists: Sequence[str | bytes]) -> tuple[str, ...]:
    """The list the loader takes, which is the last; an empty one is none."""
    return tuple(_text(lists[-1]).split(":")) if lists and lists[-1] else ()


def _needs(binary: lief.ELF.Binary, dynamic: Dynamic) -> dict[str, tuple[str, ...]]:
    records = list(binary.symbols_version_requirement)
    # lief stops at a record it cannot read, and says nothing.
    if len(records) != (dynamic.value(VERNEEDNUM) or 0) or not all(each.name for each in records):
        raise MalformedError("corrupt: its version needs (DT_VERNEED) cannot be read")
    found: dict[str, tuple[str, ...]] = {}
    for each in records:
        wanted = (_text(aux.name) for aux in each.get_auxiliary_symbols() if not aux.flags & _WEAK)
        name = _text(each.name)
        found[name] = tuple(sorted({*found.get(name, ()), *wanted}))
    return found


def _definitions(binary: lief.ELF.Binary, dynamic: Dynamic) -> tuple[str, ...]:
    records = list(binary.symbols_version_definition)
    names = [[_text(aux.name) for aux in each.auxiliary_symbols] for each in records]
    if len(records) != (dynamic.value(VERDEFNUM) or 0) or not all(names):
        raise MalformedError("corrupt: its version definitions (DT_VERDEF) cannot be read")
    # The first name is the version's own; others are those it inherits from.
    return tuple(each[0] for each, record in zip(names, records, strict=True) if not record.flags & _BASE)


def _python_symbols(binary: lief.ELF.Binary) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Those imported and those exported, of up to 100,000 of any language."""
    imports, defined = set(), set()
    for symbol in binary.dynamic_symbols:
        name = symbol.name
        # lief gives bytes where a name is no UTF-8, which none of Python's is.
        if not (isinstance(name, str) and name.startswith(("Py", "_Py"))):
            continue
        if symbol.shndx != _UNDEFINED:
            defined.add(name)
        elif symbol.binding != lief.ELF.Symbol.BINDING.WEAK:
            imports.add(name)
    exports = (name for name in defined if name.startswith(("PyInit_", "PyInitU_")))
    return tuple(sorted(imports)), tuple(sorted(exports))
