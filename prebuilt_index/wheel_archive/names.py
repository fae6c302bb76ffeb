"""Names of members (rules Z1, Z18 to Z22, Z28): one meaning on every system, none outside the folder."""

import unicodedata
from collections.abc import Iterable

from prebuilt_index.wheel_archive.rules import refusal, shown

MAX_LENGTH = 1024
"""Bytes of a name."""
MAX_DEPTH = 64
_FORBIDDEN = frozenset({"Cc", "Cf", "Cs", "Co"})
# Not Cn: what is unassigned depends on the Unicode version of the running Python.


def decode(raw: bytes, is_utf8: bool) -> str:
    """The name, checked by itself."""
    if len(raw) > MAX_LENGTH:
        raise refusal("Z28", f"A name has {len(raw)} bytes, more than {MAX_LENGTH}", ascii(raw[:80]))
    try:
        name = raw.decode("utf-8" if is_utf8 else "ascii")
    except UnicodeDecodeError as error:
        why = "is not UTF-8" if is_utf8 else "is not ASCII and not marked as UTF-8"
        raise refusal("Z18", f"A name {why}", ascii(raw)) from error
    _check_characters(name)
    _check_components(name)
    return name


def _check_characters(name: str) -> None:
    if not name:
        raise refusal("Z19", "A member has no name")
    if name.isprintable():
        return
    for character in name:
        if unicodedata.category(character) in _FORBIDDEN:
            raise refusal("Z19", f"A name holds the character U+{ord(character):04X}", name)


def _check_components(name: str) -> None:
    if name.startswith("/") or name[1:2] == ":":
        raise refusal("Z20", "A name is an absolute path", name)
    if "\\" in name or ":" in name:
        raise refusal("Z21", "A name holds a backslash or a colon", name)
    components = name.removesuffix("/").split("/")
    if len(components) > MAX_DEPTH:
        raise refusal("Z28", f"A name has {len(components)} components, more than {MAX_DEPTH}", name)
    if ".." in components:
        raise refusal("Z20", "A name climbs out of its folder", name)
    for component in components:
        if component in ("", "."):
            raise refusal("Z21", "A name has an empty component or `.`", name)
        if component[-1] in ". ":
            raise refusal("Z21", "A component of a name ends in a dot or a space", name)


def check_together(names: Iterable[str]) -> None:
    """No two names are one, or would be one where case or Unicode form is not told apart (Z1, Z22)."""
    files: dict[str, str] = {}
    folders: dict[str, str] = {}
    for name in names:
        own = folders if name.endswith("/") else files
        key = _folded(name.removesuffix("/"))
        twin = own.get(key)
        if twin == name:
            raise refusal("Z1", "Two members have one name", name)
        if twin is not None:
            raise refusal(
                "Z22", f"A name is taken by `{shown(twin)}` where case and Unicode form do not count", name
            )
        own[key] = name
    _check_no_file_is_folder(files, folders)


def _check_no_file_is_folder(files: dict[str, str], folders: dict[str, str]) -> None:
    seen: set[str] = set()
    for key in folders:
        if key in files:
            raise refusal("Z22", "A file has the name of a folder", files[key])
    for key in (*files, *folders):
        parent = key
        while (parent := parent.rpartition("/")[0]) and parent not in seen:
            if parent in files:
                raise refusal("Z22", "A file has the name of a folder", files[parent])
            seen.add(parent)


def _folded(name: str) -> str:
    return name.lower() if name.isascii() else unicodedata.normalize("NFC", name.casefold())
