"""Last parts of paths that stand as strings in source: what a program may open, include or glob."""

import re

_TAIL = re.compile(rb"['\"/<\\]([^'\"/\\\n<>]{1,80}+)(?=['\">\\])")


def tails_in(content: bytes) -> set[bytes]:
    """`b.csv` of `"a/b.csv"`, `x.h` of `#include <y/x.h>`, `*.h` of `"*.h"`; much else that is none."""
    return set(_TAIL.findall(content))
