"""Last parts of paths that stand as strings in source: what a program may open, include or glob."""

import re

_TAIL = re.compile(rb"['\"/<\\]([^'\"/\\\n<>]{1,80}+)(?=['\">\\])")
_STUB = re.compile(rb"\.pyi['\"]")


def tails_in(content: bytes) -> set[bytes]:
    """`b.csv` of `"a/b.csv"`, `x.h` of `#include <y/x.h>`, `*.h` of `"*.h"`; much else that is none."""
    return set(_TAIL.findall(content))


def names_stubs(content: bytes) -> bool:
    """A string ends in `.pyi`: the code reads stubs, its own perhaps."""
    return b".pyi" in content and _STUB.search(content) is not None
