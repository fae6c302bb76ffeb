"""What lief says of a file; the one module that imports it, which takes half a second."""

from pathlib import Path

import lief

# It would tell stderr of every oddity.
lief.logging.disable()


def layout_fault(path: Path) -> str | None:
    """What is wrong with where segments and sections of the file at `path` lie, if anything is.

    Holds the whole file, some times over.
    """
    config = lief.ELF.ParserConfig()
    config.parse_relocations = False
    config.parse_symtab_symbols = False
    config.parse_notes = False
    config.parse_overlay = False
    config.count_mtd = lief.ELF.ParserConfig.DYNSYM_COUNT.AUTO
    binary = lief.ELF.parse(str(path), config)
    if binary is None:
        return "it cannot be read"
    sound, reason = lief.ELF.check_layout(binary)
    return None if sound else reason
