"""Scripts that stand before a system's own compilers and note what became of each call.

Many projects go on without an extension that does not compile, and say that they were built. So what failed
is noted where it fails, whatever drives the compilers; the wrapper of zig's does the same (`zig/compiler`).
A note is a line of JSON: `{"sources": [PATH...], "status": NUMBER}`.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

NOTES = "compilations"
"""The file of notes, below a build's folder."""
FOLDER = "compilers"
NAMES = tuple(
    f"{prefix}{name}"
    for prefix in ("", "x86_64-linux-gnu-", "aarch64-linux-gnu-")
    for name in ("cc", "c++", "gcc", "g++", "clang", "clang++")
)
"""What builds call a compiler for this machine."""
ALWAYS = ("cc", "gcc")
"""What is called where nobody looks what there is."""
SCRIPT = r"""#!/bin/sh
# The compiler of that name in the folders behind this one, and a note of how it ended.
set -f
own=${0%/*} rest= sources=
IFS=:
for folder in $PATH; do
  [ "$folder" = "$own" ] || rest=${rest:+$rest:}$folder
done
unset IFS
PATH=$rest
export PATH
"${0##*/}" "$@"
status=$?
for word in "$@"; do
  case $word in -* | *[\"\\[:cntrl:]]*) continue ;; esac
  case $word in *.c | *.cc | *.cpp | *.cxx | *.c++ | *.C) ;; *) continue ;; esac
  case $word in /*) ;; *) word=$PWD/$word ;; esac
  sources="$sources,\"$word\""
done
[ -z "$sources" ] || printf '{"sources": [%s], "status": %d}\n' "${sources#,}" "$status" >> "${own%/*}/NOTES"
exit $status
""".replace("NOTES", NOTES)
"""It needs nothing but a shell: what else an image has is not known."""


def write_compilers(folder: Path, path: str, always: tuple[str, ...] = ()) -> Path:
    """The folder, below `folder`, with a script for each compiler on `path`; the notes go to `folder`.

    Those of `always` are there even where no such compiler is: it is noted that they do not compile.
    """
    found = folder / FOLDER
    found.mkdir()
    for name in NAMES:
        if name in always or shutil.which(name, path=path):
            script = found / name
            script.write_text(SCRIPT, encoding="utf-8")
            script.chmod(0o755)
    return found
