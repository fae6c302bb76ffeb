"""Bytecode that the runtime's interpreter would not use, and why.

Specs: PEP 3147 (names), PEP 552 (headers). An interpreter takes a `.pyc` whose magic number is its own, and
whose source has the time and size written in it; one that is told by a hash needs no time.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from builder.inspection.values import Bytecode, Part

MAGIC = {"3.9": 3425, "3.10": 3439, "3.11": 3495, "3.12": 3531, "3.13": 3571, "3.14": 3627}
"""Minor version to the magic number of its releases; a preview's may still change."""
HEADER = 16
"""Bytes."""
_ZIP_STEP = 2
"""Seconds between two times that a zip can tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Why one `.pyc` is of no use."""

    code: str
    path: str
    reason: str
    breaks: bool = False
    """The module cannot be imported, as there is no source to fall back on."""


def read_header(content: bytes) -> Bytecode | None:
    """The header of a `.pyc`; None when it is too short to have one."""
    if len(content) < HEADER or content[2:4] != b"\r\n":
        return None
    magic, flags, first, second = (
        int.from_bytes(content[:2], "little"),
        *(int.from_bytes(content[at : at + 4], "little") for at in (4, 8, 12)),
    )
    if flags & 1:
        return Bytecode(magic=magic, flags=flags)
    return Bytecode(magic=magic, flags=flags, source_time=first, source_size=second)


def useless(part: Part, python: str) -> Iterator[Verdict]:
    """The `.pyc` files of a part that an interpreter of version `python` (`3.13`) passes over."""
    for path in part.entries:
        if path.endswith(".pyc"):
            verdict = _verdict(part, path, python)
            if verdict is not None:
                yield verdict


def _verdict(part: Part, path: str, python: str) -> Verdict | None:
    source, tag = source_of(path)
    if tag is None:
        return _without_source(part, path, python) if source not in part.entries else _beside(path)
    if tag != f"cpython-{python.replace('.', '')}":
        return Verdict(code="other-bytecode", path=path, reason=f"for {tag}, not for Python {python}")
    if source not in part.entries:
        return Verdict(code="orphaned-bytecode", path=path, reason="its source is not there")
    header = part.entries[path].bytecode
    if header is None or header.magic != MAGIC.get(python, header.magic):
        return Verdict(code="other-bytecode", path=path, reason=_of_another(header, python))
    entry = part.entries[source]
    if header.flags & 1:
        return None
    if header.source_size != entry.size & 0xFFFFFFFF or not _same_time(header.source_time, entry.modified):
        return Verdict(code="stale-bytecode", path=path, reason="its source has another time or size")
    return None


def source_of(path: str) -> tuple[str, str | None]:
    """The source a `.pyc` stands for and the interpreter in its name; None for one beside its source."""
    folder, _, name = path.rpartition("/")
    if folder.rpartition("/")[2] != "__pycache__":
        return path[:-1], None
    module, _, rest = name.removesuffix(".pyc").partition(".")
    above = folder.rpartition("/")[0]
    return f"{above}/{module}.py" if above else f"{module}.py", rest.partition(".")[0]


def _beside(path: str) -> Verdict:
    return Verdict(code="orphaned-bytecode", path=path, reason="Python takes the source beside it")


def _without_source(part: Part, path: str, python: str) -> Verdict | None:
    header = part.entries[path].bytecode
    if header is not None and header.magic == MAGIC.get(python, header.magic):
        return None
    return Verdict(code="broken-bytecode", path=path, reason=_of_another(header, python), breaks=True)


def _of_another(header: Bytecode | None, python: str) -> str:
    if header is None:
        return "it has no header of bytecode"
    version = next((version for version, magic in MAGIC.items() if magic == header.magic), None)
    return f"made by {f'Python {version}' if version else 'another Python'}, not by Python {python}"


def _same_time(written: int, modified: int) -> bool:
    return abs(written - (modified & 0xFFFFFFFF)) < _ZIP_STEP
