"""Files that modules do not need when they run, by kind: stubs, sources, static libraries, and the like."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from builder.slim import rules
from builder.slim.candidates import is_licence, is_metadata
from builder.slim.names import module_of, suffix_of
from builder.slim.values import SharedCopy, SpareFile

_SOURCE = re.compile(
    r".*\.(?:c|cc|cpp|cxx|c\+\+|h|hh|hpp|hxx|h\+\+|cuh|pyx|pxd|pxi|f|f77|f90|f95|for)(?:\.tp|\.in)?",
    re.IGNORECASE | re.DOTALL,
)
"""C, C++, CUDA, Cython, Fortran, and templates of such."""
_LIBRARY_SUFFIXES = frozenset({"a", "lib"})
_EXAMPLES = re.compile(r"botocore/data/[^/]+/[^/]+/examples-1\.json(?:\.gz)?")
_PROSE_SUFFIXES = frozenset({"rst", "md", "ipynb"})
_PROSE_FOLDERS = ("share/man/", "share/doc/", "share/info/")
_SHARED = re.compile(r"(?:.+/)?[^/]+\.so(?:\.\d+)*")


def spare_files(paths: Iterable[str]) -> tuple[SpareFile, ...]:
    """Files that may go by their kind, sorted; whether anything names them is not yet asked."""
    everything = sorted(paths)
    compiled = {path for path in everything if path.endswith(".mo")}
    found = []
    for path in everything:
        rule = None if is_metadata(path) or is_licence(path) else _rule(path, compiled)
        if rule is not None:
            found.append(SpareFile(path=path, rule=rule))
    return tuple(found)


def _rule(path: str, compiled: set[str]) -> str | None:
    suffix = suffix_of(path)
    if suffix == "pyi":
        return rules.STUBS
    if _SOURCE.fullmatch(path):
        return rules.SOURCES
    if suffix in _LIBRARY_SUFFIXES:
        return rules.STATIC_LIBRARIES
    if suffix == "po" and f"{path[:-3]}.mo" in compiled:
        return rules.TRANSLATION_SOURCES
    if suffix in _PROSE_SUFFIXES or path.startswith(_PROSE_FOLDERS):
        return rules.DOCUMENTATION
    return rules.SERVICE_EXAMPLES if _EXAMPLES.fullmatch(path) else None


def shared_copies(digests: Mapping[str, str]) -> tuple[SharedCopy, ...]:
    """Shared libraries that no import finds and that lie in one folder with equal content, sorted."""
    groups: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for path, digest in digests.items():
        if _SHARED.fullmatch(path) and not is_metadata(path):
            groups[path.rpartition("/")[0], digest].append(path)
    copies = [
        SharedCopy(path=path, content=digest)
        for (_, digest), group in groups.items()
        if len(group) > 1
        for path in group
        if module_of(path) is None or "/lib" in f"/{path}"
    ]
    return tuple(sorted(copies, key=lambda copy: copy.path))
