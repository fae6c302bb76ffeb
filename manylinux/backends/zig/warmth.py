"""zig's own libraries for a target, compiled once: the first C++ link takes a minute, the next none.

Kept per zig, target and language. A build gets a copy, so that it can add to it and harm nobody else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from manylinux.backends.zig.target import triple
from manylinux.backends.zig.toolchain import pinned

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from manylinux.backends.zig.workplace import Workplace

_C = """\
#include <math.h>
int probe(double x) { return (int)pow(x, x); }
int main(void) { return probe(0.5); }
"""
_CPP = """\
#include <stdexcept>
#include <string>
int probe(int x) { if (x) throw std::runtime_error(std::to_string(x)); return 0; }
int main() { try { return probe(0); } catch (const std::exception &) { return 1; } }
"""


def warm(
    workplace: Workplace,
    plain: Mapping[str, str],
    shelf: Callable[[str, Callable[[Path], None]], AbstractContextManager[Path]],
) -> AbstractContextManager[Path]:
    """A cache of zig's with what every link for the target needs; C++'s too, if any of it is C++."""
    target = workplace.job.target
    cpp = workplace.job.project.has_cpp or workplace.job.extras.links_cpp

    def make(folder: Path) -> None:
        workplace.job.tell(
            f"zig's libraries for {triple(target)}{', C++ too: a minute, once' if cpp else ''}"
        )
        scratch = folder.parent / "probe"
        for each in (folder, scratch):
            each.mkdir()
        for name, text in (("probe.c", _C), *((("probe.cpp", _CPP),) if cpp else ())):
            (scratch / name).write_text(text, encoding="utf-8")
            compiler = str(workplace.bin / ("c++" if name.endswith("pp") else "cc"))
            environ = {
                **plain,
                "ZIG_GLOBAL_CACHE_DIR": str(folder),
                "ZIG_LOCAL_CACHE_DIR": str(scratch / "local"),
            }
            for words in (("-fPIC", "-shared"), ()):
                command = (compiler, *words, name, "-o", f"{name}.out", "-lm")
                workplace.job.run(command, cwd=scratch, environ=environ)
        workplace.notes.unlink()

    return shelf(f"zig-{pinned().version}-{triple(target)}{'-cpp' if cpp else '-c'}", make)
