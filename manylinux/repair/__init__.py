"""A wheel that was just built made fit for its target, or refused with what it wants.

    repaired = repair(wheel, target, output_folder, libraries, promise=Promise(name=..., version=...))
    repaired.path          # the wheel to keep; verify it like any other
    repaired.tag_set       # such as `cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64`
    repaired.grafted       # libraries that were put into it
    repaired.findings      # what is left to be said; `pure-fallback`: no compiled file came out of the build

1. *Read.* The archive as one reading of it, the facts of every compiled file (`opening`).
2. *Refuse what lies*: another project or version than was promised, `.dist-info`, METADATA, WHEEL and file
   name that differ, `any` with compiled code, another machine, interpreter or ABI, a suffix of modules that
   the target does not import (`identity`, `judge`).
3. *Graft* (auditwheel's method): needed libraries that the runtime does not promise, taken from `libraries`
   and nowhere else, into `<name>.libs/` under a name with their digest; DT_NEEDED rewritten, RPATH
   `$ORIGIN/...` set, other RPATHs taken out (`grafting`, `patching`; docs/decisions/0011).
4. *Refuse what wants more* than the runtime has for sure: `WheelNeedsMoreError`, with symbol versions and
   libraries.
5. *Retag* by evidence, whatever the backend said: the oldest manylinux platform that has all symbol versions;
   `abi3` stays where it is true (`platforms`, `abi`).
6. *Write*: WHEEL and RECORD anew, members sorted, 1980, one deflate engine; the same content gives the same
   bytes (`writing`).

A wheel tagged `any` that holds no compiled code is copied as it is. Nothing of a wheel is run. Errors:
BrokenWheelError, LyingWheelError, WheelNeedsMoreError, GraftError, NoPatchelfError, EnvironmentFault; OSError
where the output folder cannot be written. The input stays; the output appears whole or not at all.

What is not seen here: symbols without versions that nothing defines (the link forgot a library), which an
import tells; licences of grafted libraries, which are the caller's to tell from `grafted`.
"""

from manylinux.repair.judge import Verdict, judge
from manylinux.repair.libraries import LibrarySource
from manylinux.repair.repair import REPAIR_VERSION, repair
from manylinux.repair.values import Grafted, Promise, Repaired, WheelFacts

__all__ = [
    "REPAIR_VERSION",
    "Grafted",
    "LibrarySource",
    "Promise",
    "Repaired",
    "Verdict",
    "WheelFacts",
    "judge",
    "repair",
]
